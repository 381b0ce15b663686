"""Empty dwellings: how many, since when, and what they cost in rent, by the status that the municipality's own sources have.

Counted where a source says a status; a blank is no status, and is never taken for let or for empty. The rent is the dwelling's own monthly
rent as the sources have it: the municipality's figure, not Kobo's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from reconciliation.model.shielding import is_shielded
from reporting.lease_ends import LeaseEnds, lease_ends
from reporting.night_report import NightResult
from reporting.privacy import with_shown_address
from reporting.size_bands import SizeBand, size_bands

EMPTY = ("KLAR_FOR_INNFLYTTING", "VEDLIKEHOLD", "IKKE_TILGJENGELIG")
"""Statuses of an empty dwelling, the one that can be let at once first."""
MARKS = ("er_reservert", "under_oppussing", "tatt_ut_av_bruk")
"""What a source may state about an empty dwelling beside its status. Of one without a status nothing is concluded from them."""
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
    "tilgjengelig_fra": pl.Date(),
    "er_reservert": pl.Boolean(),
    "under_oppussing": pl.Boolean(),
    "tatt_ut_av_bruk": pl.Boolean(),
}
"""One row per empty dwelling, the longest first."""


@dataclass(frozen=True, slots=True)
class VacancyGroup:
    """Empty dwellings of one category and size. bedrooms: None where no source says. lost: kroner, where date and rent are known.
    marked: mark -> how many of them have it."""

    category: str
    bedrooms: int | None
    status: Mapping[str, int]
    longest: int | None
    lost: float
    marked: Mapping[str, int]

    @property
    def count(self) -> int:
        """Empty dwellings of the group."""
        return sum(self.status.values())


@dataclass(frozen=True, slots=True)
class Vacancy:
    """with_status: dwellings whose status is known; of: all. rows: VACANT. None of them is shielded.

    leases: leases that end, by category; empty where no source has end dates. sizes: small and large against what is needed; empty where
    the needs workbooks have no size.
    """

    with_status: int
    of: int
    groups: tuple[VacancyGroup, ...]
    rows: pl.DataFrame
    leases: tuple[LeaseEnds, ...] = ()
    sizes: tuple[SizeBand, ...] = ()

    @property
    def empty(self) -> int:
        """Empty dwellings in all."""
        return sum(group.count for group in self.groups)

    @property
    def lost(self) -> float:
        """Rent lost so far in all, in kroner."""
        return sum(group.lost for group in self.groups)


def vacancy(result: NightResult) -> Vacancy | None:
    """None when no source has a status or the end of a lease. A date that is still to come counts as 0 days. Shielded dwellings are
    left out: the only one of its size in a category would be recognised (law 10)."""
    visible = result.dwellings.filter(~is_shielded())
    known = visible.filter(pl.col("boligstatus").is_not_null())
    leases = lease_ends(visible, result.as_of)
    if known.is_empty() and not leases:
        return None
    empty = _empty(known, result.as_of)
    rows = with_shown_address(empty).select(pl.col(name).cast(kind) for name, kind in VACANT.items())
    rows = rows.sort("days", "leverandor_bolig_id", descending=[True, False], nulls_last=True)
    sizes = size_bands(result, visible, empty)
    return Vacancy(known.height, visible.height, _groups(empty), rows, leases, sizes)


def _empty(known: pl.DataFrame, as_of: date) -> pl.DataFrame:
    days = (pl.lit(as_of) - pl.col("statusdato")).dt.total_days().clip(0)
    empty = known.filter(pl.col("boligstatus").is_in(EMPTY)).with_columns(days=days)
    return empty.with_columns(lost=pl.col("days") * pl.col("manedsleie") / DAYS_OF_A_MONTH)


def _groups(empty: pl.DataFrame) -> tuple[VacancyGroup, ...]:
    groups = []
    for (category, bedrooms), frame in empty.group_by("kategori", "antall_soverom"):
        status = dict(frame.group_by("boligstatus").len().sort("boligstatus").iter_rows())
        days, lost = frame.get_column("days").drop_nulls().to_list(), frame.get_column("lost").sum()
        marked = {name: int(frame.get_column(name).sum()) for name in MARKS}
        groups.append(VacancyGroup(str(category or ""), bedrooms, status, max(days, default=None), float(lost), marked))
    return tuple(sorted(groups, key=lambda group: (group.category, -1 if group.bedrooms is None else group.bedrooms)))
