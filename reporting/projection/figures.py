"""The figures a category's computed column is based on, each with its source and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from connectors.statistics_table import Statistics
from reconciliation.model.projection_settings import CategoryProjection, Projection
from reporting.projection.age_groups import persons_by_year
from reporting.projection.formula import CannotCompute
from reporting.projection.national_shares import NATIONAL
from reporting.projection.public_tables import ProjectionTables

HIDDEN_UNDER = 5
"""A count of persons under this is used and never shown: with an age and a category it could point at somebody."""


class FigureKind(StrEnum):
    """How far a figure can be trusted, printed beside it."""

    OFFICIAL = "official"
    LOCAL = "local"
    ASSUMPTION = "assumption"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number the computation is based on. name: key of `projection_figures`; value: as shown, None when hidden."""

    name: str
    kind: FigureKind
    value: str | None
    source: str
    table: str | None = None
    fetched: date | None = None
    updated: date | None = None


def waiting_households(category: str, wanted: CategoryProjection, settings: Projection, tables: ProjectionTables) -> int:
    """Households that wait: as written, or the newest year of the named table."""
    if wanted.waiting_table is None:
        return wanted.waiting
    by_year = persons_by_year(tables.named(f"waiting {category}"), settings, settings.regions or tables.regions)
    if not by_year:
        raise CannotCompute("no_years", table=wanted.waiting_table.table)
    return by_year[max(by_year)]


def settled_persons(settings: Projection, tables: ProjectionTables) -> dict[int, int]:
    """Persons by year: the named table's, and what the municipality's file has for other years."""
    refugees = settings.refugees
    if refugees is None:
        return {}
    if refugees.settled_table is None:
        return refugees.settled
    return refugees.settled | persons_by_year(tables.named("settled"), settings, settings.regions or tables.regions)


def figures_of(category: str, wanted: CategoryProjection, settings: Projection, tables: ProjectionTables) -> tuple[Figure, ...]:
    """Every number the category's column is based on, with its source and how far it can be trusted."""
    figures = [_public("population", None, tables.population), _public("projected", None, tables.projected)]
    if wanted.shares:
        figures.append(Figure("shares", FigureKind.ASSUMPTION, None, NATIONAL[wanted.shares].source))
    for group, count in wanted.residents.items():
        value = str(count) if count >= HIDDEN_UNDER else None
        figures.append(Figure(f"residents {group}", FigureKind.LOCAL, value, wanted.residents_source))
    waiting = str(waiting_households(category, wanted, settings, tables))
    if wanted.waiting_table:
        figures.append(_public("waiting", waiting, tables.named(f"waiting {category}")))
    else:
        figures.append(Figure("waiting", FigureKind.LOCAL, waiting, wanted.waiting_source))
    figures.append(Figure("healthier", FigureKind.ASSUMPTION, f"{settings.healthier_ageing:g} %", ""))
    refugees = settings.refugees
    if refugees is not None and refugees.category == category:
        figures += [
            _public("settled", _listed(settled_persons(settings, tables)), tables.named("settled"))
            if refugees.settled_table
            else Figure("settled", FigureKind.LOCAL, _listed(refugees.settled), refugees.settled_source),
            Figure("household_size", FigureKind.LOCAL, f"{refugees.household_size:g}", refugees.household_source),
            Figure("share_in_municipal", FigureKind.ASSUMPTION, f"{refugees.share_in_municipal:.0%}", ""),
            Figure("stay", FigureKind.ASSUMPTION, str(refugees.stay), ""),
        ]
    return tuple(figures)


def _public(name: str, value: str | None, table: Statistics) -> Figure:
    return Figure(name, FigureKind.OFFICIAL, value, table.label, table.table, table.fetched, table.updated)


def _listed(settled: Mapping[int, int]) -> str:
    return ", ".join(f"{year}: {persons}" for year, persons in sorted(settled.items()))
