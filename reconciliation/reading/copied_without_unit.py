"""A row without a unit number that is equal to another row of its list in all else: somebody copied the row, or forgot the number."""

from __future__ import annotations

import polars as pl

from reconciliation.addresses import folded
from reconciliation.model.tables import CONTENT

_ADDRESS = ("kommunenummer", "_street", "nummer", "bokstav")
_EQUAL = ("source", "_street", *(name for name in CONTENT if name not in ("bruksenhetsnummer", "adressenavn", "oppdatert")))
_KEY = ["source", "source_key"]
_KOBO = "Kobo"
"""Stands for a source; no source can have this name, for theirs are in small letters."""


def copied_from(rows: pl.DataFrame, before: pl.DataFrame | None = None, entries: pl.DataFrame | None = None) -> pl.Series:
    """rows: SOURCE_ROWS of all sources, `_street`: folded. before: STANDING_ROWS of the last night. entries: the register's rows.
    Per row: the unit number of the one row of its list that it is equal to in all but the unit number, which it lacks; null where there
    is none.

    Null too where neither area nor rent is known, so that much is equal because nothing is known; where the row was known before; and
    where another list, or Kobo, has at the address as many homes as this list has with the row, or a unit number that this list lacks:
    for then it may be a home.
    """
    unit, located = pl.col("bruksenhetsnummer"), pl.col("_street").is_not_null() & pl.col("nummer").is_not_null()
    measured = pl.col("bruksareal").is_not_null() | pl.col("manedsleie").is_not_null()
    twins = rows.with_row_index("_at").filter(located & measured & (pl.len().over(_EQUAL) == 2))
    twins = twins.filter(unit.is_null().sum().over(_EQUAL) == 1)
    copies = twins.with_columns(_copy_of=unit.max().over(_EQUAL)).filter(unit.is_null())
    if before is not None:
        copies = copies.join(before.select(_KEY), on=_KEY, how="anti")
    if copies.is_empty():
        return pl.repeat(None, rows.height, dtype=pl.String(), eager=True)
    copied = copies.join(_homes_elsewhere(copies, rows, entries), on="_at", how="anti").select("_at", "_copy_of")
    at = rows.select(pl.int_range(pl.len(), dtype=pl.UInt32()).alias("_at"))
    return at.join(copied, on="_at", how="left", maintain_order="left")["_copy_of"]


def _homes_elsewhere(copies: pl.DataFrame, rows: pl.DataFrame, entries: pl.DataFrame | None) -> pl.DataFrame:
    """(_at) of the copies that may be a home which another list or Kobo has. copies: rows of `rows` with `_at` and `_copy_of`.

    A row there that is a copy itself is a home only where it is a copy of the same number: two lists have two equal homes.
    """
    looked_at = ("source", *_ADDRESS, "bruksenhetsnummer", "ekstra_referanse")
    here = rows.with_row_index("_at").join(copies.select("_at"), on="_at", how="anti").select(looked_at)
    if entries is not None and not entries.is_empty():
        in_kobo = entries.filter(~pl.col("slettet")).with_columns(source=pl.lit(_KOBO), _street=folded("adressenavn"))
        here = pl.concat([here, in_kobo.select(looked_at)])
    unit = pl.col("bruksenhetsnummer")
    numbered = pl.struct("bruksenhetsnummer", "ekstra_referanse").filter(unit.is_not_null()).n_unique()
    by_list = here.group_by("source", *_ADDRESS).agg(_homes=numbered + unit.is_null().sum(), _units=unit.drop_nulls().unique())
    own = copies.select("_at", "_copy_of", "source", *_ADDRESS).join(by_list, on=["source", *_ADDRESS], nulls_equal=True)
    pairs = own.join(by_list, on=_ADDRESS, suffix="_there", nulls_equal=True).filter(pl.col("source") != pl.col("source_there"))
    alike = copies.select(*_ADDRESS, "_copy_of", source_there="source", _alike=pl.lit(1)).unique()
    pairs = pairs.join(alike, on=[*_ADDRESS, "_copy_of", "source_there"], how="left", nulls_equal=True)
    more = pl.col("_homes_there") + pl.col("_alike").fill_null(0) > pl.col("_homes")
    another = pl.col("_units_there").list.set_difference("_units").list.len() > 0
    return pairs.filter(more | another).select("_at").unique()
