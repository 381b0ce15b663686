"""Which class each dwelling and each register entry is in. The first rule that fits decides; the last fits all."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.place import with_place
from reconciliation.likeness.street_spelling import stem
from reconciliation.model.plan_actions import CHANGED_IN_KOBO, KEPT_IN_KOBO
from reconciliation.model.shielding import nameable, shielded_entries, shielded_ids
from reconciliation.model.tables import PLAN_ITEMS
from reconciliation.model.words import DwellingClass
from reconciliation.plan.three_way import Action

_NOTHING_DIFFERS: dict[str, pl.DataType] = {
    "leverandor_bolig_id": pl.String(),
    "changes": pl.String(),
    "differing": pl.List(pl.String()),
    "protected": pl.Boolean(),
    "asked": pl.String(),
    "asked_fields": pl.List(pl.String()),
    "kept": pl.String(),
    "kept_fields": pl.List(pl.String()),
}

SETTLE_IN_SOURCE = "settle_in_source"
"""Reason of a dwelling in doubt of which no question can be asked."""


def certain_pairs(matches: pl.DataFrame) -> pl.DataFrame:
    """Of MATCHES: leverandor_bolig_id, kobo_id, match_key, match_reason, match_details of the certain ones."""
    return matches.filter("certain").select(
        "leverandor_bolig_id", "kobo_id", match_key="key", match_reason="reason", match_details="details"
    )


def class_dwellings(
    dwellings: pl.DataFrame, register_rows: pl.DataFrame, matches: pl.DataFrame, links: pl.DataFrame, settled: pl.DataFrame
) -> pl.DataFrame:
    """Everything that is in our sources. Shape: PLAN_ITEMS. register_rows: without the deleted ones.

    settled: what differs of the pairs, shape SETTLED of moved_fields.
    """
    certain = certain_pairs(matches)
    # A key pair that a protected field contradicts is not adopted, but it is the entry that must be settled.
    clashing = clashing_pairs(matches, certain)
    unsure = matches.filter(~pl.col("certain"))
    unsure = unsure.join(pl.concat([clashing, certain]), on="leverandor_bolig_id", how="anti")
    offered = unsure.group_by("leverandor_bolig_id").agg(
        pl.lit(value=True).alias("uncertain"),
        pl.col("key").sort().first().alias("offer_key"),
        pl.col("reason").sort().first().alias("offer_reason"),
    )
    gone = links.filter(pl.col("kobo_id").is_not_null()).join(certain, on="kobo_id", how="anti")
    broken = gone.join(register_rows, on="kobo_id", how="anti").select("leverandor_bolig_id", lost="kobo_id")
    joined = dwellings.join(pl.concat([certain, clashing]), on="leverandor_bolig_id", how="left")
    named = _named(dwellings, unsure, _held_as_one(matches, links))
    for told in (_by_dwelling(settled), offered, named, broken, _elsewhere(dwellings)):
        joined = joined.join(told, on="leverandor_bolig_id", how="left")
    joined = joined.with_columns(
        pl.col("changes", "asked", "kept").fill_null("[]"),
        pl.col("named").fill_null(pl.lit([], pl.List(pl.String()))),
        pl.col("uncertain").fill_null(value=False),
        pl.col("protected").fill_null(value=False),
        pl.col("elsewhere").fill_null(value=False),
    )
    return _classed(joined)


def _named(dwellings: pl.DataFrame, unsure: pl.DataFrame, one_home: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, named): which candidates people are told of: dwellings of ours, or entries where there are none."""
    doubtful = dwellings.filter(pl.col("candidates").list.len() > 0)
    ours = doubtful.select("leverandor_bolig_id", other="candidates").explode("other")
    theirs = unsure.select("leverandor_bolig_id", other="kobo_id").join(doubtful, on="leverandor_bolig_id", how="anti")
    shielded = shielded_ids(dwellings)
    told = nameable(pl.concat([ours, theirs]), shielded, shielded_entries(shielded, one_home))
    return told.group_by("leverandor_bolig_id").agg(named=pl.col("other").sort())


def _held_as_one(matches: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, kobo_id) of every pair that is, or was, held for the same home."""
    pair = ("leverandor_bolig_id", "kobo_id")
    return pl.concat([matches.filter("certain").select(pair), links.select(pair)])


def _by_dwelling(settled: pl.DataFrame) -> pl.DataFrame:
    """What differs of each dwelling, one row each: what is written, what is asked and what is kept, as JSON lists sorted by field."""
    if settled.is_empty():
        return pl.DataFrame(schema=_NOTHING_DIFFERS)
    of = {does: pl.col("action") == does.value for does in (Action.WRITE, Action.ASK, Action.KEEP)}

    def listed(does: Action) -> pl.Expr:
        return pl.format("[{}]", pl.col("told").filter(of[does]).str.join(","))

    return (
        settled.sort("leverandor_bolig_id", "field")
        .group_by("leverandor_bolig_id", maintain_order=True)
        .agg(
            changes=listed(Action.WRITE),
            differing=pl.col("field").filter(of[Action.WRITE]),
            protected=pl.col("protected").any(),
            asked=listed(Action.ASK),
            asked_fields=pl.col("field").filter(of[Action.ASK]),
            kept=listed(Action.KEEP),
            kept_fields=pl.col("field").filter(of[Action.KEEP]),
        )
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


def clashing_pairs(matches: pl.DataFrame, certain: pl.DataFrame) -> pl.DataFrame:
    """Pairs that a protected field contradicts, where neither side has another. Columns of certain_pairs."""
    clashing = matches.filter(~pl.col("certain") & (pl.col("reason") == "protected_differs"))
    rest = clashing.join(certain, on="leverandor_bolig_id", how="anti").join(certain, on="kobo_id", how="anti")
    lone = rest.filter((pl.len().over("leverandor_bolig_id") == 1) & (pl.len().over("kobo_id") == 1))
    return lone.select("leverandor_bolig_id", "kobo_id", match_key="key", match_reason="reason", match_details="details")


def _classed(joined: pl.DataFrame) -> pl.DataFrame:
    lost, doubtful = pl.col("lost").is_not_null(), pl.col("candidates").list.len() > 0
    at_odds, uncertain = pl.col("contradictions").list.len() > 0, pl.col("uncertain")
    matched, differing, asked = pl.col("kobo_id").is_not_null(), pl.col("changes") != "[]", pl.col("asked") != "[]"
    # A pair that may not be named cannot become a question.
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
        (matched & asked, DwellingClass.CONFLICT, pl.lit(CHANGED_IN_KOBO)),
        (matched & (pl.col("kept") != "[]"), DwellingClass.IN_SYNC, pl.lit(KEPT_IN_KOBO)),
        (matched, DwellingClass.IN_SYNC, pl.lit("equal")),
        (uncertain, DwellingClass.REVIEW, pl.when(unnamed).then(pl.lit(SETTLE_IN_SOURCE)).otherwise(pl.lit("uncertain_match"))),
    )
    kind, reason = pl.lit(DwellingClass.CREATE.value), pl.lit("not_in_register")
    for condition, named, why in reversed(rules):
        kind = pl.when(condition).then(pl.lit(named.value)).otherwise(kind)
        reason = pl.when(condition).then(why).otherwise(reason)
    empty = pl.lit([], pl.List(pl.String()))
    told = joined.with_columns(
        fields=pl.when(at_odds & ~lost & ~doubtful)
        .then("contradictions")
        .when(differing)
        .then(pl.coalesce("differing", empty))
        .when(asked)
        .then(pl.coalesce("asked_fields", empty))
        .otherwise(pl.coalesce("kept_fields", empty)),
        kind=kind,
        why=reason,
    )
    details = pl.struct("fields", pl.col("named").alias("candidates"), pl.col("match_reason").alias("match")).struct.json_encode()
    moved = [pl.when(pl.col(name) != "[]").then(pl.format(f',"{name}":{{}}', name)).otherwise(pl.lit("")) for name in ("asked", "kept")]
    plain = pl.col("kind").is_in([DwellingClass.IN_SYNC.value, DwellingClass.CREATE.value]) & (pl.col("why") != KEPT_IN_KOBO)
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
        pl.when(plain).then(pl.lit("{}")).otherwise(pl.concat_str(details.str.strip_suffix("}"), *moved, pl.lit("}"))).alias("details"),
        pl.lit(None, pl.String()).alias("held"),
        pl.lit(None, pl.String()).alias("part"),
    )


def class_register_only(dwellings: pl.DataFrame, register_rows: pl.DataFrame, matches: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """In the register, matched by nothing, not ours. Never touched (law 7)."""
    certain = matches.filter("certain")
    alone = register_rows.select("kobo_id")
    for taken in (links, certain, clashing_pairs(matches, certain)):
        alone = alone.join(taken, on="kobo_id", how="anti")
    if alone.is_empty():
        return pl.DataFrame(schema=PLAN_ITEMS)
    pairs = matches.filter(~pl.col("certain")).select("leverandor_bolig_id", other="kobo_id")
    shielded = shielded_ids(dwellings)
    named = nameable(pairs, shielded, shielded_entries(shielded, _held_as_one(matches, links)))
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
        pl.lit(None, pl.String()).alias("part"),
    ).cast(pl.Schema(PLAN_ITEMS))
