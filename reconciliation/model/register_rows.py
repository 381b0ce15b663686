"""Small functions on the register's rows, for planning, matching and decisions."""

from __future__ import annotations

import polars as pl

from kobo_client.contract import FIELDS

SENT = tuple(field.name for field in FIELDS if field.name not in ("kobo_id", "leverandor_bolig_id"))
"""The fields of an entry that are sent, without the two ids."""


def without_deleted(rows: pl.DataFrame) -> pl.DataFrame:
    """rows: `slettet` is optional; a blank one counts as not deleted."""
    if "slettet" not in rows.columns:
        return rows
    return rows.filter(~pl.col("slettet").cast(pl.Boolean()).fill_null(value=False))
