"""The formula of the computed need. Pure: numbers in, numbers out. Its derivation and sources: docs/needs-projection.md.

Unchanged coverage with the queue included (NORCE for Husbanken 2021-22; KS Omsorg 2050):

    need(t) = (in_use + waiting) x sum over age groups a of share(a) x population(a, t) / population(a, 0) x (1 - d)^t

    share(a)    part of today's residents in age group a; the shares add up to 1
    d           healthier ageing: the part by which the need at a given age falls each year (0, 0.005, 0.01)
    t           years from the year of the stock

Refugees who are settled need a dwelling and leave it again, so they are a stock that also empties:

    refugees(t) = share_in_municipal x (settled in the last `stay` years up to and including t) / household_size
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FEWEST = 20
"""Dwellings. Below this a part of a group is a handful of persons, and chance is larger than any change of the population."""


class CannotCompute(Exception):
    """reason: a key of `projection_faults` in the language file; values: what its sentence is filled with."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


@dataclass(frozen=True, slots=True)
class AgeGroup:
    """Ages from `first` up to and including `last`, in years; `last` None has no upper end."""

    first: int
    last: int | None

    def __str__(self) -> str:
        return f"{self.first}+" if self.last is None else f"{self.first}-{self.last}"


Population = Mapping[int, Mapping[AgeGroup, float]]
"""Persons: year -> age group -> number."""


def unchanged_coverage(
    in_use: int, waiting: int, shares: Mapping[AgeGroup, float], population: Population, base: int, year: int, healthier: float
) -> float:
    """Dwellings needed in `year` when as large a part of each age group needs one as in the year `base`.

    shares: of the residents, by age group; they need not be normalised. healthier: part a year, 0.005 for half a per cent.
    Raises CannotCompute: too few dwellings to compute from, no shares, a year or an age group that the population lacks,
    or no person of an age that residents have.
    """
    if in_use + waiting < FEWEST:
        raise CannotCompute("too_few", count=in_use + waiting, fewest=FEWEST)
    total = sum(shares.values())
    if total <= 0:
        raise CannotCompute("no_shares")
    for needed in (base, year):
        if needed not in population:
            raise CannotCompute("year_missing", year=needed)
    growth = 0.0
    for group, share in sorted(shares.items(), key=lambda item: item[0].first):
        if share == 0:
            continue
        if group not in population[base] or group not in population[year]:
            raise CannotCompute("age_missing", group=str(group))
        if population[base][group] <= 0:
            raise CannotCompute("nobody_of_age", group=str(group), year=base)
        growth += share / total * population[year][group] / population[base][group]
    return (in_use + waiting) * growth * float((1 - healthier) ** (year - base))


def refugee_dwellings(settled: Mapping[int, int], household_size: float, share_in_municipal: float, stay: int, year: int) -> float:
    """Municipal dwellings that settled refugees live in at the end of `year`.

    settled: persons by year of settlement. stay: years until a household has found a dwelling of its own. A year that `settled`
    does not name raises CannotCompute: it is not the same as a year with zero refugees.
    """
    years = range(year - stay + 1, year + 1)
    for needed in years:
        if needed not in settled:
            raise CannotCompute("settled_missing", year=needed)
    return share_in_municipal * sum(settled[each] for each in years) / household_size
