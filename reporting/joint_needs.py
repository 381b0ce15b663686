"""Felles oppmelding: what all services need in one list, and where two of them may mean the same dwellings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reporting.needs import NeedsOverview
from reporting.needs_detail import URGENCY_RANK
from reporting.needs_reading import NeedsLine


@dataclass(frozen=True, slots=True)
class JointNeed:
    """One answer. also: other services (owner slugs) that report the same part of the same category: one need, or two?"""

    answer: NeedsLine
    also: tuple[str, ...]


def joint_needs(overview: NeedsOverview) -> tuple[JointNeed, ...]:
    """Every answer: the most urgent first, then each service's own order, then where most is needed. A service that needs
    nothing of a category has no overlap."""
    return tuple(
        JointNeed(answer, tuple(sorted({other.service for other in overview.answers if _same(answer, other)})))
        for answer in sorted(overview.answers, key=_order)
    )


@dataclass(frozen=True, slots=True)
class AreaNeed:
    """What is needed of one category in one area, as the services report it. now, later: None where no service gave a number."""

    area: str
    category: str
    now: int | None
    later: int | None


def needs_by_area(overview: NeedsOverview) -> tuple[AreaNeed, ...]:
    """The input to the area plan: areas by name, whatever their case, and in each the categories that most is needed of first.

    Answers without an area are left out, and so are answers that contradict each other.
    """
    apart = {id(answer) for contradiction in overview.contradictions for answer in contradiction.answers}
    by_area: dict[tuple[str, str], list[NeedsLine]] = {}
    names: dict[str, str] = {}
    for answer in overview.answers:
        area = (answer.detail.area or "").strip()
        if area and id(answer) not in apart and _needs(answer):
            names.setdefault(area.casefold(), area)
            by_area.setdefault((area.casefold(), answer.category), []).append(answer)
    needs = [
        AreaNeed(names[area], category, _sum(answer.now for answer in same), _sum(answer.later for answer in same))
        for (area, category), same in by_area.items()
    ]
    return tuple(sorted(needs, key=lambda need: (need.area.casefold(), -(need.later or need.now or 0), need.category)))


def _sum(numbers: Iterable[int | None]) -> int | None:
    given = [number for number in numbers if number is not None]
    return sum(given) if given else None


def _needs(answer: NeedsLine) -> bool:
    return any((answer.now, answer.later, *answer.detail.by_year.values()))


def _same(line: NeedsLine, other: NeedsLine) -> bool:
    return (
        line.service != other.service
        and _needs(line)
        and _needs(other)
        and line.category == other.category
        and line.detail.part == other.detail.part
    )


def _order(answer: NeedsLine) -> tuple[int, int, int, str, str, int]:
    urgency = URGENCY_RANK[answer.detail.urgency] if answer.detail.urgency else len(URGENCY_RANK)
    return urgency, answer.detail.priority or 1_000, -(answer.later or answer.now or 0), answer.service, answer.file, answer.row
