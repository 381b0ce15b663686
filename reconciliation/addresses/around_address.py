"""Words around an address: whether they contradict it, and which were not used."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reconciliation.addresses.address_reason import reason
from reconciliation.addresses.address_register import AddressRegister, place_key
from reconciliation.addresses.name_shape import is_house_like
from reconciliation.addresses.parsed_address import ParsedAddress
from reconciliation.addresses.street_houses import Official
from reconciliation.addresses.unit_labels import only_labels
from reconciliation.identifiers.matrikkel import parse_matrikkel

_IN_PARENTHESES = re.compile(r"\s*\(([^()]*)\)")


def with_known_places_opened(register: AddressRegister, written: str) -> str:
    """The text with the parentheses around labels and known places made into commas."""
    return _IN_PARENTHESES.sub(
        lambda match: f", {match[1]}," if only_labels(match[1]) or place_key(match[1]) in register.known_places else match[0], written
    )


def doubt_around(register: AddressRegister, official: Official, parsed: ParsedAddress) -> str | None:
    """A stored message when the words around may mean another address, or None. With a matching postnummer they do not."""
    fits = bool(parsed.postnummer) and parsed.postnummer == official.postnummer
    for words in (parsed.tillegg, *parsed.loose):
        if words and not fits and not is_house_like(words) and place_key(words) not in register.known_places:
            return reason("unknown_place", words=words)
    letter = parsed.oppgangsbokstav
    if letter and not parsed.bokstav and register.has_house(official, letter):
        return reason("letter_too", address=str(official), letter=letter)
    if parsed.ground and not _on_that_ground(register, official, parsed.ground):
        return reason("other_ground", address=str(official), ground=parsed.ground)
    return None


def _on_that_ground(register: AddressRegister, official: Official, ground: str) -> bool:
    number = parse_matrikkel(ground)
    if number is None:
        return False
    return official in register.parcels.get((number.gardsnummer, number.bruksnummer, number.festenummer or 0), ())


def words_around(register: AddressRegister | None, parsed: ParsedAddress) -> tuple[str, ...]:
    """The words around an address that say nothing of where it is; a place before it that the register knows is none of them."""
    known = register is not None and place_key(parsed.tillegg) in register.known_places
    before = (parsed.tillegg,) if parsed.tillegg and not known else ()
    return (*before, *parsed.asides, *parsed.loose)


def not_used(words: Sequence[str]) -> str | None:
    """A stored message about words around the address that were not used; None when there are none."""
    return reason("not_used", words=[f"«{word}»" for word in words]) if words else None
