"""A verdict with what the postnummer and poststed of the text and of their columns say of it."""

from __future__ import annotations

from dataclasses import replace

from reconciliation.addresses.address_reason import reason
from reconciliation.addresses.address_register import AddressRegister, place_key
from reconciliation.addresses.parsed_address import ParsedAddress
from reconciliation.addresses.postal import doubt_of_columns, post_doubt, same_place
from reconciliation.addresses.resolution import doubted, with_warning
from reconciliation.addresses.verdicts import Resolution, Resolved
from reconciliation.identifiers.post_cells import Post


def with_post_warnings(register: AddressRegister, resolved: Resolved, written: ParsedAddress, asked: ParsedAddress, post: Post) -> Resolved:
    """written: what the text says; asked: with what the columns add."""
    if resolved.verdict is Resolution.OUTSIDE and (of_another := _of_another_municipality(register, asked)):
        resolved = replace(resolved, reason=of_another, candidates=())
    doubt = doubt_of_columns(written, post.postnummer)
    if doubt is None and resolved.verdict is Resolution.RESOLVED:
        doubt = _elsewhere(register, resolved, asked, post.poststed) or _doubt_of_cells(post, resolved.postnummer)
    if doubt:
        return doubted(resolved, doubt)
    return with_warning(resolved, post_doubt(post)) if post.misplaced else resolved


def _elsewhere(register: AddressRegister, resolved: Resolved, parsed: ParsedAddress, column: str | None) -> str | None:
    """Why a poststed in a column of its own contradicts the poststed that the text has, or None."""
    if column is None or parsed.poststed is None or same_place(column, resolved.poststed) or same_place(column, parsed.poststed):
        return None
    return None if place_key(column) in register.villages else reason("place_column", place=column.upper())


def _of_another_municipality(register: AddressRegister, parsed: ParsedAddress) -> str | None:
    """That neither the postnummer nor the poststed written is one of the register's, or None: the address is hardly of the municipality,
    and what is near in the register says nothing."""
    if parsed.postnummer is None or parsed.nummer is None or parsed.postnummer in register.postnummer:
        return None
    if parsed.poststed and place_key(parsed.poststed) in register.known_places:
        return None
    return reason("post_elsewhere", post=" ".join(part for part in (parsed.postnummer, parsed.poststed) if part))


def _doubt_of_cells(post: Post, official: str | None) -> str | None:
    """Why the postnummer's column holds none, or None. official: the address's own; it may be the one that was meant."""
    if post.fault is None or (post.meant and post.meant == official):
        return None
    return post_doubt(post) or reason("no_post_code")
