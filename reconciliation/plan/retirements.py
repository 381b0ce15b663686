"""Dwellings of ours that are in no source any more: retired, or held until that is certain (law 2)."""

from __future__ import annotations

import polars as pl

from reconciliation.decisions.answer_choices import MERGE_KIND
from reconciliation.identifiers.made_id import made_id
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.model.municipality import Municipality
from reconciliation.model.tables import PLAN_ITEMS
from reconciliation.model.words import DwellingClass
from reconciliation.plan.edited_entries import edited_entries
from reconciliation.plan.guards import RETIRE_WAITING, ROW_REJECTED, SOURCE_INCOMPLETE
from reconciliation.plan.planning_inputs import Reading, Remembered
from reconciliation.reading.followed_keys import key_of_retired


def class_gone(
    dwellings: pl.DataFrame,
    memberships: pl.DataFrame,
    register_rows: pl.DataFrame,
    reading: Reading,
    remembered: Remembered,
    municipality: Municipality,
) -> pl.DataFrame:
    """Linked dwellings that are in no source, as items of class retire. Shape: PLAN_ITEMS.

    Held until every source that had the dwelling has been read completely, on `guards.retire_after_nights` different dates. A dwelling
    whose row is in a source and rejected is held too, also when the tables that would have carried the row were lost.
    """
    gone = remembered.links.join(dwellings, on="leverandor_bolig_id", how="anti").select("leverandor_bolig_id", "kobo_id")
    if gone.is_empty():
        return pl.DataFrame(schema=PLAN_ITEMS)
    exported = municipality.register_.see == "export"
    edited = edited_entries(gone, register_rows, remembered.bases, remembered.decisions, municipality.changed_in_kobo, exported=exported)
    in_register = pl.col("kobo_id").is_in(register_rows.get_column("kobo_id").implode())
    joined = (
        gone.join(_sources_of(gone, memberships, remembered.decisions), on="leverandor_bolig_id", how="left")
        .join(_absent_nights(remembered), on="leverandor_bolig_id", how="left")
        .join(edited, on="kobo_id", how="left")
        .with_columns(
            owner=_owner(municipality),
            titles=_titles(municipality),
            needed=pl.lit(municipality.guards.retire_after_nights, pl.Int64()),
            complete=_all_read(reading, municipality),
            rejected=pl.col("leverandor_bolig_id").is_in(_rejected_dwellings(memberships, reading.rejected)),
        )
        # Tonight counts only where the dwelling is known to be gone.
        .with_columns(nights=pl.col("nights").fill_null(0) + (pl.col("complete") & ~pl.col("rejected")).cast(pl.Int64()))
    )
    return joined.select(
        pl.lit(DwellingClass.RETIRE.value).alias("class"),
        "leverandor_bolig_id",
        "kobo_id",
        pl.lit("[]").alias("changes"),
        pl.lit("link").alias("match_key"),
        pl.when(in_register).then(pl.lit("gone")).otherwise(pl.lit("gone_in_both")).alias("reason"),
        _details().alias("details"),
        _why_it_waits().alias("held"),
        pl.lit(None, pl.String()).alias("part"),
    )


def _why_it_waits() -> pl.Expr:
    """On the columns that `class_gone` joins: code of what holds the retirement; null when nothing does."""
    return (
        pl.when(~pl.col("complete"))
        .then(pl.lit(SOURCE_INCOMPLETE))
        .when("rejected")
        .then(pl.lit(ROW_REJECTED))
        .when(pl.col("nights") < pl.col("needed"))
        .then(pl.lit(RETIRE_WAITING))
        .otherwise("waits")
    )


def _details() -> pl.Expr:
    """JSON: nights needed and seen, the sources' titles, and of an entry that was edited in Kobo what and whose it is."""
    known = ("needed", "nights", pl.col("titles").alias("sources"))
    plain, edited = pl.struct(*known), pl.struct(*known, "edited", "owner")
    return pl.when(pl.col("edited").is_null()).then(plain.struct.json_encode()).otherwise(edited.struct.json_encode())


def _sources_of(gone: pl.DataFrame, memberships: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, sources): the sources that ever had each of these dwellings, sorted.

    Where a person said that a dwelling's row is another one's home too, no row is known as its own any more: the decision tells its source.
    """
    known = memberships.join(gone, on="leverandor_bolig_id", how="semi").select("leverandor_bolig_id", "source")
    joined = decisions.filter((pl.col("kind") == MERGE_KIND) & (pl.col("verdict") == DecisionKind.SAME.value))
    names = (name.partition(":") for row in joined.select("subject", "other").iter_rows() for name in row if name and ":" in name)
    made = pl.DataFrame(
        [(made_id(source, key), source) for source, _, key in names], schema={name: pl.String() for name in known.columns}, orient="row"
    )
    of_joined = made.join(gone, on="leverandor_bolig_id", how="semi").join(known, on="leverandor_bolig_id", how="anti")
    return pl.concat([known, of_joined]).group_by("leverandor_bolig_id").agg(sources=pl.col("source").unique().sort())


def _absent_nights(remembered: Remembered) -> pl.DataFrame:
    """(leverandor_bolig_id, nights): on how many dates before tonight each was gone."""
    schema = {"leverandor_bolig_id": pl.String(), "nights": pl.Int64()}
    return pl.DataFrame(list(remembered.absences.items()), schema=schema, orient="row")


def _all_read(reading: Reading, municipality: Municipality) -> pl.Expr:
    """On `sources`: were all that had the dwelling read completely?

    False without a known source. False for every dwelling while any source of the municipality is
    unread, since the dwelling may have moved to that one.
    """
    complete = pl.lit(sorted(reading.complete_sources), pl.List(pl.String()))
    every_source = pl.lit(set(municipality.sources) <= reading.complete_sources)
    return pl.col("sources").is_not_null() & (pl.col("sources").list.set_difference(complete).list.len() == 0) & every_source


def _owner(municipality: Municipality) -> pl.Expr:
    """On `sources`: owner of the source that ranks first in survivorship, then by name; null where none is configured any more."""
    ranked = [*municipality.survivorship.default, *sorted(municipality.sources)]
    by_rank = [
        pl.when(pl.col("sources").list.contains(name)).then(pl.lit(municipality.sources[name].owner))
        for name in dict.fromkeys(ranked)
        if name in municipality.sources
    ]
    return pl.coalesce(pl.lit(None, pl.String()), *by_rank)


def _titles(municipality: Municipality) -> pl.Expr:
    """On `sources`: what people call them; all of the municipality's where none is known."""
    titles = {name: source.title for name, source in municipality.sources.items()}
    named = pl.col("sources").list.eval(pl.element().replace(titles))
    return pl.coalesce(named, pl.lit(sorted(titles.values()), pl.List(pl.String())))


def _rejected_dwellings(memberships: pl.DataFrame, rejected: pl.DataFrame | None) -> list[str]:
    """Those whose row is rejected, and those whose key the rejected row has since it named another home: it may name this one again."""
    if rejected is None:
        return []
    keys = rejected.select("source", "source_key")
    named = memberships.with_columns(source_key=key_of_retired(pl.col("source_key"), pl.col("leverandor_bolig_id")))
    return named.join(keys, on=["source", "source_key"], how="semi").get_column("leverandor_bolig_id").unique().to_list()
