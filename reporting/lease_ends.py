"""How many leases end, and when: counts by category alone. The date on which a lease ends says something about who lives there, so no
report shows it beside a dwelling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

WITHIN = (92, 365)
"""Days: three months, a year."""


@dataclass(frozen=True, slots=True)
class LeaseEnds:
    """passed: the date is past; the lease may have been renewed. soon, this_year: within WITHIN; `this_year` does not repeat `soon`."""

    category: str
    passed: int
    soon: int
    this_year: int
    later: int


def lease_ends(dwellings: pl.DataFrame, as_of: date) -> tuple[LeaseEnds, ...]:
    """By category, sorted; empty where no source has end dates. dwellings: DWELLINGS."""
    days = (pl.col("leieforhold_slutt") - pl.lit(as_of)).dt.total_days()
    known = dwellings.select(pl.col("kategori").fill_null(""), days=days).drop_nulls("days")
    soon, year = WITHIN
    counted = known.group_by("kategori").agg(
        (pl.col("days") < 0).sum().alias("passed"),
        pl.col("days").is_between(0, soon).sum().alias("soon"),
        pl.col("days").is_between(soon + 1, year).sum().alias("this_year"),
        (pl.col("days") > year).sum().alias("later"),
    )
    return tuple(LeaseEnds(*row) for row in counted.sort("kategori").iter_rows())
