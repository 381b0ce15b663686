"""Who holds what is left, and how fast it moves: the nights' history as flows of blocked dwellings.

A dwelling is blocked while it is not in Kobo. Newcomers whose rows are right pass in the night they come: they make the scope and the
register grow alike, and tell nothing of when the blocked ones will be cleared.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from reporting.workdays import working_days_between

OPERATIONS, NEXT_NIGHT = "drift", "neste natt"
"""Holders of what waits for no owner's row or answer: for an approval or a file, and for the next night alone."""
_HELD_BY = {
    **dict.fromkeys(("not_applied", "handed_over", "import_overdue", "by_hand", "register_not_seen"), OPERATIONS),
    **dict.fromkeys(("failed", "unknown", "not_tried", "moved"), NEXT_NIGHT),
}
_UNTOLD = ""
"""Reason of blocked dwellings for which the history names none."""

Rates = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Flow:
    """The blocked dwellings of one holder (owner, OPERATIONS or NEXT_NIGHT), working day by working day.

    left: how many are blocked now. cleared, arrived: per working day from the first night to the last, rates within the stretch
    between two nights; nan before the holder's first source was read. still: working days since one was last cleared, all when none was.
    """

    holder: str
    left: int
    cleared: Rates
    arrived: Rates
    still: int

    def recently(self, rates: Rates, days: int) -> float | None:
        """Mean per working day over the last `days`; None while nothing has been observed."""
        known = rates[-days:][~np.isnan(rates[-days:])]
        return float(known.mean()) if len(known) else None


def flows(history: pl.DataFrame, as_of: date) -> list[Flow]:
    """history: HISTORY. Nights whose register was not seen, and nights after `as_of`, are left out. Sorted by what is left, most first.

    Cleared and arrived are told apart by source and cause: within one of them only the sum of both is known.
    """
    seen = history.filter((pl.col("as_of") <= as_of) & pl.col("register_seen").all().over("as_of")).sort("as_of")
    nights = seen.get_column("as_of").unique().sort().to_list()
    if not nights:
        return []
    counts: dict[tuple[str, str, str], dict[date, int]] = {}
    joined: dict[tuple[str, str], date] = {}
    for night, source, owner, scope, register, reasons in seen.select(
        "as_of", "source", "owner", "in_scope", "in_register", "blocked"
    ).iter_rows():
        joined.setdefault((source, owner), night)
        told = {reason: number for reason, number in json.loads(reasons or "{}").items() if number}
        told[_UNTOLD] = max(0, scope - register - sum(told.values()))
        for reason, number in told.items():
            cell = counts.setdefault((source, owner, reason), {})
            cell[night] = cell.get(night, 0) + number
    return _by_holder(counts, joined, nights)


def holder_of(reason: str, owner: str) -> str:
    """Who must act on dwellings that this reason keeps out of the register. owner: of their rows."""
    return _HELD_BY.get(reason, owner)


def _by_holder(counts: dict[tuple[str, str, str], dict[date, int]], joined: dict[tuple[str, str], date], nights: list[date]) -> list[Flow]:
    # Work done on a weekend belongs to the working day before it; a stretch without any lasts one.
    days = [max(1, working_days_between(one, other)) for one, other in pairwise(nights)]
    cleared: dict[str, Rates] = {}
    arrived: dict[str, Rates] = {}
    left: dict[str, int] = {}
    since: dict[str, int] = {}
    for (source, owner, reason), told in counts.items():
        holder = holder_of(reason, owner)
        series = np.array([told.get(night, 0) for night in nights], dtype=float)
        change = np.diff(series) / days if days else np.zeros(0)
        # What a source brings on the night it joins is no arrival that comes again.
        first = nights.index(joined[source, owner])
        change[:first] = 0.0
        for into, moved in ((cleared, np.maximum(-change, 0)), (arrived, np.maximum(change, 0))):
            into[holder] = into.get(holder, np.zeros(len(days))) + moved
        left[holder] = left.get(holder, 0) + int(series[-1])
        since[holder] = min(since.get(holder, first), first)
    found = []
    for holder, number in left.items():
        gone, came = (np.repeat(side[holder], days) for side in (cleared, arrived))
        unseen = sum(days[: since[holder]])
        gone[:unseen] = came[:unseen] = np.nan
        moved = np.flatnonzero(np.nan_to_num(gone) > 0)
        still = len(gone) - (int(moved[-1]) + 1 if len(moved) else unseen)
        found.append(Flow(holder, number, gone, came, still))
    return sorted(found, key=lambda flow: (-flow.left, flow.holder))
