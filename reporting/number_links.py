"""What a number on the page opens: the search page, asked for exactly the dwellings or rows that the number counts."""

from __future__ import annotations

from urllib.parse import urlencode

SEARCH = "boliger.html"
IN_REGISTER, NOT_THERE, COUNTED, IN_SYNC = "0", "1", "2", "3"
"""Values of `i`, as the search page's script knows them."""
KINDS = {"category": "c", "owner": "e", "source": "s"}
"""What a table groups by -> the parameter that asks for one of its rows."""


def search(**asked: str) -> str:
    """i: IN_REGISTER, NOT_THERE, COUNTED or IN_SYNC. k: class; c: category; e: owner; s: source; h: holder; b: why it waits."""
    return f"{SEARCH}?{urlencode({name: value for name, value in asked.items() if value})}"


def of_group(by: str, slug: str | None, counted: str) -> str:
    """by: category, owner or source. slug: None for the table's total."""
    return search(**({KINDS[by]: slug} if slug is not None else {}), i=counted)
