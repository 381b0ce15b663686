"""Addresses of the register's streets inside a longer text that cannot be parsed as one address."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reconciliation.addresses.address_register import AddressRegister, place_key

_HOUSE = re.compile(
    r"(?<![\w.])(?P<number>[1-9]\d{0,3})(?:(?P<glued>[^\W\d_])|\s?[-.]?\s?(?P<apart>(?-i:[A-ZÆØÅ])|[b-hj-z]))?(?!\w)", re.IGNORECASE
)
""" "12 i" is no letter."""
_NUMBER_LABEL = re.compile(r"(?:(?:hus)?n(?:umme)?r|no|hus|[#№])\.?:?", re.IGNORECASE)
_MORE_NUMBERS = re.compile(r"\s*(?:(?:[-/+&]|og|til)\s*\d|,?\s*(?!\d{4}\b)\d|(?:[-/+&,]|og|til)\s*[A-ZÆØÅ](?!\w)\s*$|[A-ZÆØÅ]\s*$)")
"""Four digits without a dash are a postnummer."""
_PART_OF_NAME = re.compile(r"(?!.*\bi$)[^\W\d_]+\.?(?:[ -][^\W\d_]+\.?)*", re.IGNORECASE)
_LONGEST = 6
"""Words of a name, and one more."""


@dataclass(frozen=True, slots=True)
class Inside:
    """One house on a street of the register. more_numbers: another number or letter follows it directly."""

    name: str
    nummer: int
    bokstav: str
    more_numbers: bool
    part_of_name: bool
    """Whether only words come before the name: "Gamle Storgata" is not Storgata."""


def houses_inside(register: AddressRegister, text: str) -> list[Inside]:
    """Every number behind the name of a street, each address once, in the text's order."""
    houses: dict[tuple[str, int, str], Inside] = {}
    for house in _HOUSE.finditer(text):
        if name := _name_before(register, text[: house.start()]):
            before = text[: text.rfind(name, 0, house.start())].strip()
            words = bool(_PART_OF_NAME.fullmatch(before)) and place_key(before) not in register.known_places
            number, letter = int(house["number"]), (house["glued"] or house["apart"] or "").upper()
            more = _MORE_NUMBERS.match(text, house.end()) is not None
            houses.setdefault((register.spelt(name)[0].adressenavn, number, letter), Inside(name, number, letter, more, words))
    return list(houses.values())


def _name_before(register: AddressRegister, text: str) -> str | None:
    words = re.split(r"[\s/:()\[\]{}=<>]+", re.split(r"[,;]", text.rstrip(" ,;:"))[-1].strip())
    while words and _NUMBER_LABEL.fullmatch(words[-1]):
        words.pop()
    for many in range(min(_LONGEST, len(words)), 0, -1):
        name = " ".join(words[-many:])
        if register.spelt(name):
            return name
    return None
