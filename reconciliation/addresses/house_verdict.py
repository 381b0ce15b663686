"""The verdict on a written name and house number, once it is known which streets the name may mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from language import and_then
from reconciliation.addresses.address_reason import reason
from reconciliation.addresses.address_register import AddressRegister, place_key
from reconciliation.addresses.around_address import doubt_around, not_used, words_around
from reconciliation.addresses.parsed_address import ParsedAddress
from reconciliation.addresses.postal import agreeing, postal_doubt
from reconciliation.addresses.resolution import SHOWN, resolved, unresolved
from reconciliation.addresses.street_houses import FoundBy, Official, Street, StreetCandidates
from reconciliation.addresses.verdicts import Resolution, Resolved


@dataclass(frozen=True, slots=True)
class AskedHouse:
    """Name, number and letter to look up, and the whole parsed address."""

    name: str
    nummer: int
    bokstav: str
    parsed: ParsedAddress


def several_houses(
    register: AddressRegister, asked: AskedHouse, candidates: StreetCandidates, houses: list[Official], rivals: list[Official]
) -> Resolved:
    """More than one address could be meant: the postnummer and poststed decide, or a person."""
    parsed = asked.parsed
    alike = [rival for rival in rivals if candidates.found_by is FoundBy.SPELLING or _same_key(register, rival, houses)]
    agree = agreeing([*houses, *rivals], parsed.postnummer, parsed.poststed)
    if len(agree) == 1 and agree[0] in houses:
        return certain_house(register, agree[0], asked)
    # The official spelling, one letter from another street's: doubtful only when the postnummer is the other street's.
    if len(houses) == 1 and not alike and candidates.found_by is FoundBy.NAME and not (set(agree) & set(rivals)):
        return certain_house(register, houses[0], asked)
    both = list(dict.fromkeys([*houses, *rivals])) if not agree or set(agree) & set(rivals) else agree
    shown = [f"{house}, {house.postnummer} {house.poststed}" for house in both]
    return unresolved(parsed, Resolution.AMBIGUOUS, reason("several_meant", addresses="; ".join(shown[:SHOWN])), shown)


def _same_key(register: AddressRegister, rival: Official, houses: list[Official]) -> bool:
    """Whether the two names are spelling variants of each other (Kirkegata, Kirkegaten)."""
    return any(street.adressenavn == rival.adressenavn for street in register.alike(houses[0].adressenavn))


def only_house(asked: AskedHouse, candidates: StreetCandidates) -> Official | None:
    """The only house with that number, letter and written postnummer, in the streets that may be meant and those with similar names.

    None when it is in a street with a similar name, or when there are several.
    """
    code = asked.parsed.postnummer
    matches = [house for house in houses_in((*candidates.streets, *candidates.rivals), asked) if code in (None, house.postnummer)]
    return matches[0] if len(matches) == 1 and matches[0] in houses_in(candidates.streets, asked) else None


def house_on_uncertain_street(asked: AskedHouse, candidates: StreetCandidates) -> Resolved:
    """The verdict when the streets are only guesses: never certain. The only such house is suggested, otherwise several are listed."""
    names = list(dict.fromkeys(street.adressenavn for street in candidates.streets))
    houses = houses_in(candidates.streets, asked)
    if len(candidates.streets) > 1:
        alike = reason("like_several", name=asked.name, streets=names[:SHOWN])
        return unresolved(asked.parsed, Resolution.AMBIGUOUS, alike, [str(house) for house in houses] or names)
    if len(houses) == 1 and not postal_doubt(houses[0], asked.parsed.postnummer, asked.parsed.poststed, None):
        return resolved(Resolution.SUGGESTED, houses[0], asked.parsed, reason("did_you_mean", name=asked.name, street=names[0]))
    number = f"{asked.nummer}{asked.bokstav}"
    return unresolved(
        asked.parsed, Resolution.OUTSIDE, reason("like_without_number", name=asked.name, street=names[0], number=number), names
    )


def no_such_house(asked: AskedHouse, candidates: StreetCandidates, rivals: list[Official]) -> Resolved:
    """The verdict when no street that may be meant has that number and letter. rivals: houses that have, in streets with a similar name."""
    number = f"{asked.nummer}{asked.bokstav}"
    name = candidates.streets[0].adressenavn
    letters = sorted({letter for street in candidates.streets for letter in street.letters(asked.nummer)})
    if rivals:
        shown = [str(rival) for rival in rivals]
        return unresolved(
            asked.parsed, Resolution.AMBIGUOUS, reason("number_elsewhere", street=name, number=number, addresses=shown[:SHOWN]), shown
        )
    if letters and not asked.bokstav:
        shown = [f"{name} {asked.nummer}{letter}" for letter in letters]
        return unresolved(
            asked.parsed, Resolution.AMBIGUOUS, reason("only_with_letter", street=name, number=number, letters=letters), shown
        )
    if other_letters := sorted({house[1] for street in candidates.streets for house in street.houses if house[0] == asked.nummer}):
        shown = [f"{name} {asked.nummer}{letter}" for letter in other_letters]
        return unresolved(asked.parsed, Resolution.OUTSIDE, reason("other_letter", street=name, number=number, there=shown), shown)
    nearest_houses = _nearest_houses(candidates.streets, asked)
    return unresolved(
        asked.parsed, Resolution.OUTSIDE, reason("no_such_number", street=name, number=number, near=nearest_houses), nearest_houses
    )


def _nearest_houses(streets: Sequence[Street], asked: AskedHouse) -> list[str]:
    houses = sorted({house for street in streets for house in street.houses}, key=lambda house: (abs(house[0] - asked.nummer), house))
    return [f"{streets[0].adressenavn} {number}{letter}" for number, letter in houses[:SHOWN]]


def houses_in(streets: Sequence[Street], asked: AskedHouse) -> list[Official]:
    """The official addresses with that number and letter in these streets."""
    return [house for street in streets for house in street.houses.get((asked.nummer, asked.bokstav), ())]


def certain_house(register: AddressRegister, official: Official, asked: AskedHouse) -> Resolved:
    """The verdict on the only official address that can be meant: certain, unless something else in the text contradicts it."""
    parsed = asked.parsed
    if doubt := postal_doubt(official, parsed.postnummer, parsed.poststed, register):
        return resolved(Resolution.SUGGESTED, official, parsed, doubt)
    if doubt := parsed.unclear or doubt_around(register, official, parsed):
        return resolved(Resolution.SUGGESTED, official, parsed, doubt)
    if doubt := register.unit_doubt(official, parsed.bruksenhetsnummer):
        return resolved(Resolution.SUGGESTED, official, parsed, doubt, address_certain=True)
    warnings = [warning for warning in (_warning(official, parsed), not_used(words_around(register, parsed))) if warning]
    return resolved(Resolution.RESOLVED, official, parsed, and_then(*warnings) if warnings else None)


def _warning(official: Official, parsed: ParsedAddress) -> str | None:
    """A different postnummer is only a warning: Elverum has 82 addresses with a neighbour's postnummer."""
    if parsed.postnummer and official.postnummer and parsed.postnummer != official.postnummer:
        return reason("post_code_given", written=parsed.postnummer, official=f"{official.postnummer} {official.poststed}")
    if parsed.poststed and official.poststed and not set(place_key(parsed.poststed).split()) <= set(place_key(official.poststed).split()):
        return reason("place_given", written=parsed.poststed, official=f"{official.postnummer} {official.poststed}")
    return None
