"""The rows that merging works on: a failed or incomplete read removes none of a source's rows (law 2, docs/decisions/0001)."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from connectors.read_result import Verdict
from reconciliation.model import tables
from reconciliation.model.shielding import is_shielded

_KEY = ["source", "source_key"]


def standing_rows(
    accepted: pl.DataFrame, rejected: pl.DataFrame, verdicts: Mapping[str, Verdict], previous: pl.DataFrame | None
) -> pl.DataFrame:
    """Tonight's accepted rows, and the last accepted version of rows that are rejected tonight or that a read which is
    not complete did not bring. Shape: STANDING_ROWS, sorted.

    accepted, rejected: SOURCE_ROWS of tonight. verdicts: source -> verdict of tonight's read; a source that is not named
    is no longer configured, and nothing of it is carried. previous: last night's standing rows, None on the first night.
    """
    tonight = accepted.with_columns(carried=pl.lit(value=False)).select(list(tables.STANDING_ROWS))
    if previous is None or previous.is_empty():
        return _sorted(tonight)
    previous = tables.conformed(previous, tables.STANDING_ROWS)
    unread = [source for source, verdict in verdicts.items() if verdict is not Verdict.COMPLETE]
    gone = previous.filter(pl.col("source").is_in(list(verdicts))).join(tonight, on=_KEY, how="anti")
    rejected_keys = rejected.select(_KEY).filter(pl.col("source_key").is_not_null()).unique()
    carried = pl.concat(
        [
            gone.filter(pl.col("source").is_in(unread)),
            gone.filter(~pl.col("source").is_in(unread)).join(rejected_keys, on=_KEY, how="semi"),
        ]
    )
    # A shielded address counts from tonight on, also when its row is rejected for another reason.
    flagged = rejected.filter(is_shielded()).select(*_KEY, _flagged=pl.lit(value=True)).unique()
    carried = carried.join(flagged, on=_KEY, how="left").with_columns(hemmelig_adresse=pl.coalesce("_flagged", "hemmelig_adresse"))
    return _sorted(pl.concat([tonight, carried.with_columns(carried=pl.lit(value=True)).select(list(tables.STANDING_ROWS))]))


def _sorted(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.sort("source", "source_key", "file", "sheet", "row", nulls_last=False)
