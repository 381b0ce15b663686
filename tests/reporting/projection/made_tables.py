"""Small tables of population for the tests, and a municipality that is computed from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import product
from typing import Any

import polars as pl

from connectors.service_config import StatisticsTable
from connectors.statistics_table import VALUE, Statistics
from reconciliation.model.projection_settings import Alternatives, CategoryProjection, Projection, RefugeeProjection
from reporting.projection.public_tables import ProjectionTables

AGES = ("0-49", "50-79", "80+")


def statistics(
    cells: Mapping[tuple[str, ...], float | None], dimensions: Sequence[str], updated: date | None = date(2023, 6, 1)
) -> Statistics:
    rows = [(*codes, value) for codes, value in cells.items()]
    frame = pl.DataFrame(rows, {**dict.fromkeys(dimensions, pl.String()), VALUE: pl.Float64()}, orient="row")
    return Statistics("00000", "Befolkning (oppdiktet)", frame, updated, date(2023, 12, 1), "file")


def observed(years: Sequence[int] = (2023,), persons: float = 1000, regions: Sequence[str] = ("9901",)) -> Statistics:
    cells = {(region, age, str(year)): persons for region, age, year in product(regions, AGES, years)}
    return statistics(cells, ("Region", "Alder", "Tid"))


def projected(growth: Mapping[str, float] | None = None, **changes: Any) -> Statistics:
    """growth: alternative -> factor in 2028 beside 2023, evenly by year."""
    factors = growth or {"L": 1.1, "M": 1.2, "H": 1.3}
    cells = {
        ("9901", age, code, str(year)): 1000 * (1 + (factors[code] - 1) * (year - 2023) / 5)
        for age, code, year in product(AGES, factors, range(2023, 2029))
    }
    return statistics(cells, ("Region", "Alder", "ContentsCode", "Tid"), **changes)


def tables(population: Statistics | None = None, coming: Statistics | None = None) -> ProjectionTables:
    return ProjectionTables(("9901",), {"population": population or observed(), "projected": coming or projected()})


def settings(categories: Mapping[str, CategoryProjection] | None = None, **changes: Any) -> Projection:
    table = StatisticsTable(table="00000")
    return Projection(
        population=table,
        projected=table,
        alternatives=Alternatives(low="L", main="M", high="H"),
        categories=dict(categories or {"eldre": CategoryProjection(shares="omsorgsboliger")}),
        **changes,
    )


def refugees(**changes: Any) -> RefugeeProjection:
    values: dict[str, Any] = {
        "category": "eldre",
        "settled": dict.fromkeys(range(2019, 2024), 40) | dict.fromkeys(range(2024, 2029), 0),
        "settled_source": "oppdiktet",
        "household_size": 2.0,
        "share_in_municipal": 0.5,
    }
    return RefugeeProjection(**{**values, **changes})
