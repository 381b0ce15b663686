"""The formula of the computed need: what must hold for any population, shares and years."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.projection.formula import FEWEST, AgeGroup, CannotCompute, refugee_dwellings, unchanged_coverage

GROUPS = (AgeGroup(0, 49), AgeGroup(50, 79), AgeGroup(80, None))
persons = st.dictionaries(st.sampled_from(GROUPS), st.integers(1, 100_000), min_size=3, max_size=3)
shares_of = st.dictionaries(st.sampled_from(GROUPS), st.floats(0.01, 1), min_size=1)
homes = st.integers(FEWEST, 5_000)


@given(homes, st.integers(0, 500), shares_of, persons, st.integers(1, 10))
def test_an_unchanged_population_gives_an_unchanged_need(
    in_use: int, waiting: int, shares: dict[AgeGroup, float], now: dict[AgeGroup, int], years: int
) -> None:
    need = unchanged_coverage(in_use, waiting, shares, {2023: now, 2023 + years: now}, 2023, 2023 + years, 0)
    assert need == pytest.approx(in_use + waiting)


@given(homes, shares_of, persons, st.floats(0.1, 5))
def test_a_population_that_grows_alike_in_all_ages_takes_the_need_with_it(
    in_use: int, shares: dict[AgeGroup, float], now: dict[AgeGroup, int], factor: float
) -> None:
    later = {group: count * factor for group, count in now.items()}
    assert unchanged_coverage(in_use, 0, shares, {2023: now, 2028: later}, 2023, 2028, 0) == pytest.approx(in_use * factor)


@given(homes, persons, persons, st.permutations(list(GROUPS)))
def test_the_order_of_the_ages_does_not_matter(
    in_use: int, now: dict[AgeGroup, int], later: dict[AgeGroup, int], order: list[AgeGroup]
) -> None:
    shares = {GROUPS[0]: 0.2, GROUPS[1]: 0.3, GROUPS[2]: 0.5}
    population = {2023: now, 2028: later}
    shuffled = {group: shares[group] for group in order}
    assert unchanged_coverage(in_use, 0, shares, population, 2023, 2028, 0.005) == unchanged_coverage(
        in_use, 0, shuffled, population, 2023, 2028, 0.005
    )


@given(homes, shares_of, persons, st.floats(0.001, 0.02), st.integers(1, 10))
def test_healthier_ageing_lowers_the_need_and_never_below_nothing(
    in_use: int, shares: dict[AgeGroup, float], now: dict[AgeGroup, int], healthier: float, years: int
) -> None:
    population = {2023: now, 2023 + years: now}
    need = unchanged_coverage(in_use, 0, shares, population, 2023, 2023 + years, healthier)
    assert 0 < need < in_use


@given(st.integers(0, FEWEST - 1))
def test_under_twenty_dwellings_nothing_is_computed(count: int) -> None:
    with pytest.raises(CannotCompute) as why:
        unchanged_coverage(count, 0, {GROUPS[0]: 1}, {2023: {GROUPS[0]: 100}}, 2023, 2023, 0)
    assert why.value.reason == "too_few"


@pytest.mark.parametrize(
    ("population", "reason"),
    [
        ({2023: {GROUPS[0]: 100}}, "year_missing"),
        ({2023: {GROUPS[0]: 100}, 2028: {}}, "age_missing"),
        ({2023: {GROUPS[0]: 0}, 2028: {GROUPS[0]: 10}}, "nobody_of_age"),
    ],
)
def test_what_the_population_lacks_is_said_and_never_counted_as_nobody(population: dict[int, dict[AgeGroup, float]], reason: str) -> None:
    with pytest.raises(CannotCompute) as why:
        unchanged_coverage(100, 0, {GROUPS[0]: 1}, population, 2023, 2028, 0)
    assert why.value.reason == reason


@given(st.dictionaries(st.integers(2010, 2040), st.integers(0, 500)), st.integers(2015, 2035))
def test_when_nobody_is_settled_any_more_the_refugees_dwellings_become_free(settled: dict[int, int], last: int) -> None:
    known = {year: settled.get(year, 0) for year in range(2000, last + 1)} | dict.fromkeys(range(last + 1, last + 11), 0)
    stock = [refugee_dwellings(known, 2.0, 0.5, 5, year) for year in range(last, last + 11)]
    assert stock == sorted(stock, reverse=True)
    assert stock[-1] == 0


def test_a_year_that_is_not_named_is_not_a_year_in_which_nobody_came() -> None:
    with pytest.raises(CannotCompute) as why:
        refugee_dwellings({2023: 10, 2021: 10}, 2.0, 0.5, 3, 2023)
    assert why.value.values == {"year": 2022}
