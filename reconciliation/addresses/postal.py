"""Do postnummer and poststed, as written, agree with an official address or contradict it?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import fuzz

from reconciliation.addresses.address_reason import reason
from reconciliation.addresses.address_register import AddressRegister, Official, place_key
from reconciliation.addresses.parsed_address import ParsedAddress
from reconciliation.addresses.verdicts import Resolved

_LIKE = 85
_CODE = re.compile(r"(?:n(?:or?)?[\s-]*)?(\d{1,4})(?:[.,]0+)?(?:[\s,]+([^\W\d].*))?", re.IGNORECASE)
"""A cell of a postnummer column: 481, 0481, 481.0, N-0481, 0481 Oslo."""


def agreeing(addresses: Sequence[Official], postnummer: str | None, poststed: str | None) -> list[Official]:
    """Those that the written postnummer fits; without one, those that the written poststed fits. Where the two point at different
    ones: both."""
    distinct = list(dict.fromkeys(addresses))
    by_code = [one for one in distinct if postnummer and one.postnummer == postnummer]
    by_place = [one for one in distinct if poststed and same_place(poststed, one.poststed)]
    if by_code and by_place and not set(by_code) & set(by_place):
        return [*by_code, *by_place]
    return by_code if postnummer else by_place


def column_code(postnummer: str | None) -> str | None:
    """The postnummer that a cell of its own column holds, None when it holds none."""
    return _read_cell(postnummer or "")[0]


def doubt_of_columns(parsed: ParsedAddress, postnummer: str | None) -> str | None:
    """What contradicts the postnummer that the text has, or against the column's, or None."""
    code, _, doubt = _read_cell(postnummer or "")
    if code and parsed.postnummer and code != parsed.postnummer:
        return reason("two_post_codes", text=parsed.postnummer, column=code)
    return doubt


@lru_cache(maxsize=1 << 12)
def _read_cell(postnummer: str) -> tuple[str | None, str | None, str | None]:
    """postnummer, poststed and what is wrong with a cell of a postnummer column. A list has few different ones."""
    cell = unicodedata.normalize("NFKC", postnummer).strip(" '\"")
    found = _CODE.fullmatch(cell)
    if found and int(found.group(1)):
        return found.group(1).zfill(4), found.group(2), None
    doubt = reason("no_post_code", cell=cell) if not found and re.search(r"\d", cell) else None
    return None, None, doubt


def from_columns(parsed: ParsedAddress, postnummer: str | None, poststed: str | None) -> tuple[ParsedAddress, str | None]:
    """What columns of their own add to the text, and what in the postnummer's contradicts it."""
    code, place, _ = _read_cell(postnummer or "")
    doubt = doubt_of_columns(parsed, postnummer)
    if parsed.postnummer is None:
        named = parsed.poststed or (named_place(poststed) or place or "").upper() or None
        return replace(parsed, postnummer=code, poststed=named), doubt
    return parsed, doubt


def named_place(cell: str | None) -> str | None:
    """A cell of a poststed column; None for a dash and other signs of nothing."""
    text = (cell or "").strip()
    return text if re.search(r"[^\W\d_]", text) else None


def elsewhere(register: AddressRegister, resolved: Resolved, parsed: ParsedAddress, poststed: str | None) -> str | None:
    """Why a poststed in a column of its own contradicts the poststed that the text has, or None."""
    column = named_place(poststed)
    if column is None or parsed.poststed is None or same_place(column, resolved.poststed) or same_place(column, parsed.poststed):
        return None
    return None if place_key(column) in register.villages else reason("place_column", place=column.upper())


def same_place(written: str | None, official: str | None) -> bool:
    """One of the two names of a place is enough (GÁIVUOTNA KÅFJORD). A slip of a letter is not: Kristiansund is not Kristiansand."""
    one, other = place_key(written), place_key(official)
    return bool(one and other) and set(one.split()) <= set(other.split())


def much_the_same_place(written: str | None, official: str | None) -> bool:
    """The same, or spelt nearly so: enough where the postnummer is there to tell."""
    return same_place(written, official) or fuzz.ratio(place_key(written), place_key(official)) >= _LIKE


def postal_doubt(official: Official, postnummer: str | None, poststed: str | None, register: AddressRegister | None) -> str | None:
    """Why the address may be elsewhere, or None. One of the two that fits is enough: postnummer is no municipality.

    "Storgata 1, 0155 Oslo" is no address of Elverum because Elverum has a Storgata 1.
    """
    if not (postnummer or poststed) or (postnummer and postnummer == official.postnummer) or same_place(poststed, official.poststed):
        return None
    shown = f"{official.postnummer} {official.poststed}"
    if poststed:
        known = register is not None and not postnummer and place_key(poststed) in register.villages
        if known:
            return None
        return reason("other_place", written=" ".join(part for part in (postnummer, poststed) if part), official=shown)
    places = register.postnummer.get(postnummer or "", set()) if register is not None else set()
    if place_key(official.poststed) in places:
        return None
    return reason("other_post_code", written=postnummer, official=shown)
