"""What a municipality's file says about the computed need (`projection`): public tables, ages of residents, refugees, assumptions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from connectors.service_config import StatisticsTable
from connectors.strict_model import Strict

AGE_GROUP = r"^\d{1,3}(-\d{1,3}|\+)$"
"""`18-49`, `80+`: years, the last one included."""


class Alternatives(Strict):
    """Codes of the projection's alternatives, in its dimension `measure`."""

    low: str
    """Code of the low alternative."""
    main: str
    """Code of the main alternative."""
    high: str
    """Code of the high alternative."""


class CategoryProjection(Strict):
    """What one category is computed from. Without `residents` and `shares` it is not computed, and the page says so."""

    waiting: int = Field(default=0, ge=0)
    """Households that have been granted such a dwelling and wait for it."""
    waiting_source: str = ""
    """Where the number comes from, printed with it."""
    waiting_table: StatisticsTable | None = None
    """Instead of `waiting`: a table of households on the waiting list, by region and year; the newest year counts."""
    residents: dict[str, int] = Field(default_factory=dict)
    """Residents by age group, e.g. `"18-49": 24`. Counts, never persons; a count under 5 is used and not shown."""
    residents_source: str = ""
    """Where the counts come from, printed with them."""
    shares: Literal["", "omsorgsboliger"] = ""
    """National age shares, where the municipality has no count of its own."""


class RefugeeProjection(Strict):
    """Settled refugees, as a stock that also empties."""

    category: str
    """The category they live in."""
    settled: dict[int, int] = Field(default_factory=dict)
    """Persons by year: settled in past years, agreed or expected in coming ones."""
    settled_source: str = ""
    """Where the numbers come from, printed with them."""
    settled_table: StatisticsTable | None = None
    """A table of settled persons by region and year; `settled` adds the years it does not have."""
    household_size: float = Field(gt=0)
    """Persons in a household, on average."""
    household_source: str = ""
    """Where the number comes from, printed with it."""
    share_in_municipal: float = Field(gt=0, le=1)
    """Part of the households that get a municipal dwelling."""
    stay: int = Field(default=5, ge=1, le=20)
    """Years until a household has a dwelling of its own."""


class Projection(Strict):
    """The computed need. Formula and sources: docs/needs-projection.md."""

    population: StatisticsTable
    """Persons by age in past years."""
    projected: StatisticsTable
    """Persons by age in coming years, in three alternatives."""
    alternatives: Alternatives
    """Codes of the projection's three alternatives."""
    regions: tuple[str, ...] = ()
    """Region codes to add up, e.g. both numbers of a municipality that was merged; its own number when left out."""
    region: str = "Region"
    """Name of the tables' dimension of regions."""
    age: str = "Alder"
    """Name of the tables' dimension of ages."""
    year: str = "Tid"
    """Name of the tables' dimension of years."""
    measure: str = "ContentsCode"
    """Names of the tables' dimensions."""
    oldest_years: int = Field(default=3, ge=1)
    """A projection that was published longer ago than this is not used."""
    healthier_ageing: float = Field(default=0.0, ge=0, le=2)
    """Per cent a year by which the need at a given age falls. An assumption: 0, 0.5 and 1 are usual."""
    categories: dict[str, CategoryProjection]
    """Category -> what its need is computed from."""
    refugees: RefugeeProjection | None = None
    """The need of settled refugees; not computed when left out."""
