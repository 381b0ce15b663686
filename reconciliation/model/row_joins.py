"""Which row of one table is which of another: an inner join of two columns that moves no other column.

Most nights both tables tell the same dwellings in the same order. That they do is seen in a hundredth of the time of a join.
"""

from __future__ import annotations

import polars as pl

Rows = pl.Series | None
"""Numbers of rows; None: all, as they stand."""


def matching_rows(left: pl.Series, right: pl.Series) -> tuple[Rows, Rows]:
    """The rows of left and of right that hold the same, in left's order. A null meets nobody."""
    if same_throughout(left, right):
        return None, None
    sides = [pl.DataFrame({"_id": ids}).with_row_index(name) for ids, name in ((left, "_left"), (right, "_right"))]
    met = sides[0].join(sides[1], on="_id", how="left", maintain_order="left")
    if met.height == left.len() and not met.get_column("_right").null_count():
        # Each of left once and nobody lacking: a frame need not be taken apart to be put together again.
        return None, met.get_column("_right")
    met = met.drop_nulls("_right")
    return met.get_column("_left"), met.get_column("_right")


def without(rows: pl.DataFrame, others: pl.DataFrame, on: str) -> pl.DataFrame:
    """Those rows that none of the others shares `on` with, in their order. A null is shared with nobody."""
    ids, taken_ids = rows.get_column(on), others.get_column(on)
    if rows.is_empty() or (not ids.null_count() and ids.equals(taken_ids)):
        return rows.clear()
    return rows.join(others.select(on), on=on, how="anti", maintain_order="left")


def beside(rows: pl.DataFrame, told: pl.DataFrame, on: str) -> pl.DataFrame:
    """What is told of some of the rows, as columns of all. Most nights tell nothing of most kinds: then nothing is looked up."""
    if told.is_empty():
        return rows.with_columns(pl.lit(None, kind).alias(name) for name, kind in told.schema.items() if name != on)
    if same_throughout(rows.get_column(on), told.get_column(on)):
        return rows.with_columns(told.drop(on))
    return rows.join(told, on=on, how="left")


def same_throughout(left: pl.Series, right: pl.Series) -> bool:
    """The same values in the same order, each only once and none of them null."""
    return left.equals(right) and (rising(left) or each_once(left))


def rising(ids: pl.Series) -> bool:
    """Sorted, each only once and none of them null."""
    return ids.null_count() == 0 and bool((ids.head(-1) < ids.slice(1)).all())


def each_once(ids: pl.Series) -> bool:
    """Whether none is null and, for certain, none stands twice: what has another hash is another value. False where hashes meet."""
    return ids.null_count() == 0 and ids.hash().n_unique() == ids.len()


def rows_at(frame: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """Those rows of frame."""
    return frame if rows is None else frame[rows]
