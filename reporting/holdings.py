"""Who must act on what is left: one Holding each, with what waits for it, how fast it clears, and what would help most."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from reporting.backlog import holder_of
from reporting.forecast import STUCK, Expected, Forecast
from reporting.night_report import NightResult
from reporting.progress_overview import Block, holder_title


@dataclass(frozen=True, slots=True)
class Holding:
    """left = rows + dwellings: homes whose row is rejected, and dwellings that wait for something else. blocks: what stops them, the
    most first; their counts are of rows, and of conflicts that are in Kobo too, so they need not add up to left."""

    holder: str
    title: str
    left: int
    rows: int
    dwellings: int
    expected: Expected
    blocks: tuple[Block, ...]

    @property
    def oldest_days(self) -> int | None:
        """Age in days of the oldest block; None when no block has an age."""
        return max((block.age_days for block in self.blocks if block.age_days is not None), default=None)

    @property
    def still(self) -> bool:
        """Nothing has been cleared for so long that no date can be given."""
        return self.expected.still >= STUCK

    @property
    def helps(self) -> Block | None:
        """What stops most."""
        return self.blocks[0] if self.blocks else None


def holdings(result: NightResult, foreseen: Forecast, stopping: Sequence[Block]) -> list[Holding]:
    """Everyone whom something waits for tonight, the most first. stopping: all blocks of the night, the most first."""
    rows: dict[str, int] = {}
    others: dict[str, int] = {}
    tonight = result.history.filter(pl.col("as_of") == result.as_of)
    for owner, scope, register, reasons in tonight.select("owner", "in_scope", "in_register", "blocked").iter_rows():
        by_reason = json.loads(reasons or "{}")
        without_reason = max(0, scope - register - sum(by_reason.values()))
        for reason, number in [*by_reason.items(), ("", without_reason)]:
            into = rows if reason == "rejected" else others
            holder = holder_of(reason, owner)
            into[holder] = into.get(holder, 0) + number
    expected = {expected.holder: expected for expected in foreseen.holders}
    names = {*rows, *others, *(block.holder for block in stopping)}
    blocks = {holder: tuple(block for block in stopping if block.holder == holder) for holder in names}
    everyone = [
        Holding(
            holder,
            holder_title(result, holder),
            rows.get(holder, 0) + others.get(holder, 0),
            rows.get(holder, 0),
            others.get(holder, 0),
            expected.get(holder, Expected(holder, 0, None, 0)),
            theirs,
        )
        for holder, theirs in blocks.items()
    ]
    return sorted((holding for holding in everyone if holding.left or holding.blocks), key=lambda holding: (-holding.left, holding.title))
