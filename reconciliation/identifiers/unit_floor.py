"""The floor that a bruksenhetsnummer names, compared with the floor that its row gives beside it."""

from __future__ import annotations

import re

import polars as pl

_FLOOR = re.compile(r"^[Hh](\d{2})\d{2}$")
ENOUGH_ROWS = 10
"""From so many rows on a source may show that it counts floors in another way."""


def floor_of_unit(unit: str = "bruksenhetsnummer") -> pl.Expr:
    """H0301 -> 3. Null for other letters: a basement or a loft has numbers of its own. Source: Kartverket's rules for H, K, L and U."""
    return pl.col(unit).str.extract(_FLOOR.pattern).cast(pl.Int64(), strict=False)


def floor_in_unit(unit: str) -> int | None:
    """`floor_of_unit` of one number."""
    named = _FLOOR.match(unit)
    return int(named.group(1)) if named else None


def floor_contradicts_unit(rows: pl.DataFrame) -> pl.Series:
    """Per row with bruksenhetsnummer and etasjenummer: does its unit number name another floor than the row gives?

    rows: with `source`, or all of one source. A source of which fewer than half of the rows agree counts floors in another way;
    nothing follows from its floors.
    """
    if "etasjenummer" not in rows.columns or not rows.get_column("etasjenummer").count():
        return pl.repeat(False, rows.height, dtype=pl.Boolean(), eager=True)
    differs = floor_of_unit() != pl.col("etasjenummer")
    source = pl.col("source") if "source" in rows.columns else pl.lit("")
    judged = rows.select(_source=source, _differs=differs)
    misleading = (pl.col("_differs").count() >= ENOUGH_ROWS) & (pl.col("_differs").mean() > 0.5)
    return judged.select((pl.col("_differs") & ~misleading.over("_source")).fill_null(value=False)).to_series()
