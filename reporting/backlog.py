"""Who must act on the dwellings that are not yet in Kobo, and how fast they clear: the nights' history as flows of blocked dwellings.

A dwelling is blocked while it is not in Kobo. A new dwelling whose row is valid enters Kobo the same night: scope and register grow by
the same number, which says nothing about when the blocked ones will be cleared.
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
_NO_REASON = ""
"""Reason of blocked dwellings for which the history names none."""

Rates = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Flow:
    """The blocked dwellings of one holder (owner, OPERATIONS or NEXT_NIGHT), working day by working day.

    left: how many are blocked now. cleared, arrived: dwellings per working day from the first night to the last, constant between two
    nights; nan before the holder's first source was read. still: working days since one was last cleared; all of them when none was.
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

    Clearances and arrivals are counted per source, owner and reason: within one of these groups only the net change is known.
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
        by_reason = {reason: number for reason, number in json.loads(reasons or "{}").items() if number}
        by_reason[_NO_REASON] = max(0, scope - register - sum(by_reason.values()))
        for reason, number in by_reason.items():
            cell = counts.setdefault((source, owner, reason), {})
            cell[night] = cell.get(night, 0) + number
    return _by_holder(counts, joined, nights)


def holder_of(reason: str, owner: str) -> str:
    """Who must act on dwellings that this reason keeps out of the register. owner: of their rows."""
    return _HELD_BY.get(reason, owner)


def _by_holder(counts: dict[tuple[str, str, str], dict[date, int]], joined: dict[tuple[str, str], date], nights: list[date]) -> list[Flow]:
    # Work done on a weekend counts for the working day before it; an interval without working days counts as one.
    days = [max(1, working_days_between(earlier, later)) for earlier, later in pairwise(nights)]
    cleared: dict[str, Rates] = {}
    arrived: dict[str, Rates] = {}
    left: dict[str, int] = {}
    since: dict[str, int] = {}
    for (source, owner, reason), by_night in counts.items():
        holder = holder_of(reason, owner)
        series = np.array([by_night.get(night, 0) for night in nights], dtype=float)
        change = np.diff(series) / days if days else np.zeros(0)
        # The dwellings that a source brings on its first night come once, so they are no part of the rate of arrival.
        first = nights.index(joined[source, owner])
        change[:first] = 0.0
        for into, moved in ((cleared, np.maximum(-change, 0)), (arrived, np.maximum(change, 0))):
            into[holder] = into.get(holder, np.zeros(len(days))) + moved
        left[holder] = left.get(holder, 0) + int(series[-1])
        since[holder] = min(since.get(holder, first), first)
    holders = []
    for holder, number in left.items():
        gone, came = (np.repeat(side[holder], days) for side in (cleared, arrived))
        unseen = sum(days[: since[holder]])
        gone[:unseen] = came[:unseen] = np.nan
        moved = np.flatnonzero(np.nan_to_num(gone) > 0)
        still = len(gone) - (int(moved[-1]) + 1 if len(moved) else unseen)
        holders.append(Flow(holder, number, gone, came, still))
    return sorted(holders, key=lambda flow: (-flow.left, flow.holder))
