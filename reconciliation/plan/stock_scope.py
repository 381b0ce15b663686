"""Which dwellings are part of the municipality's stock, as KOSTRA counts it."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.leases import whole_unit

WHOLE_UNIT, OUT_OF_USE = "hele_enheten", "tatt_ut_av_bruk"


def why_not_counted() -> pl.Expr:
    """On DWELLINGS: why a dwelling is not counted; null for those that are. Not counting those out of use is our assumption."""
    out_of_use = pl.col("tatt_ut_av_bruk").fill_null(value=False)
    return pl.when(whole_unit()).then(pl.lit(WHOLE_UNIT)).when(out_of_use).then(pl.lit(OUT_OF_USE))
