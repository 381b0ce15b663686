"""Which class each dwelling of our sources is in. The first rule that fits decides; the last fits all."""

from __future__ import annotations

import polars as pl

from reconciliation.identifiers.unit_floor import floor_of_unit
from reconciliation.model.plan_actions import CHANGED_IN_KOBO, COPIED_ROW, HOME_GONE, KEPT_IN_KOBO, NUMBER_IN_DOUBT
from reconciliation.model.words import DwellingClass
from reconciliation.plan.candidates_shown import named_candidates, pairs_ever_made, waiting_for, where_candidates_are
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

_LOST = pl.col("lost").is_not_null()
"""Its linked entry is no longer in the register."""
_DOUBTFUL = pl.col("candidates").list.len() > 0
"""It may be the same home as another dwelling of ours."""
_CONTRADICTED = pl.col("contradictions").list.len() > 0
"""Its sources disagree on a protected field."""
_ONLY_ITS_FLOOR = (
    (pl.col("match_key") == "link") & (floor_of_unit() != pl.col("etasjenummer")) & pl.col("one_list") & ~pl.col("lease_beside")
).fill_null(value=False)
"""On a dwelling in doubt: it has its entry in Kobo, and no other home is it; in doubt is its unit number, which names another floor. A
number that the entry does not have is a conflict."""
_DIFFERING, _ASKED = pl.col("changes") != "[]", pl.col("asked") != "[]"

SETTLE_IN_SOURCE = "settle_in_source"
"""Reason of a dwelling in doubt of which no question can be asked."""
OTHER_ANSWER_FIRST = "other_answer_first"
"""Reason of a dwelling that waits because another one, which may be in the register, is being asked whether it is the same home."""


def certain_pairs(matches: pl.DataFrame) -> pl.DataFrame:
    """Of MATCHES: leverandor_bolig_id, kobo_id, match_key, match_reason, match_details of the certain ones."""
    return matches.filter("certain").select(
        "leverandor_bolig_id", "kobo_id", match_key="key", match_reason="reason", match_details="details"
    )


def class_dwellings(
    dwellings: pl.DataFrame, register_rows: pl.DataFrame, matches: pl.DataFrame, links: pl.DataFrame, settled: pl.DataFrame
) -> pl.DataFrame:
    """One item per dwelling of our sources. Shape: PLAN_ITEMS. register_rows: without the deleted ones.

    settled: the fields that differ in each pair, shape SETTLED of moved_fields.
    """
    certain = certain_pairs(matches)
    # A pair that a key made and a protected field contradicts is not linked, but its entry is the one that the conflict is about.
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
    in_register = pl.concat([frame.select("leverandor_bolig_id") for frame in (certain, clashing, offered)]).unique()
    waiting = waiting_for(dwellings, in_register.join(broken, on="leverandor_bolig_id", how="anti"))
    named = named_candidates(dwellings, unsure, waiting, pairs_ever_made(matches, links))
    awaited = waiting.select("leverandor_bolig_id", awaited=pl.lit(value=True)).unique()
    for known in (_by_dwelling(settled), offered, named, broken, where_candidates_are(dwellings), awaited):
        joined = joined.join(known, on="leverandor_bolig_id", how="left")
    joined = joined.with_columns(
        pl.col("changes", "asked", "kept").fill_null("[]"),
        pl.col("named").fill_null(pl.lit([], pl.List(pl.String()))),
        pl.col("uncertain").fill_null(value=False),
        pl.col("protected").fill_null(value=False),
        pl.col("elsewhere", "lease_beside", "copied", "one_list", "awaited").fill_null(value=False),
    )
    return _classed(joined)


def _by_dwelling(settled: pl.DataFrame) -> pl.DataFrame:
    """One row per dwelling that differs: the fields to write, to ask about and to keep, as JSON lists sorted by field."""
    if settled.is_empty():
        return pl.DataFrame(schema=_NOTHING_DIFFERS)
    to_do = {does: pl.col("action") == does.value for does in (Action.WRITE, Action.ASK, Action.KEEP)}

    def listed(does: Action) -> pl.Expr:
        return pl.format("[{}]", pl.col("as_json").filter(to_do[does]).str.join(","))

    return (
        settled.sort("leverandor_bolig_id", "field")
        .group_by("leverandor_bolig_id", maintain_order=True)
        .agg(
            changes=listed(Action.WRITE),
            differing=pl.col("field").filter(to_do[Action.WRITE]),
            protected=pl.col("protected").any(),
            asked=listed(Action.ASK),
            asked_fields=pl.col("field").filter(to_do[Action.ASK]),
            kept=listed(Action.KEEP),
            kept_fields=pl.col("field").filter(to_do[Action.KEEP]),
        )
    )


def clashing_pairs(matches: pl.DataFrame, certain: pl.DataFrame) -> pl.DataFrame:
    """Pairs that a protected field contradicts, each the only such pair of both its sides. Columns of certain_pairs."""
    clashing = matches.filter(~pl.col("certain") & (pl.col("reason") == "protected_differs"))
    rest = clashing.join(certain, on="leverandor_bolig_id", how="anti").join(certain, on="kobo_id", how="anti")
    lone = rest.filter((pl.len().over("leverandor_bolig_id") == 1) & (pl.len().over("kobo_id") == 1))
    return lone.select("leverandor_bolig_id", "kobo_id", match_key="key", match_reason="reason", match_details="details")


def _classed(joined: pl.DataFrame) -> pl.DataFrame:
    """Shape: PLAN_ITEMS. joined: DWELLINGS with all that `class_dwellings` has joined to them."""
    kind, reason = pl.lit(DwellingClass.CREATE.value), pl.lit("not_in_register")
    for condition, its_class, its_reason in reversed(_rules()):
        kind = pl.when(condition).then(pl.lit(its_class.value)).otherwise(kind)
        reason = pl.when(condition).then(its_reason).otherwise(reason)
    classed = joined.with_columns(kind=kind, why=reason, fields=_fields_in_question())
    shows_changes = pl.col("kind").is_in([DwellingClass.UPDATE.value, DwellingClass.CONFLICT.value, DwellingClass.REVIEW.value])
    return classed.select(
        pl.col("kind").alias("class"),
        "leverandor_bolig_id",
        pl.coalesce("kobo_id", "lost").alias("kobo_id"),
        pl.when(shows_changes).then("changes").otherwise(pl.lit("[]")).alias("changes"),
        pl.coalesce("match_key", pl.when(~_LOST).then("offer_key")).alias("match_key"),
        pl.col("why").alias("reason"),
        _details().alias("details"),
        pl.lit(None, pl.String()).alias("held"),
        pl.lit(None, pl.String()).alias("part"),
    )


def _rules() -> tuple[tuple[pl.Expr, DwellingClass, pl.Expr], ...]:
    """Condition, class and reason, on a row of `joined`; the first condition that is true decides. A row of none is created."""
    # A pair that may not be named cannot become a question.
    unnamed = pl.col("named").list.len() == 0
    why_doubtful = (
        pl.when(unnamed)
        .then(pl.lit(SETTLE_IN_SOURCE))
        .when("copied")
        .then(pl.lit(COPIED_ROW))
        .when("elsewhere")
        .then(pl.lit("nearly_same_address"))
        .when(pl.col("bruksenhetsnummer").is_null())
        .then(pl.lit("unit_number_missing"))
        # A list that has a unit whole and by its leases says itself which row is wrong.
        .when(pl.col("ekstra_referanse").is_null() & pl.col("lease_beside") & pl.col("one_list"))
        .then(pl.lit(SETTLE_IN_SOURCE))
        .when(pl.col("ekstra_referanse").is_null() & pl.col("lease_beside"))
        .then(pl.lit("lease_reference_missing"))
        .when(pl.col("ekstra_referanse").is_null())
        .then(pl.lit(NUMBER_IN_DOUBT))
        .otherwise(pl.lit("two_known_ids"))
    )
    why_uncertain = (
        pl.when(unnamed)
        .then(pl.lit(SETTLE_IN_SOURCE))
        .when(pl.col("offer_reason") == HOME_GONE)
        .then(pl.lit(HOME_GONE))
        .otherwise(pl.lit("uncertain_match"))
    )
    matched = pl.col("kobo_id").is_not_null()
    return (
        (_LOST, DwellingClass.REVIEW, pl.lit("deleted_in_kobo")),
        # What is in Kobo goes on beside its copy, and with the number that it has there.
        (_DOUBTFUL & ~(pl.col("copied") & matched) & ~_ONLY_ITS_FLOOR, DwellingClass.REVIEW, why_doubtful),
        (_CONTRADICTED, DwellingClass.CONFLICT, pl.lit("sources_disagree")),
        (matched & pl.col("protected"), DwellingClass.CONFLICT, pl.lit("fields_differ")),
        (matched & (pl.col("match_reason") == "protected_differs"), DwellingClass.CONFLICT, pl.lit("protected_differs")),
        (matched & _DIFFERING, DwellingClass.UPDATE, pl.lit("fields_differ")),
        (matched & _ASKED, DwellingClass.CONFLICT, pl.lit(CHANGED_IN_KOBO)),
        (matched & (pl.col("kept") != "[]"), DwellingClass.IN_SYNC, pl.lit(KEPT_IN_KOBO)),
        (matched, DwellingClass.IN_SYNC, pl.lit("equal")),
        (pl.col("uncertain"), DwellingClass.REVIEW, why_uncertain),
        (pl.col("awaited"), DwellingClass.REVIEW, pl.lit(OTHER_ANSWER_FIRST)),
    )


def _fields_in_question() -> pl.Expr:
    """Names of the fields that the class is about."""
    none = pl.lit([], pl.List(pl.String()))
    return (
        pl.when(_CONTRADICTED & ~_LOST & ~_DOUBTFUL)
        .then("contradictions")
        .when(_DIFFERING)
        .then(pl.coalesce("differing", none))
        .when(_ASKED)
        .then(pl.coalesce("asked_fields", none))
        .otherwise(pl.coalesce("kept_fields", none))
    )


def _details() -> pl.Expr:
    """JSON: fields, candidates, how it was matched, and the lists `asked` and `kept` where not empty. {} where there is nothing to say."""
    common = pl.struct("fields", pl.col("named").alias("candidates"), pl.col("match_reason").alias("match")).struct.json_encode()
    lists = [pl.when(pl.col(name) != "[]").then(pl.format(f',"{name}":{{}}', name)).otherwise(pl.lit("")) for name in ("asked", "kept")]
    nothing = pl.col("kind").is_in([DwellingClass.IN_SYNC.value, DwellingClass.CREATE.value]) & (pl.col("why") != KEPT_IN_KOBO)
    return pl.when(nothing).then(pl.lit("{}")).otherwise(pl.concat_str(common.str.strip_suffix("}"), *lists, pl.lit("}")))
