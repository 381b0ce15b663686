"""The nights' own history as one curve: a point per night, whole municipality."""

from __future__ import annotations

from datetime import date

import polars as pl

CURVE = pl.Schema(
    {"as_of": pl.Date(), "in_scope": pl.Int64(), "in_register": pl.Int64(), "in_sync": pl.Int64(), "register_seen": pl.Boolean()}
)
"""One row per night, sorted by date."""


def curve(history: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Shape: CURVE, up to and with `as_of`. history: HISTORY, or any frame with its columns."""
    seen = pl.col("register_seen") if "register_seen" in history.columns else pl.lit(value=True)
    return (
        history.filter(pl.col("as_of") <= as_of)
        .with_columns(register_seen=seen)
        .group_by("as_of")
        .agg(pl.col("in_scope", "in_register", "in_sync").sum(), pl.col("register_seen").all())
        .sort("as_of")
        .select(pl.col(name).cast(kind) for name, kind in CURVE.items())
    )
