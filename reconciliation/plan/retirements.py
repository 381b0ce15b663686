"""Dwellings of ours that are in no source any more: retired, or held until that is certain (law 2)."""

from __future__ import annotations

import polars as pl

from reconciliation.model.municipality import Municipality
from reconciliation.model.tables import PLAN_ITEMS
from reconciliation.model.words import DwellingClass
from reconciliation.plan.edited_entries import edited_entries
from reconciliation.plan.guards import RETIRE_WAITING, ROW_REJECTED, SOURCE_INCOMPLETE
from reconciliation.plan.planning_inputs import Reading, Remembered


def class_gone(
    dwellings: pl.DataFrame,
    memberships: pl.DataFrame,
    register_rows: pl.DataFrame,
    reading: Reading,
    remembered: Remembered,
    municipality: Municipality,
) -> pl.DataFrame:
    """Ours, and in no source: retired when every source that held it was read to its end, often enough. Shape: PLAN_ITEMS.

    One whose row is there and rejected is not gone, also when the tables that would have carried it were lost.
    """
    gone = remembered.links.join(dwellings, on="leverandor_bolig_id", how="anti").select("leverandor_bolig_id", "kobo_id")
    if gone.is_empty():
        return pl.DataFrame(schema=PLAN_ITEMS)
    held_by = memberships.join(gone, on="leverandor_bolig_id", how="semi")
    sources = held_by.group_by("leverandor_bolig_id").agg(held_by=pl.col("source").unique().sort())
    complete = pl.lit(sorted(reading.complete_sources), pl.List(pl.String()))
    all_read = pl.lit(set(municipality.sources) <= reading.complete_sources)
    needed = municipality.guards.retire_after_nights
    before = pl.DataFrame(
        list(remembered.absences.items()), schema={"leverandor_bolig_id": pl.String(), "nights": pl.Int64()}, orient="row"
    )
    seen = register_rows.get_column("kobo_id")
    edited = edited_entries(gone, register_rows, remembered.bases, remembered.decisions, municipality.changed_in_kobo)
    told = (
        gone.join(sources, on="leverandor_bolig_id", how="left")
        .join(before, on="leverandor_bolig_id", how="left")
        .join(edited, on="kobo_id", how="left")
        .with_columns(owner=_owner(municipality))
        .with_columns(
            nights=pl.col("nights").fill_null(0) + 1,
            needed=pl.lit(needed, pl.Int64()),
            # Without a remembered source nobody can say that all who held it were read. And while any source is unread, the
            # dwelling may have moved there: then nothing is retired at all.
            whole=pl.col("held_by").is_not_null() & (pl.col("held_by").list.set_difference(complete).list.len() == 0) & all_read,
            reason=pl.when(pl.col("kobo_id").is_in(seen.implode())).then(pl.lit("gone")).otherwise(pl.lit("gone_in_both")),
        )
        .with_columns(rejected=pl.col("leverandor_bolig_id").is_in(_rejected_dwellings(memberships, reading.rejected)))
        .with_columns(nights=pl.col("nights") - (~pl.col("whole") | pl.col("rejected")).cast(pl.Int64()))
    )
    held = (
        pl.when(~pl.col("whole"))
        .then(pl.lit(SOURCE_INCOMPLETE))
        .when("rejected")
        .then(pl.lit(ROW_REJECTED))
        .when(pl.col("nights") < needed)
        .then(pl.lit(RETIRE_WAITING))
        .otherwise("waits")
    )
    plain = pl.struct("needed", "nights").struct.json_encode()
    asked = pl.struct("needed", "nights", "edited", "owner").struct.json_encode()
    return told.select(
        pl.lit(DwellingClass.RETIRE.value).alias("class"),
        "leverandor_bolig_id",
        "kobo_id",
        pl.lit("[]").alias("changes"),
        pl.lit("link").alias("match_key"),
        "reason",
        pl.when(pl.col("edited").is_null()).then(plain).otherwise(asked).alias("details"),
        held.alias("held"),
        pl.lit(None, pl.String()).alias("part"),
    )


def _owner(municipality: Municipality) -> pl.Expr:
    """On `held_by`: whose list the dwelling was in; of several, of the source that ranks first."""
    ranked = [*municipality.survivorship.default, *sorted(municipality.sources)]
    by_rank = [
        pl.when(pl.col("held_by").list.contains(name)).then(pl.lit(municipality.sources[name].owner))
        for name in dict.fromkeys(ranked)
        if name in municipality.sources
    ]
    return pl.coalesce(pl.lit(None, pl.String()), *by_rank)


def _rejected_dwellings(memberships: pl.DataFrame, rejected: pl.DataFrame | None) -> list[str]:
    if rejected is None:
        return []
    keys = rejected.select("source", "source_key")
    return memberships.join(keys, on=["source", "source_key"], how="semi").get_column("leverandor_bolig_id").unique().to_list()
