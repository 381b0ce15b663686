"""Whether postnummer and poststed, as written, agree with an official address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from language import message, stored
from reconciliation.addresses.address_reason import reason
from reconciliation.addresses.address_register import AddressRegister, place_key
from reconciliation.addresses.parsed_address import ParsedAddress
from reconciliation.addresses.street_houses import Official
from reconciliation.identifiers.post_cells import Post

_LIKE = 85


def agreeing(addresses: Sequence[Official], postnummer: str | None, poststed: str | None) -> list[Official]:
    """Those that the written postnummer fits; without one, those that the written poststed fits. Where the two point at different
    ones: both."""
    distinct = list(dict.fromkeys(addresses))
    by_code = [address for address in distinct if postnummer and address.postnummer == postnummer]
    by_place = [address for address in distinct if poststed and same_place(poststed, address.poststed)]
    if by_code and by_place and not set(by_code) & set(by_place):
        return [*by_code, *by_place]
    return by_code if postnummer else by_place


def doubt_of_columns(parsed: ParsedAddress, code: str | None) -> str | None:
    """What contradicts the postnummer that the text has, or None. code: the postnummer of a column of its own."""
    if code and parsed.postnummer and code != parsed.postnummer:
        return reason("two_post_codes", text=parsed.postnummer, column=code)
    return None


def from_columns(parsed: ParsedAddress, post: Post) -> ParsedAddress:
    """With what columns of their own add to the text."""
    if parsed.postnummer is not None:
        return parsed
    return replace(parsed, postnummer=post.postnummer, poststed=parsed.poststed or (post.poststed or "").upper() or None)


def post_doubt(post: Post) -> str | None:
    """What there is to say of the two cells, as a stored message; None for nothing."""
    if post.misplaced:
        return stored(message("post_cells.read_as", post=" ".join(part for part in (post.postnummer, post.poststed) if part)))
    if post.fault in ("digits_missing", "two_codes") or post.meant:
        return stored(message(f"post_cells.{post.fault}", meant=post.meant))
    return stored(message("post_cells.box_code")) if post.fault == "box_code" else None


def same_place(written: str | None, official: str | None) -> bool:
    """One of a place's two names is enough (GÁIVUOTNA KÅFJORD). One different letter is not: Kristiansund is not Kristiansand."""
    written_key, official_key = place_key(written), place_key(official)
    return bool(written_key and official_key) and set(written_key.split()) <= set(official_key.split())


def much_the_same_place(written: str | None, official: str | None) -> bool:
    """The same place, or a similar spelling: enough where the postnummer matches."""
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
