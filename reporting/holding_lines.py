"""The table of who holds what is left, in words: one line each, and the total."""

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


def holding_lines(held: Sequence[Holding], told: Mapping[str, Any], foreseen: Forecast, year: int) -> list[HoldingLine]:
    """held: everybody that holds something. told: summary's `progress`. Empty when nothing is left and nothing stops."""
    if not held:
        return []
    lines = [
        HoldingLine(
            one.title,
            one.left,
            search(i=NOT_THERE, h=one.holder),
            rate(one.expected.per_week),
            _finish(one, foreseen, year),
            _age(one.oldest_days),
            _stopped(one.helps) if one.helps else "",
        )
        for one in held
    ]
    pace = foreseen.actual_per_working_day
    return [
        *lines,
        HoldingLine(
            text("holdings.total"),
            told["in_scope"] - told["in_register"],
            search(i=NOT_THERE),
            "" if pace is None else rate(WEEK * pace),
            day(foreseen.forecast_date, year) if foreseen.forecast_date else "",
            "",
            "",
            total=True,
        ),
    ]


def _finish(one: Holding, foreseen: Forecast, year: int) -> str:
    if not one.left:
        return ""
    if one.holder == NEXT_NIGHT:
        return text("holdings.next_night")
    if foreseen.chance is None:
        return text("holdings.unknown")
    if one.still:
        return text("holdings.still", days=counted(one.expected.still, "arbeidsdag"))
    return day(one.expected.middle, year) if one.expected.middle else text("holdings.never")


def _age(days: int | None) -> str:
    if days is None:
        return ""
    return counted(days, "dag") if days else text("blocks.today")


def _stopped(block: Block) -> str:
    noun = "rad" if block.kind == "rejected" else "bolig"
    return f"{counted(block.count, noun)}: {block.why[:1].lower()}{block.why[1:]}"
