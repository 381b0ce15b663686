"""What a service states of a need beside its numbers: area, size, adaptation, urgency, and the cost from the property department."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

BETWEEN = (1, 2, 3, 4)
"""Years between now and in five years that a service may answer for."""
SIZE, AREA, ADAPTED, URGENCY = "Størrelse (rom)", "Område", "Tilpasning", "Hast"
PRIORITY, REASON, COST, BUDGET = "Prioritet", "Begrunnelse", "Kostnad (mill. kr)", "Budsjettår"
BY_YEAR = {years: f"Behov om {years} år" for years in BETWEEN}


class Urgency(StrEnum):
    """The words that the template offers."""

    NOW = "Nå"
    WITHIN_A_YEAR = "Innen 1 år"
    WITHIN_FIVE_YEARS = "Innen 5 år"


URGENCY_RANK = {Urgency.NOW: 0, Urgency.WITHIN_A_YEAR: 1, Urgency.WITHIN_FIVE_YEARS: 2}


@dataclass(frozen=True, slots=True)
class NeedDetail:
    """by_year: years from now -> dwellings needed. size, area, adapted: as written; together they say which part of the category is
    meant. priority: 1 is the service's first. cost: million kroner. budget_year: four digits."""

    by_year: dict[int, int] = field(default_factory=dict)
    size: str | None = None
    area: str | None = None
    adapted: str | None = None
    urgency: Urgency | None = None
    priority: int | None = None
    reason: str | None = None
    cost: float | None = None
    budget_year: int | None = None

    @property
    def part(self) -> tuple[str, str, str]:
        """Rows of one service and category with different parts add up; with the same part they are the same answer."""
        return (self.size or "").casefold(), (self.area or "").casefold(), (self.adapted or "").casefold()
