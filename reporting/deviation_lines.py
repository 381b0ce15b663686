"""What must be corrected, one line per cell: rows that take a wrong value from the same cell share a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from language import text
from reconciliation.model.words import Severity

_CELL = ("source", "owner", "file", "sheet", "row", "column", "rule", "severity", "message")


def deviation_lines(deviations: pl.DataFrame) -> pl.DataFrame:
    """deviations: DEVIATION_LIVES, hidden where they must be. A line for each cell and rule, in the order of their first rows.

    Columns: source, owner, rule, severity, message, first_seen, age_days, is_new (all of its rows are), returned (one of them is), and
    file, sheet, row, column: where the value is written. row: None in a database, whose rows are known by their keys.
    value: what is written there. keys: the rows' keys. stops: how many rows it keeps out of Kobo; 0 for a warning.
    """
    # A table stored before cells had places: the row's own place.
    known = pl.col("at_file").is_not_null()
    written = deviations.with_columns(
        file=pl.coalesce("at_file", "file").str.split("/").list.last(),
        sheet=pl.when(known).then("at_sheet").otherwise("sheet"),
        row=pl.when(known).then("at_row").otherwise("row"),
        column=pl.coalesce("at_column", "column"),
        value=pl.when(known).then("cell").otherwise("value"),
        own=pl.when(pl.col("at_row").is_null()).then("row"),
    )
    return written.group_by(*_CELL, "own", maintain_order=True).agg(
        pl.col("value").first(),
        pl.col("first_seen").min(),
        pl.col("age_days").max(),
        pl.col("is_new").all(),
        pl.col("returned").any(),
        keys=pl.col("source_key").drop_nulls(),
        stops=pl.when(pl.col("severity").first() == Severity.ERROR.value).then(pl.len()).otherwise(0),
    )


def each_cell_once(log: pl.DataFrame) -> pl.DataFrame:
    """log: OPEN_DEVIATIONS, open or fixed. One row per cell, rule and period in which it was open, however many rows use the cell."""
    own = pl.when(pl.col("row").is_null()).then("source_key")
    life = ["source", "file", "sheet", "row", "heading", "rule", "since", "fixed", "_own"]
    return log.with_columns(_own=own).unique(life, keep="first", maintain_order=True).drop("_own")


def cell_in_words(row: Mapping[str, Any]) -> str:
    """row: of OPEN_DEVIATIONS. File, sheet, row and column; in a database the key instead of a row."""
    which = text("letter.row", row=row["row"]) if row["row"] is not None else row["source_key"]
    parts = ((row["file"] or "").rpartition("/")[2], row["sheet"], which, row["heading"])
    return ", ".join(str(part) for part in parts if part)
