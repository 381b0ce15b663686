"""One address as written + the official register -> a verdict. Never says `resolved` unless nothing speaks against it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reconciliation.addresses.parsing import ParsedAddress, Status, parse
from reconciliation.addresses.postal import agreeing, postal_doubt
from reconciliation.addresses.register import AddressRegister, Found, Likeness, Official, Street, place_key
from reconciliation.addresses.verdicts import Resolution, Resolved
from reconciliation.identifiers import parse_matrikkel

_CARE_OF = re.compile(r"(?:^|,)\s*(?:c\s*[/\\]\s*o|co\s*[/\\])[^,]*(?=,|$)", re.IGNORECASE)
_NOISE = re.compile(
    r"\([^)]*\)|(?<!\w)\d{1,2}\s*\.?\s*(?:etasje|etg|et)\b\.?|(?<!\w)(?:norge|norway)\s*$|(?<!\w)(?:n|no)-(?=\d{4}\b)", re.IGNORECASE
)
_LONG_NUMBER = re.compile(
    r"^(?P<name>.*?[^\W\d][^\d,]*?)[\s,]+(?:nr\.?\s*)?(?P<number>[1-9]\d{3})(?:\s?(?P<letter>[A-ZÆØÅa-zæøå]))?(?=\s*(?:,|$))"
)
_PLACE_TWICE = re.compile(r"[,\s]\s*(?P<place>[^\W\d][^,\d]*?)\s*,\s*(?P<code>\d{4})\s*,?\s*(?P=place)$", re.IGNORECASE)
_CODE_FIRST = re.compile(r"^(?P<code>\d{4})\s+(?P<place>[^\W\d][^,;\d]*)[,;]\s*(?P<street>\S.*)$")
_GLUED = re.compile(r"^(?P<name>[^\W\d_][^\d,;/]*[^\W\d_])(?P<number>\d{1,4})(?P<letter>\s?[^\W\d_])?(?=$|[\s,;])")
_PLACE_WITHOUT_COMMA = re.compile(
    r"^(?P<address>.*[^\W\d_].*?\s\d{1,4}(?:\s?[^\W\d_])?)\s+(?P<place>(?!(?:og|til)\b)[^\W\d_]{2,}[^\d,;]*)$"
)
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was written, taken apart."""

    name: str
    nummer: int
    bokstav: str
    parsed: ParsedAddress


def resolve_text(register: AddressRegister, text: str | None, postnummer: str | None = None, poststed: str | None = None) -> Resolved:
    """The verdict on one text. postnummer and poststed: from columns of their own; what the text says of them goes first."""
    written = re.sub(r"\s+", " ", (text or "").replace("\xa0", " ")).strip()
    rest = _PLACE_TWICE.sub(r", \g<code> \g<place>", _NOISE.sub(" ", _CARE_OF.sub(",", written)).strip(" ,"))
    if not rest:
        reason = "Bare c/o, ingen adresse. Skriv gatenavn og husnummer." if written else "Feltet er tomt."
        return Resolved(Resolution.NOT_AN_ADDRESS, reason=reason)
    rest = _in_order(rest)
    parsed = parse(rest)
    code = postnummer.strip().zfill(4) if postnummer and postnummer.strip().isdigit() else None
    if parsed.postnummer is None:
        parsed = replace(parsed, postnummer=code, poststed=parsed.poststed or (poststed or "").strip().upper() or None)
    elif code and code != parsed.postnummer:
        base = _resolve(register, rest, parsed)
        return _doubted(base, f"Postnummer {parsed.postnummer} i teksten er et annet enn {code} i postnummerkolonnen.")
    found = _resolve(register, rest, parsed)
    return _doubted(found, "Det som står i parentes, er ikke brukt.") if "(" in written else found


def _in_order(text: str) -> str:
    """`2413 Elverum, Kirkevegen 58`, `Kirkevegen58` and `Kirkevegen 58 Elverum` in the order that addresses are written."""
    if first := _CODE_FIRST.match(text):
        text = f"{first['street']}, {first['code']} {first['place'].strip()}"
    text = _GLUED.sub(lambda found: f"{found['name']} {found['number']}{found['letter'] or ''}", text)
    if parse(text).status is Status.UNCLEAR and (placed := _PLACE_WITHOUT_COMMA.match(text)):
        return f"{placed['address']}, {placed['place']}"
    return text


def _resolve(register: AddressRegister, text: str, parsed: ParsedAddress) -> Resolved:
    if parsed.status is Status.NOT_A_HOME:
        return _refused(parsed, Resolution.NOT_AN_ADDRESS, "Postboks er ikke en bostedsadresse. Skriv gatenavn og husnummer.")
    if parsed.status is Status.CADASTRAL:
        return _cadastral(register, text, parsed)
    asked = _asked(register, text, parsed)
    if isinstance(asked, Resolved):
        return asked
    return _on_street(register, asked, register.find(asked.name))


def _asked(register: AddressRegister, text: str, parsed: ParsedAddress) -> _Asked | Resolved:
    """Name and number, or why they cannot be told."""
    whole = f"{parsed.adressenavn or ''} {parsed.nummer if parsed.nummer is not None else ''}{parsed.bokstav or ''}".strip()
    if parsed.nummer is not None and parsed.adressenavn:
        if parsed.adressenavn[-1].isdigit() or not register.is_numbered_name(whole):
            return _Asked(parsed.adressenavn, parsed.nummer, parsed.bokstav or "", parsed)
        if register.find(parsed.adressenavn).likeness > Likeness.SPELLING:
            return _refused(parsed, Resolution.AMBIGUOUS, f"«{whole}» er et gatenavn. Husnummer mangler.")
        return _refused(parsed, Resolution.AMBIGUOUS, f"«{whole}» kan være et gatenavn uten husnummer, eller en adresse.")
    if (long := _LONG_NUMBER.match(text)) and register.find(long["name"]).likeness < Likeness.NONE:
        # "Trysilvegen 1234" reads like a postnummer; the street's own numbers tell.
        return _long_number(register, long, parsed)
    if parsed.status is Status.UNCLEAR and not re.search(r"[^\W\d_]{3}", text):
        return _refused(parsed, Resolution.NOT_AN_ADDRESS, "Teksten er ikke en adresse. Skriv gatenavn og husnummer.")
    if parsed.status is Status.UNCLEAR:
        return _refused(parsed, Resolution.AMBIGUOUS, "Adressen kan ikke tolkes, eller den gjelder flere husnumre. Skriv én adresse.")
    return _without_number(register, parsed)


def _long_number(register: AddressRegister, long: re.Match[str], parsed: ParsedAddress) -> _Asked | Resolved:
    nummer, bokstav = int(long["number"]), (long["letter"] or "").upper()
    exists = any((nummer, bokstav) in street.houses for street in register.find(long["name"]).streets)
    if not exists:
        return _without_number(register, parsed)
    if long["number"] in register.postnummer:
        return _refused(parsed, Resolution.AMBIGUOUS, f"{long['number']} kan være både husnummer og postnummer.")
    place = parsed.poststed if parsed.poststed and len(parsed.poststed) > 1 else None
    code = parsed.postnummer if parsed.postnummer != long["number"] else None
    return _Asked(long["name"], nummer, bokstav, replace(parsed, postnummer=code, poststed=place))


def _without_number(register: AddressRegister, parsed: ParsedAddress) -> Resolved:
    found = register.find(parsed.adressenavn or "")
    if found.likeness <= Likeness.SPELLING:
        return _refused(parsed, Resolution.AMBIGUOUS, f"Husnummer mangler. {found.streets[0].adressenavn} har flere adresser.")
    return _refused(parsed, Resolution.NOT_AN_ADDRESS, "Husnummer mangler, og navnet er ikke en gate i adresseregisteret.")


def _cadastral(register: AddressRegister, text: str, parsed: ParsedAddress) -> Resolved:
    """gnr/bnr is no address: a parcel can hold a hundred. Only an official matrikkeladresse is one."""
    found = parse_matrikkel(re.split(r",\s*\d{4}\b", text)[0])
    if found is None:
        return _refused(parsed, Resolution.NOT_AN_ADDRESS, "Matrikkelnummeret kan ikke tolkes. Skriv gnr/bnr eller gatenavn og husnummer.")
    parcel = (found.gardsnummer or 0, found.bruksnummer or 0, found.festenummer or 0)
    there = register.parcels.get(parcel, [])
    shown = "/".join(str(part) for part in parcel if part)
    if not there:
        return _refused(parsed, Resolution.OUTSIDE, f"Matrikkelnummer {shown} har ingen adresse i adresseregisteret.")
    if len(there) > 1:
        reason = f"Matrikkelnummer {shown} har {len(there)} adresser. Skriv gatenavn og husnummer."
        return _refused(parsed, Resolution.AMBIGUOUS, reason, [str(one) for one in there])
    return _answer(Resolution.SUGGESTED, there[0], parsed, f"Matrikkelnummer {shown} har bare denne adressen.")


def _on_street(register: AddressRegister, asked: _Asked, found: Found) -> Resolved:
    if found.likeness is Likeness.NONE:
        near = register.nearest(asked.name)
        hint = f" Nærmeste: {', '.join(near)}." if near else ""
        return _refused(asked.parsed, Resolution.OUTSIDE, f"«{asked.name}» er ikke en gate i adresseregisteret.{hint}", near)
    if found.likeness > Likeness.SPELLING:
        return _on_uncertain_street(asked, found)
    here = _houses(found.streets, asked)
    rivals = _houses(found.rivals, asked)
    if not here:
        return _no_such_house(asked, found, rivals)
    if len(here) + len(rivals) == 1:
        return _certain(register, here[0], asked)
    return _several(register, asked, found, here, rivals)


def _several(register: AddressRegister, asked: _Asked, found: Found, here: list[Official], rivals: list[Official]) -> Resolved:
    """More than one address could be meant: the postnummer and poststed decide, or a person."""
    parsed = asked.parsed
    alike = [one for one in rivals if found.likeness is Likeness.SPELLING or _same_key(register, one, here)]
    agree = agreeing([*here, *rivals], parsed.postnummer, parsed.poststed)
    if len(agree) == 1 and agree[0] in here:
        return _certain(register, agree[0], asked)
    # The official spelling itself, one letter from another street's: only a postnummer that fits the other one is a doubt.
    if len(here) == 1 and not alike and found.likeness is Likeness.NAME and not (set(agree) & set(rivals)):
        return _certain(register, here[0], asked)
    both = list(dict.fromkeys([*here, *rivals])) if not agree or set(agree) & set(rivals) else agree
    shown = [f"{one}, {one.postnummer} {one.poststed}" for one in both]
    return _refused(parsed, Resolution.AMBIGUOUS, f"Flere adresser kan være ment: {'; '.join(shown[:_SHOWN])}.", shown)


def _same_key(register: AddressRegister, one: Official, here: list[Official]) -> bool:
    """Whether the two names differ only by what is spelt either way (Kirkegata, Kirkegaten)."""
    return any(street.adressenavn == one.adressenavn for street in register.alike(here[0].adressenavn))


def _on_uncertain_street(asked: _Asked, found: Found) -> Resolved:
    names = list(dict.fromkeys(street.adressenavn for street in found.streets))
    here = _houses(found.streets, asked)
    if len(found.streets) > 1:
        reason = f"«{asked.name}» ligner på flere gater: {', '.join(names[:_SHOWN])}."
        return _refused(asked.parsed, Resolution.AMBIGUOUS, reason, [str(one) for one in here] or names)
    if len(here) == 1 and not postal_doubt(here[0], asked.parsed.postnummer, asked.parsed.poststed, None):
        return _answer(Resolution.SUGGESTED, here[0], asked.parsed, f"«{asked.name}» finnes ikke. Mente du {names[0]}?")
    number = f"{asked.nummer}{asked.bokstav}"
    reason = f"«{asked.name}» finnes ikke. {names[0]} ligner, men {number} passer ikke der."
    return _refused(asked.parsed, Resolution.OUTSIDE, reason, names)


def _no_such_house(asked: _Asked, found: Found, rivals: list[Official]) -> Resolved:
    number = f"{asked.nummer}{asked.bokstav}"
    name = found.streets[0].adressenavn
    letters = sorted({letter for street in found.streets for letter in street.letters(asked.nummer)})
    if rivals:
        shown = [str(one) for one in rivals]
        return _refused(
            asked.parsed, Resolution.AMBIGUOUS, f"{name} har ikke nummer {number}, men {', '.join(shown[:_SHOWN])} finnes.", shown
        )
    if letters and not asked.bokstav:
        shown = [f"{name} {asked.nummer}{letter}" for letter in letters]
        return _refused(asked.parsed, Resolution.AMBIGUOUS, f"{name} {number} finnes bare med bokstav: {', '.join(letters)}.", shown)
    near = _nearest_houses(found.streets, asked)
    return _refused(asked.parsed, Resolution.OUTSIDE, f"{name} har ikke nummer {number}. Nærmeste: {', '.join(near)}.", near)


def _nearest_houses(streets: Sequence[Street], asked: _Asked) -> list[str]:
    houses = sorted({house for street in streets for house in street.houses}, key=lambda house: (abs(house[0] - asked.nummer), house))
    return [f"{streets[0].adressenavn} {number}{letter}" for number, letter in houses[:_SHOWN]]


def _houses(streets: Sequence[Street], asked: _Asked) -> list[Official]:
    return [one for street in streets for one in street.houses.get((asked.nummer, asked.bokstav), ())]


def _certain(register: AddressRegister, official: Official, asked: _Asked) -> Resolved:
    parsed = asked.parsed
    if doubt := postal_doubt(official, parsed.postnummer, parsed.poststed, register):
        return _answer(Resolution.SUGGESTED, official, parsed, doubt)
    if parsed.tillegg and place_key(parsed.tillegg) not in register.farms | register.places:
        return _answer(
            Resolution.SUGGESTED, official, parsed, f"«{parsed.tillegg}» er ikke et kjent sted her. Kontroller at adressen er riktig."
        )
    units = register.units.get((official.kommunenummer or "", official.adressenavn, (official.nummer, official.bokstav)), set())
    if parsed.bruksenhetsnummer and units and parsed.bruksenhetsnummer not in units:
        reason = f"{official} har ikke bruksenhet {parsed.bruksenhetsnummer} i registeret. Den har {', '.join(sorted(units)[:_SHOWN])}."
        return _answer(Resolution.SUGGESTED, official, parsed, reason)
    return _answer(Resolution.RESOLVED, official, parsed, _warning(official, parsed))


def _warning(official: Official, parsed: ParsedAddress) -> str | None:
    """Elverum has 82 addresses whose postnummer is filed under a neighbour: a mismatch warns, it does not refuse."""
    if parsed.postnummer and official.postnummer and parsed.postnummer != official.postnummer:
        return f"Postnummer {parsed.postnummer} er oppgitt; registeret har {official.postnummer} {official.poststed}."
    if parsed.poststed and official.poststed and not set(place_key(parsed.poststed).split()) <= set(place_key(official.poststed).split()):
        return f"Poststed {parsed.poststed} er oppgitt; registeret har {official.postnummer} {official.poststed}."
    return None


def _answer(verdict: Resolution, official: Official, parsed: ParsedAddress, reason: str | None) -> Resolved:
    return Resolved(
        verdict,
        official.lokalid,
        official.adressenavn,
        official.nummer,
        official.bokstav or None,
        parsed.bruksenhetsnummer,
        parsed.leilighetsnummer,
        official.postnummer,
        official.poststed,
        reason,
        (str(official),),
    )


def _refused(parsed: ParsedAddress, verdict: Resolution, reason: str, candidates: Sequence[str] = ()) -> Resolved:
    return Resolved(
        verdict,
        None,
        parsed.adressenavn,
        parsed.nummer,
        parsed.bokstav,
        parsed.bruksenhetsnummer,
        parsed.leilighetsnummer,
        parsed.postnummer,
        parsed.poststed,
        reason,
        tuple(candidates[:_SHOWN]),
    )


def _doubted(base: Resolved, reason: str) -> Resolved:
    verdict = Resolution.SUGGESTED if base.verdict is Resolution.RESOLVED else base.verdict
    return replace(base, verdict=verdict, reason=f"{base.reason} {reason}" if base.reason else reason)
