"""One address as written + the official register -> a verdict. It is `resolved` only when nothing contradicts it."""

from __future__ import annotations

import re
from dataclasses import replace

from reconciliation.addresses.address_reason import reason
from reconciliation.addresses.address_register import AddressRegister
from reconciliation.addresses.around_address import with_known_places_opened
from reconciliation.addresses.asides import CARE_OF
from reconciliation.addresses.cadastral import resolve_cadastral
from reconciliation.addresses.embedded_address import houses_inside
from reconciliation.addresses.house_verdict import (
    AskedHouse,
    certain_house,
    house_on_uncertain_street,
    houses_in,
    no_such_house,
    only_house,
    several_houses,
)
from reconciliation.addresses.parsed_address import ParsedAddress, ParseStatus
from reconciliation.addresses.parsing import NUMBER_LABEL, core_of, parse_legible
from reconciliation.addresses.plain_form import parse_plain
from reconciliation.addresses.pointers import points_elsewhere
from reconciliation.addresses.post_verdict import with_post_warnings
from reconciliation.addresses.postal import from_columns
from reconciliation.addresses.resolution import SHOWN, doubted, unresolved
from reconciliation.addresses.street_houses import FoundBy, StreetCandidates
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
    resolved = _resolve(register, rest, parsed)
    if resolved.verdict is Resolution.NOT_AN_ADDRESS and CARE_OF.search(text or ""):
        resolved = _inside(register, repaired_text(text or ""), parsed) or resolved
    return with_post_warnings(register, resolved, written, parsed, post)


def _resolve(register: AddressRegister, text: str, parsed: ParsedAddress) -> Resolved:
    if parsed.status is ParseStatus.NOT_A_HOME:
        return _inside(register, text, parsed) or unresolved(parsed, Resolution.NOT_AN_ADDRESS, reason("post_box"))
    if parsed.status is ParseStatus.CADASTRAL:
        resolved = resolve_cadastral(register, text, parsed)
        return (_inside(register, text, parsed) or resolved) if resolved.verdict is Resolution.NOT_AN_ADDRESS else resolved
    asked = _address_to_look_up(register, text, parsed)
    if isinstance(asked, Resolved):
        return asked
    return _on_street(register, asked, register.find(asked.name))


def _address_to_look_up(register: AddressRegister, text: str, parsed: ParsedAddress) -> AskedHouse | Resolved:
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
            return AskedHouse(parsed.adressenavn, parsed.nummer, parsed.bokstav or "", parsed)
        if register.find(parsed.adressenavn).found_by > FoundBy.SPELLING:
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
    shown = [f"{house.name} {house.nummer}{house.bokstav}" for house in houses]
    bare = replace(parsed, adressenavn=None, nummer=None, bokstav=None)
    if len(houses) > 1:
        several = reason("several_addresses", addresses="; ".join(shown[:SHOWN]))
        return replace(unresolved(bare, Resolution.AMBIGUOUS, several, shown), left_over=True)
    if houses[0].more_numbers:
        more = reason("several_homes")
        return replace(unresolved(bare, Resolution.AMBIGUOUS, more, shown), left_over=True)
    asked = AskedHouse(houses[0].name, houses[0].nummer, houses[0].bokstav, parsed)
    inside = doubted(_on_street(register, asked, register.find(asked.name)), reason("only_part", address=shown[0]))
    return replace(inside, left_over=True)


def _may_be_house(register: AddressRegister, long: re.Match[str]) -> bool:
    """A number on a street that is known, or one with a postnummer of its own behind it."""
    codes = set(re.findall(r"\d{4}", long["rest"])) - {long["number"]}
    return bool(codes) or register.find(long["name"]).found_by < FoundBy.NONE


def _long_number(register: AddressRegister, long: re.Match[str], parsed: ParsedAddress) -> AskedHouse | Resolved:
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
    return AskedHouse(long["name"], nummer, bokstav, written)


def _without_number(register: AddressRegister, parsed: ParsedAddress) -> Resolved:
    candidates = register.find(parsed.adressenavn or "")
    if candidates.found_by <= FoundBy.SPELLING:
        return unresolved(parsed, Resolution.AMBIGUOUS, reason("number_missing", street=candidates.streets[0].adressenavn))
    return unresolved(parsed, Resolution.NOT_AN_ADDRESS, reason("no_street_no_number"))


def _on_street(register: AddressRegister, asked: AskedHouse, candidates: StreetCandidates) -> Resolved:
    if candidates.found_by is FoundBy.NONE:
        if inside := _inside(register, f"{asked.name} {asked.nummer}{asked.bokstav}", asked.parsed, longer_name=True):
            return inside
        nearby = register.nearest(asked.name)
        unknown = reason("unknown_street_near", name=asked.name, near=nearby) if nearby else reason("unknown_street", name=asked.name)
        return unresolved(asked.parsed, Resolution.OUTSIDE, unknown, nearby)
    if candidates.found_by is FoundBy.LOST_LETTERS and (only := only_house(asked, candidates)):
        return certain_house(register, only, asked)
    if candidates.found_by > FoundBy.SPELLING:
        return house_on_uncertain_street(asked, replace(candidates, streets=(*candidates.streets, *candidates.rivals)))
    houses = houses_in(candidates.streets, asked)
    rivals = houses_in(candidates.rivals, asked)
    if not houses:
        return no_such_house(asked, candidates, rivals)
    if len(houses) + len(rivals) == 1:
        return certain_house(register, houses[0], asked)
    return several_houses(register, asked, candidates, houses, rivals)
