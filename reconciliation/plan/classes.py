"""Which class each dwelling and each register entry is in. The first rule that fits decides; the last fits all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from reconciliation.likeness.place import with_place
from reconciliation.likeness.street_spelling import stem
from reconciliation.merge.survivorship import ranks
from reconciliation.model.municipality import Municipality
from reconciliation.model.row_joins import beside, without
from reconciliation.model.shielding import nameable, shielded_entries, shielded_ids
from reconciliation.model.tables import PLAN_ITEMS
from reconciliation.model.words import DwellingClass
from reconciliation.plan.difference import at_odds, changes_of
from reconciliation.plan.guards import RETIRE_WAITING, ROW_REJECTED, SOURCE_INCOMPLETE

SETTLE_IN_SOURCE = "settle_in_source"
"""Reason of a dwelling in doubt of which no question can be asked."""


@dataclass(frozen=True, slots=True)
class Night:
    """What a plan is made from; see make_plan. register_rows: without the deleted ones."""

    dwellings: pl.DataFrame
    register_rows: pl.DataFrame
    missing: frozenset[str]
    matches: pl.DataFrame
    links: pl.DataFrame
    absences: Mapping[str, int]
    complete_sources: frozenset[str]
    memberships: pl.DataFrame
    municipality: Municipality
    lineage: pl.DataFrame | None = None
    rejected: pl.DataFrame | None = None


def class_dwellings(night: Night) -> pl.DataFrame:
    """Everything that stands in our sources. Shape: PLAN_ITEMS."""
    certain = night.matches.filter("certain").select(
        "leverandor_bolig_id", "kobo_id", match_key="key", match_reason="reason", match_details="details"
    )
    # A key pair that a protected field speaks against is not adopted, but it is the entry that must be settled.
    clashing = _clashing(night, certain)
    unsure = night.matches.filter(~pl.col("certain"))
    unsure = without(without(unsure, clashing, "leverandor_bolig_id"), certain, "leverandor_bolig_id")
    offered = unsure.group_by("leverandor_bolig_id").agg(
        pl.lit(value=True).alias("uncertain"),
        pl.col("key").sort().first().alias("offer_key"),
        pl.col("reason").sort().first().alias("offer_reason"),
    )
    # First the links that hold: on most nights all of them, and the register need not be asked.
    gone = without(night.links.filter(pl.col("kobo_id").is_not_null()), certain, "kobo_id")
    broken = without(gone, night.register_rows, "kobo_id").select("leverandor_bolig_id", lost="kobo_id")
    joined = beside(night.dwellings, pl.concat([certain, clashing]), "leverandor_bolig_id")
    for told in (_changes(night, joined), offered, _named(night, unsure), broken, _elsewhere(night.dwellings)):
        joined = beside(joined, told, "leverandor_bolig_id")
    joined = joined.with_columns(
        pl.col("changes").fill_null("[]"),
        pl.col("named").fill_null(pl.lit([], pl.List(pl.String()))),
        pl.col("uncertain").fill_null(value=False),
        pl.col("protected").fill_null(value=False),
        pl.col("elsewhere").fill_null(value=False),
    )
    return _classed(joined)


def _named(night: Night, unsure: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, named): which candidates people are told of: dwellings of ours, or entries where there are none."""
    doubtful = night.dwellings.filter(pl.col("candidates").list.len() > 0)
    ours = doubtful.select("leverandor_bolig_id", other="candidates").explode("other")
    theirs = without(unsure.select("leverandor_bolig_id", other="kobo_id"), doubtful, "leverandor_bolig_id")
    shielded = shielded_ids(night.dwellings)
    entries = shielded_entries(shielded, _held_as_one(night))
    told = nameable(pl.concat([ours, theirs]), shielded, entries)
    return told.group_by("leverandor_bolig_id").agg(named=pl.col("other").sort())


def _held_as_one(night: Night) -> pl.DataFrame:
    """(leverandor_bolig_id, kobo_id) of every pair that is, or was, held for the same home."""
    return pl.concat(
        [night.matches.filter("certain").select("leverandor_bolig_id", "kobo_id"), night.links.select("leverandor_bolig_id", "kobo_id")]
    )


def _elsewhere(dwellings: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, elsewhere): of the dwellings in doubt, whether no candidate is written at their own address."""
    doubtful = dwellings.filter(pl.col("candidates").list.len() > 0)
    if doubtful.is_empty():
        return pl.DataFrame(schema={"leverandor_bolig_id": pl.String(), "elsewhere": pl.Boolean()})
    asked = doubtful.select("leverandor_bolig_id", other="candidates").explode("other")
    named = pl.concat([asked.get_column("leverandor_bolig_id"), asked.get_column("other")]).unique()
    placed = with_place(dwellings.filter(pl.col("leverandor_bolig_id").is_in(named.implode()))).select(
        "leverandor_bolig_id", at=pl.concat_str("_municipality", stem("_street"), "_house", separator="|")
    )
    beside = asked.join(placed, on="leverandor_bolig_id").join(placed.select(other="leverandor_bolig_id", at_other="at"), on="other")
    apart = (pl.col("at") != pl.col("at_other")).fill_null(value=False)
    return beside.group_by("leverandor_bolig_id").agg(elsewhere=apart.all())


def _clashing(night: Night, certain: pl.DataFrame) -> pl.DataFrame:
    """Pairs that a protected field speaks against, where neither side has another."""
    clashing = night.matches.filter(~pl.col("certain") & (pl.col("reason") == "protected_differs"))
    rest = without(without(clashing, certain, "leverandor_bolig_id"), certain, "kobo_id")
    lone = rest.filter((pl.len().over("leverandor_bolig_id") == 1) & (pl.len().over("kobo_id") == 1))
    return lone.select("leverandor_bolig_id", "kobo_id", match_key="key", match_reason="reason", match_details="details")


def _classed(joined: pl.DataFrame) -> pl.DataFrame:
    lost, doubtful = pl.col("lost").is_not_null(), pl.col("candidates").list.len() > 0
    at_odds, uncertain = pl.col("contradictions").list.len() > 0, pl.col("uncertain")
    matched, differing = pl.col("kobo_id").is_not_null(), pl.col("changes") != "[]"
    # Nobody can be asked about a pair that may not be named.
    unnamed = pl.col("named").list.len() == 0
    why_doubtful = (
        pl.when(unnamed)
        .then(pl.lit(SETTLE_IN_SOURCE))
        .when("elsewhere")
        .then(pl.lit("nearly_same_address"))
        .when(pl.col("bruksenhetsnummer").is_null())
        .then(pl.lit("unit_number_missing"))
        .when(pl.col("ekstra_referanse").is_null())
        .then(pl.lit("lease_reference_missing"))
        .otherwise(pl.lit("two_known_ids"))
    )
    rules = (
        (lost, DwellingClass.REVIEW, pl.lit("deleted_in_kobo")),
        (doubtful, DwellingClass.REVIEW, why_doubtful),
        (at_odds, DwellingClass.CONFLICT, pl.lit("sources_disagree")),
        (matched & pl.col("protected"), DwellingClass.CONFLICT, pl.lit("fields_differ")),
        (matched & (pl.col("match_reason") == "protected_differs"), DwellingClass.CONFLICT, pl.lit("protected_differs")),
        (matched & differing, DwellingClass.UPDATE, pl.lit("fields_differ")),
        (matched, DwellingClass.IN_SYNC, pl.lit("equal")),
        (uncertain, DwellingClass.REVIEW, pl.when(unnamed).then(pl.lit(SETTLE_IN_SOURCE)).otherwise(pl.lit("uncertain_match"))),
    )
    kind, reason = pl.lit(DwellingClass.CREATE.value), pl.lit("not_in_register")
    for condition, named, why in reversed(rules):
        kind = pl.when(condition).then(pl.lit(named.value)).otherwise(kind)
        reason = pl.when(condition).then(why).otherwise(reason)
    empty = pl.lit([], pl.List(pl.String()))
    told = joined.with_columns(
        fields=pl.when(at_odds & ~lost & ~doubtful).then("contradictions").otherwise(pl.coalesce("differing", empty)),
        kind=kind,
        why=reason,
    )
    details = pl.struct("fields", pl.col("named").alias("candidates"), pl.col("match_reason").alias("match"))
    plain = pl.col("kind").is_in([DwellingClass.IN_SYNC.value, DwellingClass.CREATE.value])
    return told.select(
        pl.col("kind").alias("class"),
        "leverandor_bolig_id",
        pl.coalesce("kobo_id", "lost").alias("kobo_id"),
        pl.when(pl.col("kind").is_in([DwellingClass.UPDATE.value, DwellingClass.CONFLICT.value, DwellingClass.REVIEW.value]))
        .then("changes")
        .otherwise(pl.lit("[]"))
        .alias("changes"),
        pl.coalesce("match_key", pl.when(~lost).then("offer_key")).alias("match_key"),
        pl.col("why").alias("reason"),
        pl.when(plain).then(pl.lit("{}")).otherwise(details.struct.json_encode()).alias("details"),
        pl.lit(None, pl.String()).alias("held"),
    )


def _changes(night: Night, sides: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, changes, differing, protected) of the pairs that differ. sides: dwellings with their kobo_id."""
    odd = at_odds(sides, night.register_rows)
    if odd.is_empty():
        kinds = {"changes": pl.String(), "differing": pl.List(pl.String()), "protected": pl.Boolean()}
        return pl.DataFrame(schema={"leverandor_bolig_id": pl.String(), **kinds})
    found = changes_of(odd, _told_by(night, odd))
    return (
        found.sort("leverandor_bolig_id", "field")
        .group_by("leverandor_bolig_id", maintain_order=True)
        .agg(changes=pl.col("change").str.join(","), differing=pl.col("field"), protected=pl.col("protected").any())
        .with_columns(changes=pl.format("[{}]", "changes"))
    )


def _told_by(night: Night, odd: pl.DataFrame) -> pl.DataFrame:
    """Who said a value of these dwellings: the row that won where rows disagree, else the first source of the dwelling."""
    order = ranks(night.municipality.survivorship.default, sorted(night.municipality.sources))
    first = (
        night.dwellings.join(odd, on="leverandor_bolig_id", how="semi")
        .select("leverandor_bolig_id", source="sources")
        .explode("source")
        .with_columns(_place=pl.col("source").replace_strict(order, default=len(order), return_dtype=pl.Int64))
        .sort("leverandor_bolig_id", "_place", "source")
        .unique("leverandor_bolig_id", keep="first", maintain_order=True)
        .select("leverandor_bolig_id", pl.lit(None, pl.String()).alias("field"), "source")
    )
    if night.lineage is None:
        return first
    won = night.lineage.filter("won").join(odd, on="leverandor_bolig_id", how="semi").select("leverandor_bolig_id", "field", "source")
    return pl.concat([first, won.unique(["leverandor_bolig_id", "field"], keep="first", maintain_order=True)])


def class_gone(night: Night) -> pl.DataFrame:
    """Ours, and in no source any more: retired when every source that held it was read to its end, often enough.

    One whose row is there and rejected is not gone, also when the tables that would have carried it were lost.
    """
    gone = without(night.links, night.dwellings, "leverandor_bolig_id")
    if gone.is_empty():
        return pl.DataFrame(schema=PLAN_ITEMS)
    remembered = night.memberships.join(gone, on="leverandor_bolig_id", how="semi")
    sources = remembered.group_by("leverandor_bolig_id").agg(held_by=pl.col("source").unique())
    complete = pl.lit(sorted(night.complete_sources), pl.List(pl.String()))
    all_read = pl.lit(set(night.municipality.sources) <= night.complete_sources)
    needed = night.municipality.guards.retire_after_nights
    before = pl.DataFrame(list(night.absences.items()), schema={"leverandor_bolig_id": pl.String(), "nights": pl.Int64()}, orient="row")
    seen = night.register_rows.get_column("kobo_id")
    told = (
        gone.join(sources, on="leverandor_bolig_id", how="left")
        .join(before, on="leverandor_bolig_id", how="left")
        .with_columns(
            nights=pl.col("nights").fill_null(0) + 1,
            needed=pl.lit(needed, pl.Int64()),
            # Without a remembered source nobody can say that all who held it were read. And while any source is unread, the
            # dwelling may have moved there: then nothing is retired at all.
            whole=pl.col("held_by").is_not_null() & (pl.col("held_by").list.set_difference(complete).list.len() == 0) & all_read,
            reason=pl.when(pl.col("kobo_id").is_in(seen.implode())).then(pl.lit("gone")).otherwise(pl.lit("gone_in_both")),
        )
        .with_columns(rejected=pl.col("leverandor_bolig_id").is_in(_rejected_dwellings(night)))
        .with_columns(nights=pl.col("nights") - (~pl.col("whole") | pl.col("rejected")).cast(pl.Int64()))
    )
    held = (
        pl.when(~pl.col("whole"))
        .then(pl.lit(SOURCE_INCOMPLETE))
        .when("rejected")
        .then(pl.lit(ROW_REJECTED))
        .when(pl.col("nights") < needed)
        .then(pl.lit(RETIRE_WAITING))
    )
    return told.select(
        pl.lit(DwellingClass.RETIRE.value).alias("class"),
        "leverandor_bolig_id",
        "kobo_id",
        pl.lit("[]").alias("changes"),
        pl.lit("link").alias("match_key"),
        "reason",
        pl.struct("needed", "nights").struct.json_encode().alias("details"),
        held.alias("held"),
    )


def _rejected_dwellings(night: Night) -> list[str]:
    if night.rejected is None:
        return []
    keys = night.rejected.select("source", "source_key")
    return night.memberships.join(keys, on=["source", "source_key"], how="semi").get_column("leverandor_bolig_id").unique().to_list()


def class_register_only(night: Night) -> pl.DataFrame:
    """In the register, matched by nothing, not ours. Never touched (law 7)."""
    certain = night.matches.filter("certain")
    alone = night.register_rows.select("kobo_id")
    for taken in (night.links, certain, _clashing(night, certain)):
        alone = without(alone, taken, "kobo_id")
    if alone.is_empty():
        return pl.DataFrame(schema=PLAN_ITEMS)
    pairs = night.matches.filter(~pl.col("certain")).select("leverandor_bolig_id", other="kobo_id")
    shielded = shielded_ids(night.dwellings)
    named = nameable(pairs, shielded, shielded_entries(shielded, _held_as_one(night)))
    offered = named.group_by(kobo_id="other").agg(candidates=pl.col("leverandor_bolig_id").unique().sort())
    told = alone.join(offered, on="kobo_id", how="left").with_columns(pl.col("candidates").fill_null(pl.lit([], pl.List(pl.String()))))
    return told.select(
        pl.lit(DwellingClass.REGISTER_ONLY.value).alias("class"),
        pl.lit(None, pl.String()).alias("leverandor_bolig_id"),
        "kobo_id",
        pl.lit("[]").alias("changes"),
        pl.lit(None, pl.String()).alias("match_key"),
        pl.lit("only_in_register").alias("reason"),
        pl.struct("candidates").struct.json_encode().alias("details"),
        pl.lit(None, pl.String()).alias("held"),
    ).cast(pl.Schema(PLAN_ITEMS))
