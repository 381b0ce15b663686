"""The table of who must act on what is left, in words: one line each, and the total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from language import counted, day, text
from reporting.backlog import NEXT_NIGHT
from reporting.forecast import Forecast
from reporting.holdings import Holding
from reporting.number_links import NOT_THERE, search
from reporting.possible_futures import WEEK
from reporting.progress_overview import Block
from reporting.tiles import rate


@dataclass(frozen=True, slots=True)
class HoldingLine:
    """target: opens the dwellings and rows that `left` counts. Empty texts for what is not known."""

    title: str
    left: int
    target: str
    per_week: str
    finish: str
    oldest: str
    helps: str
    total: bool = False


def holding_lines(holders: Sequence[Holding], progress: Mapping[str, Any], foreseen: Forecast, year: int) -> list[HoldingLine]:
    """holders: everyone whom something waits for. progress: summary's `progress`. Empty when nothing is left and nothing stops."""
    if not holders:
        return []
    lines = [
        HoldingLine(
            holding.title,
            holding.left,
            search(i=NOT_THERE, h=holding.holder),
            rate(holding.expected.per_week),
            _finish(holding, foreseen, year),
            _age(holding.oldest_days),
            _stopped(holding.helps) if holding.helps else "",
        )
        for holding in holders
    ]
    pace = foreseen.actual_per_working_day
    return [
        *lines,
        HoldingLine(
            text("holdings.total"),
            progress["in_scope"] - progress["in_register"],
            search(i=NOT_THERE),
            "" if pace is None else rate(WEEK * pace),
            day(foreseen.forecast_date, year) if foreseen.forecast_date else "",
            "",
            "",
            total=True,
        ),
    ]


def _finish(holding: Holding, foreseen: Forecast, year: int) -> str:
    if not holding.left:
        return ""
    if holding.holder == NEXT_NIGHT:
        return text("holdings.next_night")
    if foreseen.chance is None:
        return text("holdings.unknown")
    if holding.still:
        return text("holdings.still", days=counted(holding.expected.still, "arbeidsdag"))
    return day(holding.expected.middle, year) if holding.expected.middle else text("holdings.never")


def _age(days: int | None) -> str:
    if days is None:
        return ""
    return counted(days, "dag") if days else text("blocks.today")


def _stopped(block: Block) -> str:
    noun = "rad" if block.kind == "rejected" else "bolig"
    return f"{counted(block.count, noun)}: {block.why[:1].lower()}{block.why[1:]}"
