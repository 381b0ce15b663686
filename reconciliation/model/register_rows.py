"""What planning, matching and deciding ask of the register's rows."""

from __future__ import annotations

import polars as pl

from kobo_client.contract import FIELDS

SENT = tuple(field.name for field in FIELDS if field.name not in ("kobo_id", "leverandor_bolig_id"))
"""What an entry says of a dwelling when it is sent; the two ids name it."""


def without_deleted(rows: pl.DataFrame) -> pl.DataFrame:
    """rows: `slettet` is optional; a blank one counts as not deleted."""
    if "slettet" not in rows.columns:
        return rows
    return rows.filter(~pl.col("slettet").cast(pl.Boolean()).fill_null(value=False))
