"""Rows without an entry that may be the home of an entry which would be deleted: the deletion waits as long as they do."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.place import SamePlace
from reconciliation.match.both_sides import PAIR
from reconciliation.match.candidates import with_this_rent
from reconciliation.match.decided_pairs import pair_decisions
from reconciliation.match.last_search import left_behind
from reconciliation.match.matching import prepared_sides
from reconciliation.match.other_streets import OtherStreets, alone_alike
from reconciliation.model.known_decisions import Decisions
from reconciliation.model.tables import CONTENT
from reconciliation.model.words import DwellingClass
from reconciliation.plan.guards import RETIRE_WAITING, SAME_PLACE_ASKED

_NONE = pl.DataFrame(schema=PAIR)
_COLUMNS = ["leverandor_bolig_id", "candidates", *CONTENT]


def held_where_a_row_waits(
    items: pl.DataFrame,
    dwellings: pl.DataFrame,
    entries: pl.DataFrame,
    rejected: pl.DataFrame | None,
    decisions: Decisions | pl.DataFrame,
    same_place: SamePlace | None = None,
) -> pl.DataFrame:
    """items (PLAN_ITEMS): holds deletions of entries whose home may be a row that waits, for whatever reason: a dwelling in question that
    has no entry, or a row of `rejected` (SOURCE_ROWS) that is in no dwelling. Its key may be new, and it lost its unit number. A pair of
    which a person said that they are two homes holds nothing.
    """
    may_go = pl.col("held").is_null() | (pl.col("held") == RETIRE_WAITING)
    leaving = (pl.col("class") == DwellingClass.RETIRE.value) & may_go
    gone = entries.join(items.filter(leaving), on="kobo_id", how="semi")
    rows = _without_entry(items, dwellings, rejected)
    if gone.is_empty() or rows.is_empty():
        return items
    ours, theirs = prepared_sides(rows, gone, same_place)
    pairs = left_behind(ours.with_columns(with_this_rent()), theirs, OtherStreets(ours, theirs, _NONE), alone_alike(ours, theirs))
    kept = pair_decisions(Decisions.of(decisions), dwellings, entries).not_different(pairs.select(list(PAIR))).get_column("kobo_id")
    waits = leaving & pl.col("kobo_id").is_in(kept.implode())
    return items.with_columns(held=pl.when(waits).then(pl.lit(SAME_PLACE_ASKED)).otherwise("held"))


def _without_entry(items: pl.DataFrame, dwellings: pl.DataFrame, rejected: pl.DataFrame | None) -> pl.DataFrame:
    """Dwellings that are asked about and have no entry, and rejected rows that are in no dwelling, under a name of their own."""
    asked = pl.col("class").is_in([DwellingClass.REVIEW.value, DwellingClass.CONFLICT.value]) & pl.col("kobo_id").is_null()
    waiting = dwellings.join(items.filter(asked), on="leverandor_bolig_id", how="semi").select(_COLUMNS)
    if rejected is None or rejected.is_empty():
        return waiting
    in_dwellings = dwellings.select(_name=pl.col("source_keys").explode(empty_as_null=False))
    name = pl.concat_str("source", pl.lit(":"), pl.col("source_key").fill_null(""))
    alone = rejected.with_columns(_name=name).join(in_dwellings, on="_name", how="anti")
    named = alone.with_columns(leverandor_bolig_id="_name", candidates=pl.lit([], pl.List(pl.String())))
    return pl.concat([waiting, named.select(_COLUMNS)], how="vertical_relaxed")
