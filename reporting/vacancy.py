"""Empty dwellings: how many, since when, and what they cost in rent, by the status that the municipality's own sources tell.

Counted where a source says a status; a blank is no status, and is never taken for let or for empty. The rent is the dwelling's own monthly
rent as the sources have it: the municipality's figure, not Kobo's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from reconciliation.model.shielding import is_shielded
from reporting.night_report import NightResult
from reporting.privacy import with_shown_address, with_untelling_keys

EMPTY = ("KLAR_FOR_INNFLYTTING", "VEDLIKEHOLD", "IKKE_TILGJENGELIG")
"""Statuses of a dwelling in which nobody lives, the one that can be let at once first."""
DAYS_OF_A_MONTH = 365.25 / 12

VACANT: dict[str, pl.DataType] = {
    "leverandor_bolig_id": pl.String(),
    "adresse": pl.String(),
    "kategori": pl.String(),
    "antall_soverom": pl.Int64(),
    "boligstatus": pl.String(),
    "statusdato": pl.Date(),
    "days": pl.Int64(),  # since statusdato; null without one
    "manedsleie": pl.Float64(),
    "lost": pl.Float64(),  # kroner since statusdato; null where a date or a rent is missing
}
"""One row per empty dwelling, the longest first."""


@dataclass(frozen=True, slots=True)
class VacancyGroup:
    """Empty dwellings of one category and size. bedrooms: None where no source says. lost: kroner, where date and rent are known."""

    category: str
    bedrooms: int | None
    status: Mapping[str, int]
    longest: int | None
    lost: float

    @property
    def count(self) -> int:
        return sum(self.status.values())


@dataclass(frozen=True, slots=True)
class Vacancy:
    """told: dwellings with a status; of: all. undated: empty ones without a date. rows: VACANT. None of them is shielded."""

    told: int
    of: int
    groups: tuple[VacancyGroup, ...]
    undated: int
    rows: pl.DataFrame

    @property
    def empty(self) -> int:
        return sum(group.count for group in self.groups)

    @property
    def lost(self) -> float:
        return sum(group.lost for group in self.groups)


def vacancy(result: NightResult) -> Vacancy | None:
    """None when no source tells a status. A date that is still to come counts as no day. Shielded dwellings are left out: one of a
    size in a category would be known by it (law 10)."""
    visible = result.dwellings.filter(~is_shielded())
    told = visible.filter(pl.col("boligstatus").is_not_null())
    if told.is_empty():
        return None
    empty = _empty(told, result.as_of)
    rows = with_shown_address(with_untelling_keys(empty)).select(pl.col(name).cast(kind) for name, kind in VACANT.items())
    rows = rows.sort("days", "leverandor_bolig_id", descending=[True, False], nulls_last=True)
    undated = int(empty.get_column("statusdato").null_count())
    return Vacancy(told.height, visible.height, _groups(empty), undated, rows)


def _empty(told: pl.DataFrame, as_of: date) -> pl.DataFrame:
    days = (pl.lit(as_of) - pl.col("statusdato")).dt.total_days().clip(0)
    empty = told.filter(pl.col("boligstatus").is_in(EMPTY)).with_columns(days=days)
    return empty.with_columns(lost=pl.col("days") * pl.col("manedsleie") / DAYS_OF_A_MONTH)


def _groups(empty: pl.DataFrame) -> tuple[VacancyGroup, ...]:
    found = []
    for (category, bedrooms), frame in empty.group_by("kategori", "antall_soverom"):
        status = dict(frame.group_by("boligstatus").len().sort("boligstatus").iter_rows())
        days, lost = frame.get_column("days").drop_nulls().to_list(), frame.get_column("lost").sum()
        found.append(VacancyGroup(str(category or ""), bedrooms, status, max(days, default=None), float(lost)))
    return tuple(sorted(found, key=lambda one: (one.category, -1 if one.bedrooms is None else one.bedrooms)))
