"""postnummer and poststed at the end of an address, distinguished from a house number of four digits by the rest of the text."""

from __future__ import annotations

import re
from dataclasses import replace

from reconciliation.addresses.address_reason import reason
from reconciliation.addresses.name_shape import is_house_like
from reconciliation.addresses.parsed_address import ParsedAddress

_POST_CODE = re.compile(r"(?:^|[,\s])(?P<code>\d{4})\s*,?\s*(?P<place>[^\W\d][^\d,]+)?$")
_SHORT_CODE = re.compile(r",\s*(\d{3})\s+([^\W\d]{2}[^\d,]*)$")
"""A postnummer whose zero a spreadsheet took; only after an address and before a place."""
_HOUSE = re.compile(r"[^\W\d_].*\d\s?[^\W\d_]?$")
"""A text that ends in a house number already."""


def take_post_code(parsed: ParsedAddress, text: str, code: str | None) -> tuple[ParsedAddress, str]:
    """The postnummer and its place from the end, as often as it is written there, and what is before.

    code: the postnummer of a column of its own. With it a lone group of four other digits is no postnummer.
    """
    while taken := _POST_CODE.search(text):
        before, number, place = text[: taken.start()].rstrip(" ,"), taken["code"], taken["place"]
        if (not before and not place) or (place and is_house_like(place)):
            break
        if parsed.postnummer not in (None, number):
            break
        if code and number != code and not (place and _HOUSE.search(before)):
            # The place of a house number: "Austsidevegen 1043 Fjordvik" with 9910 in the column.
            if place and before:
                parsed, text = replace(parsed, poststed=_name(place)), f"{before} {number}"
            break
        if parsed.postnummer is None:
            parsed = replace(parsed, postnummer=number, poststed=_name(place) if place else None)
            if not place and before and code is None and not _HOUSE.search(before):
                parsed = replace(parsed, unclear=may_be_either(number))
        text = before
    if parsed.postnummer is None and (short := _SHORT_CODE.search(text)) and re.search(r"[^\W\d].*\d", text[: short.start()]):
        parsed = replace(parsed, postnummer=short.group(1).zfill(4), poststed=_name(short.group(2)))
        text = text[: short.start()]
    return parsed, text


def may_be_either(number: str) -> str:
    """A stored message: a group of four digits behind a street, with nothing to tell what it is."""
    return reason("either_number", number=number)


def _name(place: str) -> str:
    return place.strip(" ,").upper()
