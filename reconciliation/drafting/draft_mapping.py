"""A first mapping of a file nobody has mapped yet: what each heading says, and how many of its values can be read as that.

A draft is for a person to correct; nothing here is used at night.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from rapidfuzz import fuzz, process

from connectors.headings import visible_text
from connectors.personal_numbers import MASK
from language import Message, message
from reconciliation.addresses import parse_address
from reconciliation.addresses.parsed_address import ParseStatus
from reconciliation.identifiers import parse_matrikkel, parse_unit
from reconciliation.model.mapping_files import ready, ready_names
from reconciliation.reading.dates import NoDate
from reconciliation.reading.numbers import TwoNumbers
from reconciliation.reading.transforms import SINGLE

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
    "disposisjonsform": ("text", "text", ("disposisjonsform", "eieform", "eierform", "eierforhold")),
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
"""Headings of what is about a person. Never mapped, whatever stands below them."""

_UNITS = re.compile(
    r"(?:^|\b|\s)(?:m2|m²|kvm|kr|nok|i kr|pr\.? ?m(?:nd|åned)?\.?|per m(?:nd|åned)|/ ?m(?:nd|åned)\.?|mnd\.?)$|\*+$", re.IGNORECASE
)
"""What people write behind a heading: a unit, how often, a star for "required"."""
_LONG_NAME = 5
_NEARLY = 85
_ENOUGH = 0.5
_BY_VALUE = 0.7
_FEW_VALUES = 30
_ABOUT_A_PERSON = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+"  # an address of mail
    r"|^(?:\+?47\s?)?[2-9]\d(?:\s?\d){6}$"  # a telephone number
    r"|^\d{4}[ .]?\d{2}[ .]?\d{5}$"  # an account
    r"|^[A-ZÆØÅ][a-zæøåé]+(?:[ -][A-ZÆØÅ][a-zæøåé.]*){1,3}$"  # two to four words, each with a capital: a name
)
_DATE = re.compile(r"^\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})(?:\D.*)?$")


PERSONAL_WHY, _BY_HEADING = message("drafts.personal"), message("drafts.by_heading")


def known_headings() -> tuple[str, ...]:
    """Every heading that a field or a key is known by, in small letters."""
    return (*KEYS, *(heading for _, _, headings in KNOWN.values() for heading in headings))


@dataclass(frozen=True, slots=True)
class Guess:
    """One column. field None: not mapped, and why. recognised of filled: how many of its values can be read as that."""

    heading: str
    field: str | None
    transform: str
    filled: int
    recognised: int
    why: Message
    values: tuple[str, ...] = ()
    """The few values of a column that a lookup table is made of."""


@dataclass(frozen=True, slots=True)
class Draft:
    """key: heading(s) whose values name a row. guesses: one per column, in the file's order. rows: how many were looked at."""

    key: tuple[str, ...]
    guesses: tuple[Guess, ...]
    rows: int
    running_key: bool = False
    """Whether the key only counts the lines."""

    @property
    def warnings(self) -> list[Message]:
        """What a person must see before they use it."""
        said = [message("drafts.personal_column", heading=guess.heading) for guess in self.guesses if guess.why == PERSONAL_WHY]
        if not self.key:
            said.append(message("drafts.no_key"))
        if self.running_key:
            said.append(message("drafts.running_key", heading=self.key[0]))
        fields = {guess.field for guess in self.guesses}
        if "adresse" not in fields and not {"adressenavn", "nummer"} <= fields:
            said.append(message("drafts.no_address"))
        if "kategori" not in fields:
            said.append(message("drafts.no_category"))
        return said


def draft(rows: pl.DataFrame) -> Draft:
    """rows: one String column per heading. Each field is given to the column that fits it best. A row without a value is none."""
    rows = rows.filter(pl.any_horizontal(pl.all().str.strip_chars().fill_null("") != "")) if rows.width else rows
    guesses = [_guess(heading, rows[heading]) for heading in rows.columns]
    best: dict[str, Guess] = {}
    for guess in guesses:
        if guess.field and (guess.field not in best or _fit(guess, rows.height) > _fit(best[guess.field], rows.height)):
            best[guess.field] = guess
    once = [
        guess
        if guess.field is None or best[guess.field] is guess
        else _ignored(guess, message("drafts.fits_better", field=guess.field, heading=best[guess.field].heading))
        for guess in guesses
    ]
    key = _key(rows, once)
    counts = bool(key) and rows[key[0]].str.strip_chars().to_list() == [str(number) for number in range(1, rows.height + 1)]
    return Draft(key, tuple(once), rows.height, counts)


@dataclass(frozen=True, slots=True)
class Fit:
    """A ready mapping whose every mapped heading the file has. ignore: all the file's others. exact: the mapping knows those too."""

    name: str
    title: str
    ignore: tuple[str, ...]
    exact: bool

    @property
    def advice(self) -> Message:
        """What a person is told."""
        if self.exact:
            return message("drafts.use_ready", title=self.title, name=self.name)
        listed = ", ".join(json.dumps(heading, ensure_ascii=False) for heading in self.ignore)
        return message("drafts.use_ready_and_ignore", title=self.title, name=self.name, headings=listed)


def best_ready_mapping(headings: Sequence[str]) -> Fit | None:
    """The ready mapping of a file that fits these headings best; None when none does."""
    there = {visible_text(heading): heading for heading in headings}
    fits: list[tuple[int, int, Fit]] = []
    for name in ready_names():
        content = ready(name)
        fields = content["fields"].values()
        read = {*content["key"], *(heading for field in fields for heading in (field.get("column"), *field.get("columns", ())) if heading)}
        if content.get("kind") in ("sql", "rest") or not read <= there.keys():
            continue
        others = there.keys() - read
        rest = tuple(heading for bare, heading in there.items() if bare in others)
        strange = len(others ^ set(content.get("ignore", ())))
        fits.append((strange, -len(read), Fit(name, content["title"], rest, strange == 0)))
    return min(fits, key=lambda each: each[:2])[2] if fits else None


def _fit(guess: Guess, rows: int) -> tuple[float, int, int]:
    """How much of the list a column says, in tenths; of two that say as much, the one whose heading says it best; then the fuller."""
    headings = [_bare(each) for each in KNOWN[guess.field][2]] if guess.field else []
    said = [headings.index(name) for name in _names(guess.heading) if name in headings]
    return (round(guess.recognised / rows, 1) if rows else 0.0, -min(said, default=len(headings)), guess.recognised)


def _ignored(guess: Guess, why: Message) -> Guess:
    return Guess(guess.heading, None, "", guess.filled, 0, why)


def _guess(heading: str, column: pl.Series) -> Guess:
    texts = [text.strip() for text in column.drop_nulls().to_list() if text.strip()]
    if PERSONAL.search(_plain(heading)) or _looks_personal(texts):
        return Guess(heading, None, "", len(texts), 0, PERSONAL_WHY)
    names = _names(heading)
    named = _field_named(heading, names)
    if named == "adresse" and texts and sum(not re.search(r"\d", text) for text in texts) >= _BY_VALUE * len(texts):
        return _tried(heading, "adressenavn", texts, _ENOUGH, message("drafts.by_values_without_number"))
    if named is not None:
        return _tried(heading, named, texts, _ENOUGH, _BY_HEADING)
    for field in ("bruksenhetsnummer", "matrikkel", "adresse"):
        tried = _tried(heading, field, texts, _BY_VALUE, message("drafts.by_values"))
        if tried.field:
            return tried
    return Guess(heading, None, "", len(texts), 0, message("drafts.unknown" if texts else "drafts.blank"))


def _tried(heading: str, field: str, texts: Sequence[str], least: float, by: Message) -> Guess:
    transform, is_, _ = KNOWN[field]
    counted = Counter(texts)
    distinct = sorted(counted, key=lambda value: (-counted[value], value))
    if transform == "lookup":
        if not texts or len(distinct) > _FEW_VALUES:
            return Guess(heading, None, "", len(texts), 0, message("drafts.too_many_values", field=field, count=len(distinct)))
        return Guess(
            heading, field, transform, len(texts), len(texts), message("drafts.few_values", by=by, count=len(distinct)), tuple(distinct)
        )
    # 45,5 can be read as gnr/bnr; only where the heading says so.
    readable = [text for text in distinct if by == _BY_HEADING or field != "matrikkel" or "/" in text]
    good = {text for text in readable if _reads(field, transform, text)}
    recognised = sum(text in good for text in texts)
    if not texts or recognised < least * len(texts):
        return Guess(
            heading,
            None,
            "",
            len(texts),
            recognised,
            message("drafts.not_readable", field=field, count=recognised, of=len(texts), kind=message(f"draft_kinds.{is_}")),
        )
    return Guess(heading, field, transform, len(texts), recognised, by)


def _reads(field: str, transform: str, text: str) -> bool:
    if transform == "address":
        found = parse_address(text)
        return found.status is ParseStatus.OK and found.nummer is not None
    if transform == "matrikkel":
        return parse_matrikkel(text) is not None and not _DATE.match(text)
    if field == "bruksenhetsnummer":
        return parse_unit(text) is not None and bool(re.search(r"[A-Za-z]", text))
    if field == "postnummer":
        return bool(re.fullmatch(r"\d{3,4}", text))
    try:
        return SINGLE[transform][0](text) is not None
    except (TwoNumbers, NoDate):
        return True


def _looks_personal(texts: Sequence[str]) -> bool:
    marked = sum(MASK in text or bool(_ABOUT_A_PERSON.search(text)) for text in texts)
    return bool(texts) and marked > len(texts) * 0.3


def _plain(heading: str) -> str:
    return " ".join(heading.casefold().replace("_", " ").strip(" .:").split())


def _bare(name: str) -> str:
    return re.sub(r"[\s.:/-]+", "", name)


def _names(heading: str) -> tuple[str, ...]:
    """What a heading may be called: "Leil.nr" is leilnr, "Areal (BRA)" is areal, "Husleie pr mnd *" is husleie."""
    plain_ones = [_plain(heading), _plain(re.sub(r"\([^)]*\)", "", heading))]
    without_units = [_UNITS.sub("", name).strip(" *:,.") for name in plain_ones]
    return tuple(dict.fromkeys(_bare(name) for name in (*plain_ones, *without_units) if name))


def _field_named(heading: str, names: Sequence[str]) -> str | None:
    """The field that people call so; else the one whose name is spelt nearest, with a slip or two."""
    known = {_bare(name): field for field, (_, _, headings) in KNOWN.items() for name in headings}
    for name in names:
        if name in known:
            return known[name]
    words = {_words(spelt): field for field, (_, _, headings) in KNOWN.items() for spelt in headings if " " in spelt}
    long = [name for name in known if len(name) >= _LONG_NAME]
    for name in names:
        near = process.extractOne(name, long, scorer=fuzz.ratio, score_cutoff=_NEARLY) if len(name) >= _LONG_NAME else None
        if near:
            return known[near[0]]
    return words.get(_words(heading))


def _words(heading: str) -> tuple[str, ...]:
    """ "Soverom, antall" is "antall soverom"."""
    return tuple(sorted(re.findall(r"\w+", heading.casefold())))


def _key(rows: pl.DataFrame, guesses: Sequence[Guess]) -> tuple[str, ...]:
    """A column that is named like a key and has a value of its own on every row. A key is stored: none is guessed by its values."""
    free = [guess.heading for guess in guesses if guess.why != PERSONAL_WHY and guess.field is None]
    whole = [heading for heading in free if rows[heading].null_count() == 0 and rows[heading].n_unique() == rows.height and rows.height]
    return tuple([heading for heading in whole if _plain(heading) in KEYS][:1])
