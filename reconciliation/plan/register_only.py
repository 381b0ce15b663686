"""The class of register entries that belong to no dwelling of our sources."""

from __future__ import annotations

import polars as pl

from reconciliation.model.shielding import nameable, shielded_entries, shielded_ids
from reconciliation.model.tables import PLAN_ITEMS
from reconciliation.model.words import DwellingClass
from reconciliation.plan.candidates_shown import pairs_ever_made
from reconciliation.plan.classes import clashing_pairs


def register_only_entries(dwellings: pl.DataFrame, register_rows: pl.DataFrame, matches: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Entries that nothing matches and we did not create. Shape: PLAN_ITEMS. They are never changed (law 7)."""
    certain = matches.filter("certain")
    alone = register_rows.select("kobo_id")
    for taken in (links, certain, clashing_pairs(matches, certain)):
        alone = alone.join(taken, on="kobo_id", how="anti")
    if alone.is_empty():
        return pl.DataFrame(schema=PLAN_ITEMS)
    pairs = matches.filter(~pl.col("certain")).select("leverandor_bolig_id", other="kobo_id")
    shielded = shielded_ids(dwellings)
    named = nameable(pairs, shielded, shielded_entries(shielded, pairs_ever_made(matches, links)))
    offered = named.group_by(kobo_id="other").agg(candidates=pl.col("leverandor_bolig_id").unique().sort())
    shown = alone.join(offered, on="kobo_id", how="left").with_columns(pl.col("candidates").fill_null(pl.lit([], pl.List(pl.String()))))
    return shown.select(
        pl.lit(DwellingClass.REGISTER_ONLY.value).alias("class"),
        pl.lit(None, pl.String()).alias("leverandor_bolig_id"),
        "kobo_id",
        pl.lit("[]").alias("changes"),
        pl.lit(None, pl.String()).alias("match_key"),
        pl.lit("only_in_register").alias("reason"),
        pl.struct("candidates").struct.json_encode().alias("details"),
        pl.lit(None, pl.String()).alias("held"),
        pl.lit(None, pl.String()).alias("part"),
    ).cast(pl.Schema(PLAN_ITEMS))
