"""Rows of one source with the same unit: which of them is right, where other values decide it.

A row is confirmed when another source has the same unit with the same area or rent, and every other row of the group either gives
another floor than its unit number or is contradicted by that source; in the rent alone, where it is equal to the confirmed row in all
else: a copy with last year's rent. Where nothing decides, no row is confirmed."""

from __future__ import annotations

import polars as pl

from reconciliation.identifiers.lease_reference import compared_lease

_SAME_AREA = 0.02
_UNIT = ("kommunenummer", "_street", "nummer", "bokstav", "bruksenhetsnummer", "_lease")

_MEASURES = ("bruksareal", "manedsleie")
_BUT_THE_RENT = ("bruksareal", "antall_soverom", "etasjenummer", "seksjonsnummer", "leilighetsnummer", "boligtype")


def confirmed_among_doubles(rows: pl.DataFrame) -> pl.Series:
    """rows: SOURCE_ROWS of all sources; `_street`: folded; `same_unit`: how many of its source have the row's unit;
    `floor_contradicts_unit`. Per row: is it the only one of its source's rows for this unit that may be right?"""
    whole = pl.all_horizontal(pl.col(name).is_not_null() for name in ("bruksenhetsnummer", "_street", "nummer"))
    rows = rows.with_columns(_lease=compared_lease("ekstra_referanse"))
    placed = rows.select("source", *_UNIT, *_MEASURES, "same_unit", *_BUT_THE_RENT[1:], _doubted="floor_contradicts_unit")
    placed = placed.with_row_index("_at")
    group = placed.filter(whole & (pl.col("same_unit") > 1))
    if group.is_empty():
        return pl.repeat(False, rows.height, dtype=pl.Boolean(), eager=True)
    witnesses = placed.filter(~pl.col("_doubted")).select("source", *_UNIT, *_MEASURES)
    pairs = group.join(witnesses, on=_UNIT, suffix="_there", nulls_equal=True).filter(pl.col("source") != pl.col("source_there"))
    area = (pl.col("bruksareal") - pl.col("bruksareal_there")).abs() <= _SAME_AREA * pl.col("bruksareal_there")
    rent = pl.col("manedsleie") == pl.col("manedsleie_there")
    seen = pairs.group_by("_at").agg(
        _agrees=(area.fill_null(value=False) | rent.fill_null(value=False)).any(),
        _differs=((~area).fill_null(value=False) | (~rent).fill_null(value=False)).any(),
    )
    judged = group.join(seen, on="_at", how="left").with_columns(pl.col("_agrees", "_differs").fill_null(value=False))
    right = ~pl.col("_doubted") & pl.col("_agrees") & ~pl.col("_differs")
    same_unit = ("source", *_UNIT)
    copied = pl.struct(_BUT_THE_RENT).n_unique().over(same_unit) == 1
    wrong = pl.col("_doubted") | (pl.col("_differs") & (~pl.col("_agrees") | copied))
    sole = judged.filter((right.sum().over(same_unit) == 1) & ((right | wrong).all().over(same_unit))).filter(right)
    return placed.get_column("_at").is_in(sole.get_column("_at").implode())
