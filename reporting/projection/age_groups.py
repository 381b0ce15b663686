"""Age codes of statistical tables and of the municipality's file, as age groups in years."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from connectors.statistics_table import VALUE, Statistics, cells_with_codes
from reconciliation.model.projection_settings import Projection
from reporting.projection.formula import AgeGroup, CannotCompute, Population

_CODE = re.compile(r"^\D{0,3}(\d{1,3})(?:-(\d{1,3})|(\+))?$")
"""`007`, `105+`, `18-49`, `F016-019`."""


def age_group(code: str) -> AgeGroup:
    """Raises CannotCompute when the code is no age, e.g. a total."""
    match = _CODE.match(code.strip())
    if match is None:
        raise CannotCompute("age_code", code=code)
    first = int(match[1])
    last = None if match[3] else int(match[2]) if match[2] else first
    if last is not None and last < first:
        raise CannotCompute("age_code", code=code)
    return AgeGroup(first, last)


def population_by_group(
    statistics: Statistics, settings: Projection, regions: Iterable[str], groups: Iterable[AgeGroup], measure: str | None = None
) -> Population:
    """Persons of the regions together, by year and group. measure: code of the alternative; None where there is one only.

    Raises CannotCompute: a dimension, region or alternative that the table lacks, another dimension with several codes,
    ages that overlap two groups, or ages of a group that the table does not have. A year in which any needed cell is blank is left out.
    """
    frame = _cells(statistics, settings, tuple(regions), measure, (settings.region, settings.age, settings.year))
    buckets = {code: age_group(code) for code in frame.get_column(settings.age).unique().sort()}
    inside = {group: _inside(group, buckets, statistics.table) for group in groups}
    # One sum for all years: a table of twenty years is asked for a dozen times a night.
    sums: dict[str, dict[str, float]] = {}
    blanks = set()
    by_age = frame.group_by(settings.year, settings.age).agg(pl.col(VALUE).sum(), pl.col(VALUE).null_count().alias("blank"))
    for year, code, persons, blank in by_age.select(settings.year, settings.age, VALUE, "blank").iter_rows():
        sums.setdefault(year, {})[code] = persons
        blanks |= {year} if blank else set()
    return {
        _year(str(year), statistics.table): {group: sum(of_code[code] for code in codes) for group, codes in inside.items()}
        for year, of_code in sums.items()
        if year not in blanks
    }


def persons_by_year(statistics: Statistics, settings: Projection, regions: Iterable[str]) -> dict[int, int]:
    """A table without ages, e.g. settled persons or households that wait: the regions together, by year. A year with a blank is
    left out. Raises CannotCompute as `population_by_group` does."""
    frame = _cells(statistics, settings, tuple(regions), None, (settings.region, settings.year))
    by_year = {}
    for year, cells in frame.group_by(settings.year):
        if not cells.get_column(VALUE).null_count():
            by_year[_year(str(year[0]), statistics.table)] = round(cells.get_column(VALUE).sum())
    return by_year


def _cells(
    statistics: Statistics, settings: Projection, regions: tuple[str, ...], measure: str | None, dimensions: tuple[str, ...]
) -> pl.DataFrame:
    frame, table = statistics.frame, statistics.table
    for name in dimensions:
        if name not in frame.columns:
            raise CannotCompute("dimension_missing", table=table, dimension=name, there=", ".join(c for c in frame.columns if c != VALUE))
    for region in regions:
        if region not in frame.get_column(settings.region):
            raise CannotCompute("region_missing", table=table, region=region)
    frame = cells_with_codes(frame, settings.region, regions)
    if settings.measure in frame.columns and measure is not None:
        if measure not in frame.get_column(settings.measure):
            raise CannotCompute("alternative_missing", table=table, code=measure)
        frame = cells_with_codes(frame, settings.measure, (measure,))
    for name in set(frame.columns) - {*dimensions, VALUE}:
        if frame.get_column(name).n_unique() > 1:
            raise CannotCompute("dimension_open", table=table, dimension=name)
    return frame


def _inside(group: AgeGroup, buckets: dict[str, AgeGroup], table: str) -> list[str]:
    """The table's codes that make up the group, without gap or overlap."""
    codes = []
    reached: int | None = group.first - 1
    for code, bucket in sorted(buckets.items(), key=lambda item: (item[1].first, item[0])):
        starts_inside = group.first <= bucket.first and (group.last is None or bucket.first <= group.last)
        ends_inside = group.last is None or (bucket.last is not None and bucket.last <= group.last)
        reaches_in = bucket.first < group.first and (bucket.last is None or bucket.last >= group.first)
        if reaches_in or (starts_inside and not ends_inside):
            raise CannotCompute("age_overlap", table=table, code=code, group=str(group))
        if starts_inside:
            if reached is None or bucket.first != reached + 1:
                raise CannotCompute("age_missing", group=str(group))
            codes.append(code)
            reached = bucket.last
    if reached != group.last:
        raise CannotCompute("age_missing", group=str(group))
    return codes


def _year(code: str, table: str) -> int:
    if not re.fullmatch(r"\d{4}", code):
        raise CannotCompute("year_code", table=table, code=code)
    return int(code)
