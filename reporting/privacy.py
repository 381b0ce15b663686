"""Which rows and dwellings have a secret address, and what is shown instead (law 10)."""

from __future__ import annotations

import polars as pl

from language import text
from reporting.night_report import NightResult

_PLACE = ["source", "sheet", "row"]


def with_shown_address(dwellings: pl.DataFrame) -> pl.DataFrame:
    """dwellings: DWELLINGS, or any frame with its address columns. Adds `adresse`: as written, or that it is secret."""
    house = pl.concat_str([pl.col("nummer").cast(pl.String), pl.col("bokstav").fill_null("")])
    parts = [pl.col("adressenavn"), house, pl.col("bruksenhetsnummer"), pl.col("ekstra_referanse")]
    written = pl.concat_str(parts, separator=" ", ignore_nulls=True)
    return dwellings.with_columns(
        adresse=pl.when(pl.col("hemmelig_adresse").fill_null(value=False)).then(pl.lit(text("page.secret"))).otherwise(written)
    )


def hide_secret_values(result: NightResult) -> pl.DataFrame:
    """The night's deviations without the values of rows whose source flags a secret address.

    A message may quote the value, so it goes too; what remains says where to look and which rule it is.
    """
    secret_rows = result.rejected_rows.filter(pl.col("hemmelig_adresse").fill_null(value=False)).select(_PLACE).unique()
    secret_keys = (
        result.dwellings.filter(pl.col("hemmelig_adresse").fill_null(value=False)).select(known="source_keys").explode("known").unique()
    )
    key = pl.format("{}:{}", "source", "source_key")
    marked = (
        result.deviations.join(secret_rows.with_columns(by_row=True), on=_PLACE, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(known=key)
        .join(secret_keys.with_columns(by_key=True), on="known", how="left", maintain_order="left")
    )
    secret = pl.col("by_row").fill_null(value=False) | pl.col("by_key").fill_null(value=False)
    return marked.with_columns(
        value=pl.when(secret).then(pl.lit(text("page.secret"))).otherwise("value"),
        message=pl.when(secret).then(pl.lit(text("workbook.secret_message"))).otherwise("message"),
    ).select(result.deviations.columns)
