"""What people call their columns: by field, for keys, and for what is about a person."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process

KNOWN: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "adresse": (
        "address",
        "address",
        (
            "adresse",
            "gateadresse",
            "addr",
            "address",
            "adr",
            "besøksadresse",
            "veiadresse",
            "gatenavn og nummer",
            "address1",
            "boligadresse",
        ),
    ),
    "matrikkel": (
        "matrikkel",
        "matrikkel",
        ("matrikkel", "matrikkelnummer", "gnr/bnr", "gnr bnr", "gårds- og bruksnummer", "eiendom"),
    ),
    "bruksenhetsnummer": (
        "unit",
        "unit",
        ("bruksenhetsnummer", "bruksenhet", "bruksenhetsnr", "bolignummer", "bolignr", "h-nummer"),
    ),
    "leilighetsnummer": ("text", "text", ("leilighetsnummer", "leilighetsnr", "leil", "leilnr", "leilighet")),
    "ekstra_referanse": ("text", "text", ("rom", "romnr", "romnummer", "hybel", "hybelnr")),
    "adressenavn": ("text", "text", ("adressenavn", "gate", "gatenavn", "gateveinavn", "vei", "veinavn")),
    "nummer": ("integer", "integer", ("husnummer", "husnr", "gatenr", "nummer", "gatenummer")),
    "bokstav": ("upper", "text", ("bokstav", "husbokstav", "bokst", "oppgang")),
    "gardsnummer": ("integer", "integer", ("gardsnummer", "gårdsnummer", "gårdsnr", "gnr", "gardsnr")),
    "bruksnummer": ("integer", "integer", ("bruksnummer", "bruksnr", "bnr")),
    "festenummer": ("integer", "integer", ("festenummer", "festenr", "fnr.", "feste")),
    "seksjonsnummer": ("integer", "integer", ("seksjonsnummer", "seksjonsnr", "snr", "seksjon")),
    "postnummer": ("text", "postnummer", ("postnummer", "postnr", "zip_code", "postnr.", "postcode", "postalcode", "zip")),
    "poststed": ("text", "text", ("poststed", "sted", "place")),
    "kommunenummer": ("text", "kommunenummer", ("kommunenummer", "kommunenr", "knr", "kommnr", "komnr", "kommune nr")),
    "bruksareal": ("number", "number", ("bruksareal", "bra", "areal", "kvm", "m2", "boareal", "størrelse")),
    "antall_soverom": ("integer", "integer", ("antall soverom", "soverom", "ant soverom")),
    "etasjenummer": ("integer", "integer", ("etasje", "etasjenummer", "etg")),
    "manedsleie": ("number", "number", ("månedsleie", "husleie", "leie", "leie pr mnd", "leie pr måned", "leiebeløp")),
    "kategori": ("lookup", "few", ("kategori", "boligkategori", "type", "boligtype", "formål", "formaal", "type bolig")),
    "disposisjonsform": ("lookup", "few", ("disposisjonsform", "eieform", "eierform", "eierforhold")),
    "boligstatus": ("lookup", "few", ("boligstatus", "utleiestatus", "status på boligen")),
    "er_tilgjengelig_for_rullestolbruker": ("boolean", "boolean", ("rullestol", "rullestolbruker", "tilgjengelig for rullestol")),
    "aktiv": ("boolean", "boolean", ("aktiv", "utleibar", "i bruk")),
    "hemmelig_adresse": ("boolean", "boolean", ("hemmelig adresse", "hemmeligadresse", "sperret adresse")),
    "oppdatert": ("timestamp", "date", ("oppdatert", "sist endret", "endret", "endret dato")),
}
"""Field -> transform, what its values are (a text of `draft_kinds`), and the headings people give it."""

KEYS = (
    "boligid",
    "bolig-id",
    "id",
    "nr",
    "nøkkel",
    "objektnr",
    "objektnummer",
    "leieobjekt",
    "boligkode",
    "enhetsnr",
    "lokasjonskode",
    "objekt",
)
PERSONAL = re.compile(
    r"leietaker|leier\b|beboer|kontakt|person|fødsel|født|\bf\.?\s?dato|\bfnr\b|telefon|tlf|mobil|e-?post|\bmail|konto|pårørende|saksbehandler|hvem"
    r"|(?<!gate)(?<!vei)(?<!veg)(?<!adresse)(?<!steds)(?<!kommune)navn"
)
"""Headings of personal data. Never mapped, whatever the values are."""

_UNITS = re.compile(
    r"(?:^|\b|\s)(?:m2|m²|kvm|kr|nok|i kr|pr\.? ?m(?:nd|åned)?\.?|per m(?:nd|åned)|/ ?m(?:nd|åned)\.?|mnd\.?)$|\*+$", re.IGNORECASE
)
"""What people write behind a heading: a unit, how often, a star for "required"."""
_LONG_NAME = 5
_NEARLY = 85


def known_headings() -> tuple[str, ...]:
    """Every heading that a field or a key is known by, in small letters."""
    return (*KEYS, *(heading for _, _, headings in KNOWN.values() for heading in headings))


def plain_heading(heading: str) -> str:
    """In small letters, without double blanks, underscores and surrounding signs."""
    return " ".join(heading.casefold().replace("_", " ").strip(" .:").split())


def bare(name: str) -> str:
    """Without the signs that people put between words."""
    return re.sub(r"[\s.:/-]+", "", name)


def names_of(heading: str) -> tuple[str, ...]:
    """What a heading may be called: "Leil.nr" is leilnr, "Areal (BRA)" is areal, "Husleie pr mnd *" is husleie."""
    plain_ones = [plain_heading(heading), plain_heading(re.sub(r"\([^)]*\)", "", heading))]
    without_units = [_UNITS.sub("", name).strip(" *:,.") for name in plain_ones]
    return tuple(dict.fromkeys(bare(name) for name in (*plain_ones, *without_units) if name))


def field_named(heading: str, names: Sequence[str]) -> str | None:
    """The field with that name; else the one whose name is spelt nearest, with at most a slip or two."""
    known = {bare(name): field for field, (_, _, headings) in KNOWN.items() for name in headings}
    for name in names:
        if name in known:
            return known[name]
    words = {heading_words(spelt): field for field, (_, _, headings) in KNOWN.items() for spelt in headings if " " in spelt}
    long = [name for name in known if len(name) >= _LONG_NAME]
    for name in names:
        closest = process.extractOne(name, long, scorer=fuzz.ratio, score_cutoff=_NEARLY) if len(name) >= _LONG_NAME else None
        if closest:
            return known[closest[0]]
    return words.get(heading_words(heading))


def heading_words(heading: str) -> tuple[str, ...]:
    """ "Soverom, antall" is "antall soverom"."""
    return tuple(sorted(re.findall(r"\w+", heading.casefold())))
