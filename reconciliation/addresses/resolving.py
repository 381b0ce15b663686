"""One address as written + the official register -> a verdict. It is `resolved` only when nothing contradicts it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from language import and_then
from reconciliation.addresses.address_reason import reason
from reconciliation.addresses.address_register import AddressRegister, place_key
from reconciliation.addresses.around_address import doubt_around, not_used, with_known_places_opened, words_around
from reconciliation.addresses.asides import CARE_OF
from reconciliation.addresses.cadastral import resolve_cadastral
from reconciliation.addresses.embedded_address import houses_inside
from reconciliation.addresses.parsed_address import ParsedAddress, ParseStatus
from reconciliation.addresses.parsing import NUMBER_LABEL, core_of, parse_legible
from reconciliation.addresses.plain_form import parse_plain
from reconciliation.addresses.pointers import points_elsewhere
from reconciliation.addresses.post_verdict import with_post_told
from reconciliation.addresses.postal import agreeing, from_columns, postal_doubt
from reconciliation.addresses.resolution import SHOWN, doubted, resolved, unresolved
from reconciliation.addresses.street_houses import Likeness, Official, Street, StreetCandidates
from reconciliation.addresses.text_repair import LONGEST, repaired_text
from reconciliation.addresses.unit_labels import take_labels
from reconciliation.addresses.verdicts import Resolution, Resolved
from reconciliation.identifiers.post_cells import read_post

_LONG_NUMBER = re.compile(
    rf"^(?P<name>.*?[^\W\d][^\d,]*?)[\s,]+{NUMBER_LABEL}(?P<number>[1-9]\d{{3}})(?:\s?(?P<letter>[A-ZÆØÅ]))?"
    r"(?P<rest>(?:\s+[^\W\d]{2}[^\d,]*)?(?:\s*,\s*(?:\d{4}\b)?\s*(?:[^\W\d][^\d,]*)?)*)$",
    re.IGNORECASE,
)
"""May be followed by postnummer and place, and by no other number."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """The written address, parsed."""

    name: str
    nummer: int
    bokstav: str
    parsed: ParsedAddress


def resolve_text(
    register: AddressRegister, text: str | None, postnummer: str | None = None, poststed: str | None = None, *, housed: bool = False
) -> Resolved:
    """The verdict on one text. postnummer and poststed: cells of their columns; what the text has of them goes first.

    housed: the number at the end is known to be the house's, since it has a column of its own.
    """
    post = read_post(postnummer, poststed)
    rest = text or ""
    parsed = parse_plain(rest)
    if parsed is None:
        if points_elsewhere(rest):
            return Resolved(Resolution.NOT_AN_ADDRESS, reason=reason("points_elsewhere_here", text=rest.strip()))
        legible = repaired_text(rest)
        if not legible:
            return Resolved(Resolution.NOT_AN_ADDRESS, reason=reason("blank"))
        if len(legible) > LONGEST:
            return Resolved(Resolution.NOT_AN_ADDRESS, reason=reason("too_long", most=LONGEST))
        opened = with_known_places_opened(register, legible)
        parsed, rest = parse_legible(opened, post.postnummer, housed=housed), core_of(opened)
        if parsed.status is ParseStatus.EMPTY:
            only = Resolved(Resolution.NOT_AN_ADDRESS, reason=reason("only_care_of" if CARE_OF.search(legible) else "no_address"))
            return _inside(register, legible, ParsedAddress(ParseStatus.EMPTY)) or only
    written, parsed = parsed, from_columns(parsed, post)
    found = _resolve(register, rest, parsed)
    if found.verdict is Resolution.NOT_AN_ADDRESS and CARE_OF.search(text or ""):
        found = _inside(register, repaired_text(text or ""), parsed) or found
    return with_post_told(register, found, written, parsed, post)


def _resolve(register: AddressRegister, text: str, parsed: ParsedAddress) -> Resolved:
    if parsed.status is ParseStatus.NOT_A_HOME:
        return _inside(register, text, parsed) or unresolved(parsed, Resolution.NOT_AN_ADDRESS, reason("post_box"))
    if parsed.status is ParseStatus.CADASTRAL:
        found = resolve_cadastral(register, text, parsed)
        return (_inside(register, text, parsed) or found) if found.verdict is Resolution.NOT_AN_ADDRESS else found
    asked = _address_to_look_up(register, text, parsed)
    if isinstance(asked, Resolved):
        return asked
    return _on_street(register, asked, register.find(asked.name))


def _address_to_look_up(register: AddressRegister, text: str, parsed: ParsedAddress) -> _Asked | Resolved:
    """Name and number, or why they cannot be determined."""
    whole = f"{parsed.adressenavn or ''} {parsed.nummer if parsed.nummer is not None else ''}{parsed.bokstav or ''}".strip()
    if (
        parsed.status is ParseStatus.UNCLEAR
        and parsed.adressenavn
        and (register.spelt(parsed.adressenavn) or register.is_numbered_name(whole))
    ):
        # A name in two languages or with a number; only the register shows whether it is one street or two places.
        parsed = replace(parsed, status=ParseStatus.OK, unclear=None)
    if parsed.status is ParseStatus.OK and parsed.nummer is not None and parsed.adressenavn:
        if parsed.adressenavn[-1].isdigit() or not register.is_numbered_name(whole):
            return _Asked(parsed.adressenavn, parsed.nummer, parsed.bokstav or "", parsed)
        if register.find(parsed.adressenavn).likeness > Likeness.SPELLING:
            return unresolved(parsed, Resolution.AMBIGUOUS, reason("street_alone", name=whole))
        return unresolved(parsed, Resolution.AMBIGUOUS, reason("street_or_address", name=whole))
    if (long := _LONG_NUMBER.match(text)) and _may_be_house(register, long):
        # 1234 in "Trysilvegen 1234" may be a postnummer; the street's own house numbers decide.
        return _long_number(register, long, parsed)
    if parsed.status is ParseStatus.UNCLEAR and (inside := _inside(register, text, parsed)):
        return inside
    if parsed.status is ParseStatus.UNCLEAR and register.spelt(text.split(",", maxsplit=1)[0]):
        return _without_number(register, replace(parsed, adressenavn=text.split(",", maxsplit=1)[0]))
    if parsed.status is ParseStatus.UNCLEAR and not re.search(r"[^\W\d_]{3}", text):
        return unresolved(parsed, Resolution.NOT_AN_ADDRESS, reason("no_address"))
    if parsed.status is ParseStatus.UNCLEAR:
        return unresolved(parsed, Resolution.AMBIGUOUS, parsed.unclear or reason("not_understood"))
    return _without_number(register, parsed)


def _inside(register: AddressRegister, text: str, parsed: ParsedAddress, *, longer_name: bool = False) -> Resolved | None:
    """The one address of the register in a text that is more than an address, for a person to confirm; None without any.

    longer_name: the words before it may be the beginning of another street's name.
    """
    houses = houses_inside(register, take_labels(text)[1])
    if not houses or (longer_name and len(houses) == 1 and houses[0].part_of_name):
        return None
    shown = [f"{one.name} {one.nummer}{one.bokstav}" for one in houses]
    bare = replace(parsed, adressenavn=None, nummer=None, bokstav=None)
    if len(houses) > 1:
        several = reason("several_addresses", addresses="; ".join(shown[:SHOWN]))
        return replace(unresolved(bare, Resolution.AMBIGUOUS, several, shown), left_over=True)
    if houses[0].more_numbers:
        more = reason("several_homes")
        return replace(unresolved(bare, Resolution.AMBIGUOUS, more, shown), left_over=True)
    asked = _Asked(houses[0].name, houses[0].nummer, houses[0].bokstav, parsed)
    inside = doubted(_on_street(register, asked, register.find(asked.name)), reason("only_part", address=shown[0]))
    return replace(inside, left_over=True)


def _may_be_house(register: AddressRegister, long: re.Match[str]) -> bool:
    """A number on a street that is known, or one with a postnummer of its own behind it."""
    codes = set(re.findall(r"\d{4}", long["rest"])) - {long["number"]}
    return bool(codes) or register.find(long["name"]).likeness < Likeness.NONE


def _long_number(register: AddressRegister, long: re.Match[str], parsed: ParsedAddress) -> _Asked | Resolved:
    nummer, bokstav = int(long["number"]), (long["letter"] or "").upper()
    exists = any((nummer, bokstav) in street.houses for street in register.find(long["name"]).streets)
    if long["number"] in register.postnummer:
        if not exists:
            return _without_number(register, parsed)
        return unresolved(parsed, Resolution.AMBIGUOUS, reason("house_or_post_code", number=long["number"]))
    place = parsed.poststed if parsed.poststed and len(parsed.poststed) > 1 else None
    code = parsed.postnummer if parsed.postnummer != long["number"] else None
    written = replace(
        parsed,
        status=ParseStatus.OK,
        adressenavn=long["name"],
        nummer=nummer,
        bokstav=bokstav or None,
        postnummer=code,
        poststed=place,
        unclear=None,
    )
    return _Asked(long["name"], nummer, bokstav, written)


def _without_number(register: AddressRegister, parsed: ParsedAddress) -> Resolved:
    found = register.find(parsed.adressenavn or "")
    if found.likeness <= Likeness.SPELLING:
        return unresolved(parsed, Resolution.AMBIGUOUS, reason("number_missing", street=found.streets[0].adressenavn))
    return unresolved(parsed, Resolution.NOT_AN_ADDRESS, reason("no_street_no_number"))


def _on_street(register: AddressRegister, asked: _Asked, found: StreetCandidates) -> Resolved:
    if found.likeness is Likeness.NONE:
        if inside := _inside(register, f"{asked.name} {asked.nummer}{asked.bokstav}", asked.parsed, longer_name=True):
            return inside
        near = register.nearest(asked.name)
        unknown = reason("unknown_street_near", name=asked.name, near=near) if near else reason("unknown_street", name=asked.name)
        return unresolved(asked.parsed, Resolution.OUTSIDE, unknown, near)
    if found.likeness is Likeness.LOST_LETTERS and (only := _only_one(asked, found)):
        return _certain(register, only, asked)
    if found.likeness > Likeness.SPELLING:
        return _on_uncertain_street(asked, replace(found, streets=(*found.streets, *found.rivals)))
    here = _houses(found.streets, asked)
    rivals = _houses(found.rivals, asked)
    if not here:
        return _no_such_house(asked, found, rivals)
    if len(here) + len(rivals) == 1:
        return _certain(register, here[0], asked)
    return _several(register, asked, found, here, rivals)


def _several(register: AddressRegister, asked: _Asked, found: StreetCandidates, here: list[Official], rivals: list[Official]) -> Resolved:
    """More than one address could be meant: the postnummer and poststed decide, or a person."""
    parsed = asked.parsed
    alike = [one for one in rivals if found.likeness is Likeness.SPELLING or _same_key(register, one, here)]
    agree = agreeing([*here, *rivals], parsed.postnummer, parsed.poststed)
    if len(agree) == 1 and agree[0] in here:
        return _certain(register, agree[0], asked)
    # The official spelling, one letter from another street's: doubtful only when the postnummer is the other street's.
    if len(here) == 1 and not alike and found.likeness is Likeness.NAME and not (set(agree) & set(rivals)):
        return _certain(register, here[0], asked)
    both = list(dict.fromkeys([*here, *rivals])) if not agree or set(agree) & set(rivals) else agree
    shown = [f"{one}, {one.postnummer} {one.poststed}" for one in both]
    return unresolved(parsed, Resolution.AMBIGUOUS, reason("several_meant", addresses="; ".join(shown[:SHOWN])), shown)


def _same_key(register: AddressRegister, one: Official, here: list[Official]) -> bool:
    """Whether the two names are spelling variants of each other (Kirkegata, Kirkegaten)."""
    return any(street.adressenavn == one.adressenavn for street in register.alike(here[0].adressenavn))


def _only_one(asked: _Asked, found: StreetCandidates) -> Official | None:
    """The one house that has this number and letter, and the written postnummer, among the streets that may be meant and those near them;
    None where a street near by has it, or where more than one may be meant."""
    code = asked.parsed.postnummer
    there = [one for one in _houses((*found.streets, *found.rivals), asked) if code in (None, one.postnummer)]
    return there[0] if len(there) == 1 and there[0] in _houses(found.streets, asked) else None


def _on_uncertain_street(asked: _Asked, found: StreetCandidates) -> Resolved:
    names = list(dict.fromkeys(street.adressenavn for street in found.streets))
    here = _houses(found.streets, asked)
    if len(found.streets) > 1:
        alike = reason("like_several", name=asked.name, streets=names[:SHOWN])
        return unresolved(asked.parsed, Resolution.AMBIGUOUS, alike, [str(one) for one in here] or names)
    if len(here) == 1 and not postal_doubt(here[0], asked.parsed.postnummer, asked.parsed.poststed, None):
        return resolved(Resolution.SUGGESTED, here[0], asked.parsed, reason("did_you_mean", name=asked.name, street=names[0]))
    number = f"{asked.nummer}{asked.bokstav}"
    return unresolved(
        asked.parsed, Resolution.OUTSIDE, reason("like_without_number", name=asked.name, street=names[0], number=number), names
    )


def _no_such_house(asked: _Asked, found: StreetCandidates, rivals: list[Official]) -> Resolved:
    number = f"{asked.nummer}{asked.bokstav}"
    name = found.streets[0].adressenavn
    letters = sorted({letter for street in found.streets for letter in street.letters(asked.nummer)})
    if rivals:
        shown = [str(one) for one in rivals]
        return unresolved(
            asked.parsed, Resolution.AMBIGUOUS, reason("number_elsewhere", street=name, number=number, addresses=shown[:SHOWN]), shown
        )
    if letters and not asked.bokstav:
        shown = [f"{name} {asked.nummer}{letter}" for letter in letters]
        return unresolved(
            asked.parsed, Resolution.AMBIGUOUS, reason("only_with_letter", street=name, number=number, letters=letters), shown
        )
    if there := sorted({house[1] for street in found.streets for house in street.houses if house[0] == asked.nummer}):
        shown = [f"{name} {asked.nummer}{letter}" for letter in there]
        return unresolved(asked.parsed, Resolution.OUTSIDE, reason("other_letter", street=name, number=number, there=shown), shown)
    near = _nearest_houses(found.streets, asked)
    return unresolved(asked.parsed, Resolution.OUTSIDE, reason("no_such_number", street=name, number=number, near=near), near)


def _nearest_houses(streets: Sequence[Street], asked: _Asked) -> list[str]:
    houses = sorted({house for street in streets for house in street.houses}, key=lambda house: (abs(house[0] - asked.nummer), house))
    return [f"{streets[0].adressenavn} {number}{letter}" for number, letter in houses[:SHOWN]]


def _houses(streets: Sequence[Street], asked: _Asked) -> list[Official]:
    return [one for street in streets for one in street.houses.get((asked.nummer, asked.bokstav), ())]


def _certain(register: AddressRegister, official: Official, asked: _Asked) -> Resolved:
    parsed = asked.parsed
    if doubt := postal_doubt(official, parsed.postnummer, parsed.poststed, register):
        return resolved(Resolution.SUGGESTED, official, parsed, doubt)
    if doubt := parsed.unclear or doubt_around(register, official, parsed):
        return resolved(Resolution.SUGGESTED, official, parsed, doubt)
    if doubt := register.unit_doubt(official, parsed.bruksenhetsnummer):
        return resolved(Resolution.SUGGESTED, official, parsed, doubt, address_certain=True)
    said = [one for one in (_warning(official, parsed), not_used(words_around(register, parsed))) if one]
    return resolved(Resolution.RESOLVED, official, parsed, and_then(*said) if said else None)


def _warning(official: Official, parsed: ParsedAddress) -> str | None:
    """A different postnummer is only a warning: Elverum has 82 addresses with a neighbour's postnummer."""
    if parsed.postnummer and official.postnummer and parsed.postnummer != official.postnummer:
        return reason("post_code_given", written=parsed.postnummer, official=f"{official.postnummer} {official.poststed}")
    if parsed.poststed and official.poststed and not set(place_key(parsed.poststed).split()) <= set(place_key(official.poststed).split()):
        return reason("place_given", written=parsed.poststed, official=f"{official.postnummer} {official.poststed}")
    return None
