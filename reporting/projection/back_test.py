"""How well the method would have done: each past year's stock computed from an earlier year, and compared with the actual stock.

Two simple methods are tested beside it: an unchanged number, and the yearly growth before the first year continued.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reporting.projection.formula import AgeGroup, CannotCompute, Population, unchanged_coverage


@dataclass(frozen=True, slots=True)
class Tested:
    """One past projection in dwellings: from the stock of `base` to `year`. linear: None where nothing came before `base`."""

    base: int
    year: int
    actual: int
    computed: float
    unchanged: float
    linear: float | None


@dataclass(frozen=True, slots=True)
class Errors:
    """Mean absolute error in per cent of the actual stock; linear: None where it could never be computed."""

    cases: int
    computed: float
    unchanged: float
    linear: float | None


def back_test(stock: Mapping[int, int], shares: Mapping[AgeGroup, float], population: Population, healthier: float = 0.0) -> list[Tested]:
    """Every pair of past years that stock and population both have. stock: dwellings in use by year. healthier: part a year."""
    tests = []
    for base in sorted(stock):
        for year in (later for later in sorted(stock) if later > base):
            try:
                computed = unchanged_coverage(stock[base], 0, shares, population, base, year, healthier)
            except CannotCompute:
                continue
            earlier = [year for year in stock if year < base]
            slope = (stock[base] - stock[min(earlier)]) / (base - min(earlier)) if earlier else None
            linear = None if slope is None else stock[base] + slope * (year - base)
            tests.append(Tested(base, year, stock[year], computed, stock[base], linear))
    return tests


def errors(tested: list[Tested]) -> Errors | None:
    """None when nothing could be tested."""
    known = [test for test in tested if test.actual > 0]
    if not known:
        return None
    lines = [(test.linear, test.actual) for test in known if test.linear is not None]
    return Errors(
        len(known),
        _mean([abs(test.computed - test.actual) / test.actual for test in known]),
        _mean([abs(test.unchanged - test.actual) / test.actual for test in known]),
        _mean([abs(linear - actual) / actual for linear, actual in lines]) if lines else None,
    )


def _mean(parts: list[float]) -> float:
    return 100 * sum(parts) / len(parts)
