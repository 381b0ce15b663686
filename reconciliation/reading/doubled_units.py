"""Rows of one source with the same unit: which of them is right, where other values decide it.

A row is confirmed when another source has the same unit with the same area or rent, and every other row of the group either gives
another floor than its unit number or is contradicted by that source; in the rent alone, where it is equal to the confirmed row in all
else: a copy with last year's rent. Where no source decides, the entry in Kobo does, whose bedrooms may not differ either; but of rows that
differ in nothing but the rent it tells nothing, for its own rent may be last year's. Where nothing decides, no row is confirmed."""

from __future__ import annotations

import polars as pl

from reconciliation.addresses import folded
from reconciliation.identifiers.lease_reference import compared_lease

_SAME_AREA = 0.02
_UNIT = ("kommunenummer", "_street", "nummer", "bokstav", "bruksenhetsnummer", "_lease")

_MEASURES = ("bruksareal", "manedsleie", "antall_soverom")
_BUT_THE_RENT = ("bruksareal", "antall_soverom", "etasjenummer", "seksjonsnummer", "leilighetsnummer", "boligtype")
_MOST_RISEN = 0.15
"""A rent in Kobo that is off by no more may be one of the years before."""
_KOBO = "Kobo"
"""Stands for a source; no source can have this name, for theirs are in small letters."""


def confirmed_among_doubles(rows: pl.DataFrame, entries: pl.DataFrame | None = None) -> pl.Series:
    """rows: SOURCE_ROWS of all sources; `_street`: folded; `same_unit`: how many of its source have the row's unit;
    `floor_contradicts_unit`. entries: the register's rows. Per row: is it the only one of its source's rows for this unit that may be
    right?"""
    whole = pl.all_horizontal(pl.col(name).is_not_null() for name in ("bruksenhetsnummer", "_street", "nummer"))
    rows = rows.with_columns(_lease=compared_lease("ekstra_referanse"))
    columns = dict.fromkeys(("source", *_UNIT, *_MEASURES, "same_unit", *_BUT_THE_RENT))
    placed = rows.select(*columns, _doubted="floor_contradicts_unit").with_row_index("_at")
    group = placed.filter(whole & (pl.col("same_unit") > 1))
    if group.is_empty():
        return pl.repeat(False, rows.height, dtype=pl.Boolean(), eager=True)
    of_lists = placed.filter(~pl.col("_doubted")).select("source", *_UNIT, *_MEASURES).with_columns(antall_soverom=None)
    copied = pl.struct(_BUT_THE_RENT).n_unique().over("source", *_UNIT) == 1
    group = group.with_columns(_copied=copied)
    confirmed = _only_right(group, of_lists)
    if entries is not None and not entries.is_empty():
        in_kobo = entries.filter(~pl.col("slettet")).with_columns(
            source=pl.lit(_KOBO), _street=folded("adressenavn"), _lease=compared_lease("ekstra_referanse")
        )
        witnesses = pl.concat([of_lists, in_kobo.select(of_lists.columns)], how="vertical_relaxed")
        confirmed = pl.concat([confirmed, _only_right(group.filter(~pl.col("_copied")), witnesses)])
    return placed.get_column("_at").is_in(confirmed.implode())


def _only_right(group: pl.DataFrame, witnesses: pl.DataFrame) -> pl.Series:
    """`_at` of the rows of `group` that a witness of another source confirms, where all others of their unit are wrong."""
    pairs = group.join(witnesses, on=_UNIT, suffix="_there", nulls_equal=True).filter(pl.col("source") != pl.col("source_there"))
    area = (pl.col("bruksareal") - pl.col("bruksareal_there")).abs() <= _SAME_AREA * pl.col("bruksareal_there")
    rent, rooms = (pl.col(name) == pl.col(f"{name}_there") for name in _MEASURES[1:])
    rents = [pl.col(name) for name in ("manedsleie", "manedsleie_there")]
    risen = (pl.col("source_there") == _KOBO) & ((rents[0] - rents[1]).abs() <= _MOST_RISEN * pl.max_horizontal(rents))
    seen = pairs.group_by("_at").agg(
        _agrees=(area | rent).fill_null(value=False).any(),
        _differs=pl.any_horizontal((~same).fill_null(value=False) for same in (area, rent | risen, rooms)).any(),
    )
    judged = group.join(seen, on="_at", how="left").with_columns(pl.col("_agrees", "_differs").fill_null(value=False))
    right = ~pl.col("_doubted") & pl.col("_agrees") & ~pl.col("_differs")
    same_unit = ("source", *_UNIT)
    wrong = pl.col("_doubted") | (pl.col("_differs") & (~pl.col("_agrees") | pl.col("_copied")))
    sole = judged.filter((right.sum().over(same_unit) == 1) & ((right | wrong).all().over(same_unit))).filter(right)
    return sole.get_column("_at")
