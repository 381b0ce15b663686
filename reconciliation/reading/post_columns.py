"""postnummer and poststed of each row out of their two columns; what is neither is a deviation, with the likely postnummer."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from connectors.source_config import AnySource
from reconciliation.addresses.postal import post_doubt
from reconciliation.identifiers.post_cells import read_post
from reconciliation.model import tables
from reconciliation.reading.deviations import heading_of, with_reason

_CELLS = ("postnummer", "poststed")


@dataclass(frozen=True, slots=True)
class PostColumns:
    """rows: SOURCE_ROWS with both read. doubts: per row `value`, `rule`, `reason`, and `meant`: the postnummer that a fault may be."""

    rows: pl.DataFrame
    doubts: pl.DataFrame


def with_post(rows: pl.DataFrame) -> PostColumns:
    """rows: SOURCE_ROWS with postnummer and poststed as written."""
    asked = rows.select(_CELLS)
    distinct = asked.unique(maintain_order=True)
    cells_read = [read_post(*cells) for cells in distinct.iter_rows()]
    lookup = distinct.with_columns(
        pl.Series("_code", [post.postnummer for post in cells_read], dtype=pl.String),
        pl.Series("_place", [post.poststed for post in cells_read], dtype=pl.String),
        pl.Series("rule", ["P02" if post.fault else "P04W" if post.misplaced else None for post in cells_read], dtype=pl.String),
        pl.Series("reason", [post_doubt(post) for post in cells_read], dtype=pl.String),
        pl.Series("meant", [post.meant for post in cells_read], dtype=pl.String),
        pl.Series("value", [", ".join(cell for cell in cells if cell) for cells in distinct.iter_rows()], dtype=pl.String),
    )
    judged = asked.join(lookup, on=list(_CELLS), how="left", nulls_equal=True, maintain_order="left")
    read = rows.with_columns(judged["_code"].alias("postnummer"), judged["_place"].alias("poststed"))
    return PostColumns(read, judged.select("value", "rule", "reason", "meant"))


def post_deviations(placed: pl.DataFrame, doubts: pl.DataFrame, source: AnySource) -> pl.DataFrame:
    """DEVIATIONS. placed: the rows when their addresses are known: a postnummer that the official address confirms is not in doubt."""
    wide = pl.concat([placed, doubts], how="horizontal")
    open_ones = wide.filter(pl.col("rule").is_not_null() & (pl.col("meant").is_null() | pl.col("meant").ne_missing(pl.col("postnummer"))))
    heading = heading_of(source, "postnummer") or heading_of(source, "poststed")
    parts = [with_reason(open_ones.filter(pl.col("rule") == rule), rule, heading, "postnummer") for rule in ("P02", "P04W")]
    return pl.concat([tables.empty(tables.DEVIATIONS), *parts])
