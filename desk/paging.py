"""A long list page by page: which part of it is shown, and the addresses of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

Item = TypeVar("Item")
PAGE = 50
"""Items on a page: as many as somebody looks through, and half the time of a hundred."""
AROUND = 3
"""Pages before and behind this one that a list leads to."""


@dataclass(frozen=True, slots=True)
class Paged(Generic[Item]):
    """items: those on this page. total: how many there are in all. here, last: pages from 1."""

    items: Sequence[Item]
    total: int
    here: int
    last: int

    def links(self, wanted: Mapping[str, Any]) -> list[tuple[int, str, bool]]:
        """(number, query, whether it is this one) of the first page, the last and those around this one; none where there is one only.

        wanted: the filters of the address.
        """
        around = range(max(1, self.here - AROUND), min(self.last, self.here + AROUND) + 1)
        numbers = sorted({1, *around, self.last}) if self.last > 1 else ()
        return [(number, f"?{urlencode({**wanted, 'side': number})}", number == self.here) for number in numbers]


def page_number(given: str) -> int:
    """The page that an address asks for; 1 where it names none."""
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 1


def paged(items: Sequence[Item], page: int) -> Paged[Item]:
    """The page's part of `items`; a page that does not exist is the nearest that does."""
    here, last = page_there_is(len(items), page)
    return Paged(items[(here - 1) * PAGE : here * PAGE], len(items), here, last)


def page_there_is(total: int, page: int) -> tuple[int, int]:
    """(the page that exists, the last page) of that many items."""
    last = max(1, -(-total // PAGE))
    return min(max(page, 1), last), last
