"""Lines of a source that could not be split into values, as rejected rows."""

from __future__ import annotations

import polars as pl

from connectors.read_result import SourceRead
from connectors.source_config import AnySource
from reconciliation.model import tables
from reconciliation.model.rules import BY_ID, Rule
from reconciliation.reading.deviations import AT


def unreadable_lines(read: SourceRead, source: AnySource) -> tuple[pl.DataFrame, pl.DataFrame]:
    """SOURCE_ROWS with the lines' place and nothing else, and their DEVIATIONS (rule L01)."""
    if read.unreadable is None or read.unreadable.is_empty():
        return tables.empty(tables.SOURCE_ROWS), tables.empty(tables.DEVIATIONS)
    placed = read.unreadable.with_columns(
        pl.col("row").cast(pl.Int64), owner=pl.lit(source.owner), source_key=pl.lit(None, pl.String), row_hash=pl.lit(None, pl.String)
    )
    rows = placed.with_columns(pl.lit(None, kind).alias(name) for name, kind in tables.CONTENT.items())
    rule: Rule = BY_ID["L01"]
    deviations = placed.with_columns(
        column=pl.lit(None, pl.String),
        field=pl.lit(None, pl.String),
        value=pl.lit(None, pl.String),
        rule=pl.lit(rule.id),
        severity=pl.lit(rule.severity.value),
        message=pl.col("melding"),
        **{name: pl.lit(None, tables.DEVIATIONS[name]) for name in AT},
    )
    casts = [pl.col(name).cast(kind) for name, kind in tables.PLACE.items()]
    return (
        rows.select(*casts, *tables.CONTENT).select(list(tables.SOURCE_ROWS)),
        deviations.select(*casts, *(name for name in tables.DEVIATIONS if name not in tables.PLACE)).select(list(tables.DEVIATIONS)),
    )
