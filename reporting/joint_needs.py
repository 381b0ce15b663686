"""Felles oppmelding: what all services need in one list, and where two of them may mean the same dwellings."""

from __future__ import annotations

from dataclasses import dataclass

from reporting.needs import NeedsOverview
from reporting.needs_detail import URGENCY_RANK
from reporting.needs_reading import Answer


@dataclass(frozen=True, slots=True)
class JointNeed:
    """One answer. also: other services (owner slugs) that report the same part of the same category: one need, or two?"""

    answer: Answer
    also: tuple[str, ...]


def joint_needs(overview: NeedsOverview) -> tuple[JointNeed, ...]:
    """Every answer: the most urgent first, then each service's own order, then where most is needed. A service that needs
    nothing of a category overlaps with nobody."""
    return tuple(
        JointNeed(answer, tuple(sorted({other.service for other in overview.answers if _same(answer, other)})))
        for answer in sorted(overview.answers, key=_order)
    )


def _needs(answer: Answer) -> bool:
    return any((answer.now, answer.later, *answer.detail.by_year.values()))


def _same(one: Answer, other: Answer) -> bool:
    return (
        one.service != other.service
        and _needs(one)
        and _needs(other)
        and one.category == other.category
        and one.detail.part == other.detail.part
    )


def _order(answer: Answer) -> tuple[int, int, int, str, str, int]:
    urgency = URGENCY_RANK[answer.detail.urgency] if answer.detail.urgency else len(URGENCY_RANK)
    return urgency, answer.detail.priority or 1_000, -(answer.later or answer.now or 0), answer.service, answer.file, answer.row
