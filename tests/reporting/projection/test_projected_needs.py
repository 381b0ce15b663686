"""Four columns beside each other: had, reported, computed, missing; what cannot be computed is left out with a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from connectors.service_config import StatisticsTable
from connectors.statistics_table import Statistics
from reconciliation.ledger import HISTORY
from reconciliation.model.projection_settings import CategoryProjection, Projection
from reporting.needs import CategoryNeed, Need, NeedsOverview
from reporting.projection import projection_words as words
from reporting.projection.projected_needs import ProjectedCategory, projected_needs
from reporting.projection.public_tables import ProjectionTables
from tests.reporting.projection.made_tables import observed, projected, refugees, settings, statistics, tables

AS_OF = date(2023, 12, 4)
NO_HISTORY = pl.DataFrame(schema=HISTORY)


def overview(have: int = 100, now: int | None = 110, later: int | None = 130) -> NeedsOverview:
    need = CategoryNeed("eldre", "Bolig for eldre", True, have, have, 0, Need(now, now is not None), Need(later, later is not None), 0, ())
    return NeedsOverview((need,), (), (), (), ())


def category(
    config: Projection, projection_tables: ProjectionTables, have: int = 100, history: pl.DataFrame = NO_HISTORY, **changes: Any
) -> ProjectedCategory:
    needs = projected_needs(config, projection_tables, overview(have, **changes), None, AS_OF, history)
    assert needs is not None
    return needs.categories[0]


def test_the_computed_need_is_beside_the_reported_one_and_never_in_its_place() -> None:
    projected_need = category(settings(), tables(), now=None, later=None)
    assert [year.reported for year in projected_need.years] == [None] * 6
    assert [year.computed.main for year in projected_need.years if year.computed] == [100, 104, 108, 112, 116, 120]
    last = projected_need.years[-1]
    assert last.computed is not None
    assert (last.computed.low, last.computed.main, last.computed.high) == (110, 120, 130)
    assert (last.missing_reported, last.missing_computed) == (None, 20)


def test_who_waits_is_part_of_the_need_and_of_what_is_missing_today() -> None:
    projected_need = category(settings({"eldre": CategoryProjection(waiting=10, shares="omsorgsboliger")}), tables())
    assert projected_need.years[0].missing_computed == 10


def test_refugees_are_a_stock_that_empties() -> None:
    config = settings({"eldre": CategoryProjection(shares="omsorgsboliger")}, refugees=refugees())
    same = projected({"L": 1.0, "M": 1.0, "H": 1.0})
    projected_need = category(config, tables(coming=same))
    # 5 years x 40 persons / 2 in a household x half of them in municipal dwellings = 50 of the 100 dwellings today.
    assert [year.computed.main for year in projected_need.years if year.computed] == [100, 90, 80, 70, 60, 50]


@pytest.mark.parametrize(
    ("config", "projection_tables", "have", "reason"),
    [
        (settings(), tables(), 12, "too_few"),
        (settings({"eldre": CategoryProjection()}), tables(), 100, "no_shares"),
        (settings({"eldre": CategoryProjection(residents={"0-66": 1, "60+": 9})}), tables(), 100, "residents_overlap"),
        (settings({"eldre": CategoryProjection(residents={"0-59": 1, "60+": 9})}), tables(), 100, "age_overlap"),
        (settings({"eldre": CategoryProjection(residents={"0-49": 1, "50-85": 9})}), tables(), 100, "age_overlap"),
        (settings(regions=("9902",)), tables(), 100, "region_missing"),
        (settings(age="Age"), tables(), 100, "dimension_missing"),
        (settings(oldest_years=1), tables(coming=projected(updated=date(2020, 6, 1))), 100, "projection_old"),
        (settings(), ProjectionTables(("9901",), {}), 100, "table_missing"),
        (settings(), tables(coming=projected({"L": 1, "M": 1})), 100, "alternative_missing"),
        (settings(refugees=refugees(settled={2023: 10})), tables(), 100, "settled_missing"),
    ],
)
def test_what_cannot_be_computed_is_left_out_with_a_sentence_and_is_never_zero(
    config: Projection, projection_tables: ProjectionTables, have: int, reason: str
) -> None:
    projected_need = category(config, projection_tables, have)
    assert projected_need.fault is not None
    assert projected_need.fault.reason == reason
    assert all(year.computed is None for year in projected_need.years)
    assert words.fault(projected_need.fault).startswith("Ikke beregnet")


def test_the_parts_of_a_merged_municipality_are_added_up() -> None:
    both = observed(persons=500, regions=("9901", "9902"))
    projected_need = category(settings(regions=("9901", "9902")), tables(both, _two_regions()))
    assert projected_need.years[-1].computed is not None
    assert projected_need.years[-1].computed.main == 120


def _two_regions() -> Statistics:
    national = projected()
    halves = [national.frame.with_columns(pl.lit(code).alias("Region"), pl.col("value") / 2) for code in ("9901", "9902")]
    return Statistics(national.table, national.label, pl.concat(halves), national.updated, national.fetched, national.place)


def test_a_dimension_left_open_is_refused_since_its_codes_may_hold_a_total() -> None:
    cells = {("9901", age, sex, "2023"): 1000.0 for age in ("0-49", "50-79", "80+") for sex in ("0", "1", "2")}
    projected_need = category(settings(), tables(statistics(cells, ("Region", "Alder", "Kjonn", "Tid"))))
    assert projected_need.fault is not None
    assert projected_need.fault.reason == "dimension_open"


def test_counts_of_few_residents_are_used_and_never_shown() -> None:
    config = settings({"eldre": CategoryProjection(residents={"0-49": 4, "50-79": 30, "80+": 66}, residents_source="telling")})
    projected_need = category(config, tables())
    values = {words.figure_name(figure): words.figure_value(figure) for figure in projected_need.figures}
    assert values["Beboere 0-49 år"] == "under 5, vises ikke"
    assert values["Beboere 80+ år"] == "66"


def test_every_figure_says_where_it_is_from_and_how_far_it_can_be_trusted() -> None:
    projected_need = category(settings(refugees=refugees(), healthier_ageing=0.5), tables())
    assert {figure.name for figure in projected_need.figures} == {
        "population", "projected", "shares", "waiting", "healthier", "settled", "household_size", "share_in_municipal", "stay",
    }  # fmt: skip
    assert all(
        words.figure_source(figure) and words.figure_kind(figure) in ("offisiell", "lokal", "antakelse")
        for figure in projected_need.figures
    )


def history(counts: dict[int, int]) -> pl.DataFrame:
    rows = [
        {**dict.fromkeys(HISTORY), "as_of": date(year, 12, 1), "category": "eldre", "in_scope": count} for year, count in counts.items()
    ]
    return pl.DataFrame(rows, HISTORY)


def test_without_years_of_its_own_a_municipality_reads_that_nothing_has_been_tested() -> None:
    projected_need = category(settings(), tables(), history=history({2023: 100}))
    assert projected_need.tested is None
    assert "ikke prøvd" in words.tested(projected_need)


def test_past_years_show_how_far_the_method_missed_beside_plain_ones() -> None:
    cells = {
        ("9901", age, str(year)): persons
        for age in ("0-49", "50-79", "80+")
        for year, persons in ((2021, 1000), (2022, 1100), (2023, 1200))
    }
    projection_tables = tables(statistics(cells, ("Region", "Alder", "Tid")))
    projected_need = category(settings(), projection_tables, history=history({2021: 100, 2022: 110, 2023: 120}))
    assert projected_need.tested is not None
    assert projected_need.tested.cases == 3
    assert projected_need.tested.computed == pytest.approx(0)
    assert projected_need.tested.unchanged > 5
    assert projected_need.tested.linear == pytest.approx(0)


def yearly(persons: dict[int, float | None]) -> Statistics:
    return statistics({("9901", str(year)): number for year, number in persons.items()}, ("Region", "Tid"))


def test_who_waits_and_who_was_settled_can_come_from_public_tables() -> None:
    table = StatisticsTable(table="00001")
    config = settings(
        {"eldre": CategoryProjection(shares="omsorgsboliger", waiting_table=table)},
        refugees=refugees(settled=dict.fromkeys(range(2024, 2029), 0), settled_table=table),
    )
    projection_tables = tables(coming=projected({"L": 1.0, "M": 1.0, "H": 1.0}))
    projection_tables.read.update(
        {"waiting eldre": yearly({2021: 4, 2022: 9, 2023: None}), "settled": yearly(dict.fromkeys(range(2019, 2024), 40))}
    )
    projected_need = category(config, projection_tables)
    assert [year.computed.main for year in projected_need.years if year.computed] == [109, 99, 89, 79, 69, 59]
    official = {figure.name for figure in projected_need.figures if figure.kind.value == "official"}
    assert official == {"population", "projected", "waiting", "settled"}


def test_a_table_that_was_named_and_could_not_be_read_is_no_zero() -> None:
    config = settings({"eldre": CategoryProjection(shares="omsorgsboliger", waiting_table=StatisticsTable(table="00001"))})
    projected_need = category(config, tables())
    assert projected_need.fault is not None
    assert projected_need.fault.reason == "table_missing"
