"""The value of a merged cell, or of a block under one heading, copied to each of its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from connectors.raw_rows import written_in
from connectors.sheet_facts import SheetFacts
from connectors.source_config import Sheet


def filled_down(
    rows: pl.DataFrame,
    kept: pl.DataFrame,
    sheet: Sheet,
    letters: Mapping[str, int],
    filled: Callable[[pl.DataFrame], pl.Series],
    facts: SheetFacts | None,
) -> pl.DataFrame:
    """`kept` with the headings of `fill_down` filled: within each merged range, or without known ranges within each block of filled rows.

    rows: all rows of the sheet below its headings. kept: those that are rows of the list. letters: heading -> column. filled: per row the
    cells that are not blank. Where a value comes from another row, `written_in` has that row's number.
    """
    for heading in sheet.fill_down:
        if heading not in letters:
            continue
        if facts is None:
            block = (filled(rows).list.len() == 0).cum_sum()
            filled_row = pl.when(pl.col(heading).is_not_null()).then("row").forward_fill().over(block)
            above = rows.select("row", pl.col(heading).forward_fill().over(block).alias("above"), top=filled_row)
        else:
            column = letters[heading] + facts.first_column
            tops = _tops([(first, last) for at, first, last in facts.merged if at == column], rows["row"][-1])
            value = dict(zip(rows["row"].to_list(), rows[heading].to_list(), strict=True))
            table = [(row, value.get(top), top) for row, top in tops.items()]
            above = pl.DataFrame(table, {"row": pl.Int64(), "above": pl.String(), "top": pl.Int64()}, orient="row")
        kept = kept.join(above, on="row", how="left", maintain_order="left")
        elsewhere = pl.when(pl.col(heading).is_null() & pl.col("above").is_not_null()).then("top").alias(written_in(heading))
        kept = kept.with_columns(pl.coalesce(heading, "above").alias(heading), elsewhere).drop("above", "top")
    return kept


def _tops(ranges: Sequence[tuple[int, int]], end: int) -> dict[int, int]:
    """Row -> first row of the merged range it is in. Each row once, also where a made file lets ranges overlap."""
    tops: dict[int, int] = {}
    free = 0
    for first, last in sorted(ranges):
        tops |= dict.fromkeys(range(max(first, free), min(last, end) + 1), first)
        free = max(free, last + 1)
    return tops
