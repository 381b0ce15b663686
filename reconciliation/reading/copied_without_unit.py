"""A row without a unit number that is equal to another row of its list in all else: somebody copied the row, or forgot the number."""

from __future__ import annotations

import polars as pl

from reconciliation.model.tables import CONTENT

_ADDRESS = ("kommunenummer", "_street", "nummer", "bokstav")
_EQUAL = ("source", "_street", *(name for name in CONTENT if name not in ("bruksenhetsnummer", "adressenavn", "oppdatert")))


def copied_from(rows: pl.DataFrame) -> pl.Series:
    """rows: SOURCE_ROWS of all sources, `_street`: folded. Per row: the unit number of the one row of its list that it is equal to in all
    but the unit number, which it lacks; null where there is none.

    Null too where neither area nor rent is known, so that much is equal because nothing is known; and where another list has a unit number
    at the address that this list lacks, for then it may be that home.
    """
    unit, located = pl.col("bruksenhetsnummer"), pl.col("_street").is_not_null() & pl.col("nummer").is_not_null()
    measured = pl.col("bruksareal").is_not_null() | pl.col("manedsleie").is_not_null()
    twins = rows.with_row_index("_at").filter(located & measured & (pl.len().over(_EQUAL) == 2))
    twins = twins.filter(unit.is_null().sum().over(_EQUAL) == 1)
    copies = twins.with_columns(_copy_of=unit.max().over(_EQUAL)).filter(unit.is_null())
    if copies.is_empty():
        return pl.repeat(None, rows.height, dtype=pl.String(), eager=True)
    listed = rows.select(*_ADDRESS, "source", "bruksenhetsnummer").drop_nulls("bruksenhetsnummer").unique()
    own = copies.select("_at", "source", *_ADDRESS)
    units = own.join(listed, on=_ADDRESS, suffix="_there", nulls_equal=True)
    has = units.filter(pl.col("source") == pl.col("source_there")).select("_at", "bruksenhetsnummer")
    free = units.filter(pl.col("source") != pl.col("source_there")).join(has, on=["_at", "bruksenhetsnummer"], how="anti")
    copied = copies.join(free, on="_at", how="anti").select("_at", "_copy_of")
    return rows.select(pl.int_range(pl.len(), dtype=pl.UInt32()).alias("_at")).join(copied, on="_at", how="left", maintain_order="left")[
        "_copy_of"
    ]
