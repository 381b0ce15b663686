"""Per category and year: what the municipality has, what its services report, what public figures give, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import polars as pl

from reconciliation.model.projection_settings import CategoryProjection, Projection
from reporting.acquisitions import MeasuresNight
from reporting.needs import CategoryNeed, NeedsOverview
from reporting.projection.age_groups import age_group, population_by_group
from reporting.projection.back_test import Errors, Tested, back_test, errors
from reporting.projection.figures import Figure, figures_of, settled_persons, waiting_households
from reporting.projection.formula import AgeGroup, CannotCompute, Population, refugee_dwellings, unchanged_coverage
from reporting.projection.national_shares import NATIONAL
from reporting.projection.public_tables import ProjectionTables

YEARS = 5
"""The plan asks for what is needed now and in five years."""


@dataclass(frozen=True, slots=True)
class Band:
    """Dwellings needed: the projection's main alternative, and the lowest and highest of all three."""

    main: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class ProjectedYear:
    """have: dwellings after the measures planned up to the end of that year. reported: sum of the services' answers, None where
    they gave none for that year. missing_*: need less have, negative when there are more than needed; None when it cannot be said."""

    year: int
    have: int
    reported: int | None
    reported_complete: bool
    computed: Band | None

    @property
    def missing_reported(self) -> int | None:
        """Dwellings missing by what the services reported; negative for a surplus, None without a report."""
        return None if self.reported is None else self.reported - self.have

    @property
    def missing_computed(self) -> int | None:
        """Dwellings missing by the computation; negative for a surplus, None when it cannot be computed."""
        return None if self.computed is None else self.computed.main - self.have


@dataclass(frozen=True, slots=True)
class ProjectedCategory:
    """tonight: dwellings counted tonight, before any planned measure.

    fault: why nothing was computed; the column is then left out, never zero. None when it was, and None with `asked` False when
    the municipality's file asks for none. tested: how the method would have done on this municipality's own past years; None
    until the ledger and the population table have two years in common.
    """

    category: str
    title: str
    tonight: int
    years: tuple[ProjectedYear, ...]
    asked: bool
    fault: CannotCompute | None
    figures: tuple[Figure, ...]
    refugees: tuple[float, ...] = ()
    tested: Errors | None = None


@dataclass(frozen=True, slots=True)
class ProjectedNeeds:
    """base: the year of the stock. healthier: per cent a year, as in the municipality's file."""

    base: int
    healthier: float
    categories: tuple[ProjectedCategory, ...]

    @property
    def any_computed(self) -> bool:
        """Whether any category could be computed for any year."""
        return any(year.computed for category in self.categories for year in category.years)


def projected_needs(
    settings: Projection | None,
    tables: ProjectionTables | None,
    overview: NeedsOverview | None,
    measures: MeasuresNight | None,
    as_of: date,
    history: pl.DataFrame,
) -> ProjectedNeeds | None:
    """All categories of the overview, also those that cannot be computed. None when the municipality's file has no `projection`.

    history: HISTORY, from which the stock at the end of each past year is taken for the back-test.
    """
    if settings is None or tables is None or overview is None:
        return None
    stock = stock_by_year(history)
    categories = tuple(_category(need, settings, tables, measures, as_of, stock.get(need.category, {})) for need in overview.categories)
    return ProjectedNeeds(as_of.year, settings.healthier_ageing, categories)


def _category(
    need: CategoryNeed,
    settings: Projection,
    tables: ProjectionTables,
    measures: MeasuresNight | None,
    as_of: date,
    stock: Mapping[int, int],
) -> ProjectedCategory:
    wanted = settings.categories.get(need.category)
    years = range(as_of.year, as_of.year + YEARS + 1)
    bands: Mapping[int, Band] = {}
    fault: CannotCompute | None = None
    figures: tuple[Figure, ...] = ()
    refugees: tuple[float, ...] = ()
    tested: Errors | None = None
    try:
        if wanted is not None:
            refugees = _refugees(need.category, settings, tables, years)
            bands = _bands(need, wanted, settings, tables, as_of, dict(zip(years, refugees, strict=False)))
            figures = figures_of(need.category, wanted, settings, tables)
            tested = errors(_tested(wanted, settings, tables, stock))
    except CannotCompute as error:
        fault, bands, refugees = error, {}, ()
    have = _have(need, measures, as_of)
    between = {as_of.year + at: reported for at, reported in enumerate(need.between, start=1) if reported.total is not None}
    reported = {years[0]: need.now, **between, years[-1]: need.later}
    columns = tuple(
        ProjectedYear(
            year,
            have[year],
            reported[year].total if year in reported else None,
            year in reported and reported[year].complete,
            bands.get(year),
        )
        for year in years
    )
    return ProjectedCategory(need.category, need.title, need.have, columns, wanted is not None, fault, figures, refugees, tested)


def stock_by_year(history: pl.DataFrame) -> dict[str, dict[int, int]]:
    """Category -> year -> dwellings in scope on the year's last night. history: HISTORY.

    A year in which a source was still to join is left out: what a source brings is no growth of the stock.
    """
    since = history.group_by("source").agg(pl.col("as_of").min())["as_of"].max()
    nights = history.filter(pl.col("as_of") >= since) if since is not None else history
    nights = nights.group_by("category", "as_of").agg(pl.col("in_scope").sum()).with_columns(year=pl.col("as_of").dt.year())
    last = nights.sort("as_of").group_by("category", "year", maintain_order=True).agg(pl.col("in_scope").last())
    by_category: dict[str, dict[int, int]] = {}
    for category, year, count in last.iter_rows():
        by_category.setdefault(category, {})[year] = count
    return by_category


def _tested(wanted: CategoryProjection, settings: Projection, tables: ProjectionTables, stock: Mapping[int, int]) -> list[Tested]:
    shares = _shares(wanted)
    observed = population_by_group(tables.population, settings, settings.regions or tables.regions, shares)
    return back_test(stock, shares, observed, settings.healthier_ageing / 100)


def _have(need: CategoryNeed, measures: MeasuresNight | None, as_of: date) -> dict[int, int]:
    """Tonight's dwellings, and those of each planned measure from the year in which it is to be carried out."""
    by_year = {}
    for year in range(as_of.year, as_of.year + YEARS + 1):
        checked = measures.checked if measures else ()
        planned = sum(measure.net for measure in checked if measure.measure.category == need.category and measure.measure.when.year <= year)
        by_year[year] = need.have + planned
    return by_year


def _bands(
    need: CategoryNeed,
    wanted: CategoryProjection,
    settings: Projection,
    tables: ProjectionTables,
    as_of: date,
    refugees: Mapping[int, float],
) -> dict[int, Band]:
    shares = _shares(wanted)
    tables.usable(settings, as_of)
    regions = settings.regions or tables.regions
    base = as_of.year
    waiting = waiting_households(need.category, wanted, settings, tables)
    observed = population_by_group(tables.population, settings, regions, shares)
    codes = settings.alternatives
    needs: dict[str, list[float]] = {}
    for code in (codes.low, codes.main, codes.high):
        projected = population_by_group(tables.projected, settings, regions, shares, code)
        population: Population = {**projected, **({base: observed[base]} if base in observed else {})}
        # Refugees are counted apart, so those in the stock today must not be projected by age as well.
        settled_now = round(refugees.get(base, 0))
        in_use = max(0, need.have - settled_now)
        needs[code] = [
            unchanged_coverage(in_use, waiting, shares, population, base, year, settings.healthier_ageing / 100) + refugees.get(year, 0)
            for year in range(base, base + YEARS + 1)
        ]
    return {
        base + at: Band(round(needs[codes.main][at]), round(min(all_of_it)), round(max(all_of_it)))
        for at, all_of_it in enumerate(zip(*needs.values(), strict=True))
    }


def _shares(wanted: CategoryProjection) -> dict[AgeGroup, float]:
    """Raises CannotCompute when the municipality's file gives neither residents nor the name of national shares."""
    if wanted.shares:
        return NATIONAL[wanted.shares].shares
    groups: dict[AgeGroup, float] = {}
    for code, count in wanted.residents.items():
        groups[age_group(code)] = count
    ordered = sorted(groups, key=lambda group: group.first)
    for earlier, following in pairwise(ordered):
        if earlier.last is None or following.first <= earlier.last:
            raise CannotCompute("residents_overlap", first=str(earlier), second=str(following))
    if not groups:
        raise CannotCompute("no_shares")
    return groups


def _refugees(category: str, settings: Projection, tables: ProjectionTables, years: range) -> tuple[float, ...]:
    refugees = settings.refugees
    if refugees is None or refugees.category != category:
        return ()
    settled = settled_persons(settings, tables)
    return tuple(refugee_dwellings(settled, refugees.household_size, refugees.share_in_municipal, refugees.stay, year) for year in years)
