"""Replacements of one night: all old entries are deleted before the first new one is made, so that homes can change places (law 4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from kobo_client.errors import NotFound, RegisterError
from reconciliation.apply.journalled_writes import Applying, carry_out
from reconciliation.apply.register_port import STOPS_THE_NIGHT, Register
from reconciliation.apply.replacement_calls import is_half_made, make_anew, take_out, why_kept
from reconciliation.apply.unwritten_reasons import unwritten
from reconciliation.apply.write_calls import settled
from reconciliation.ledger import Write, WriteOutcome
from reconciliation.model.plan_actions import REPLACE
from reconciliation.model.register_rows import without_deleted
from reconciliation.plan.same_place import as_kobo_sees

Needs = Mapping[str, Collection[str]]
"""leverandor_bolig_id of a replacement -> who has its new place: other entries (koboId), or dwellings (leverandor_bolig_id) that would
get it too."""


def new_places(writes: Collection[Write], desired: pl.DataFrame, entries: pl.DataFrame | None) -> Needs:
    """writes: the night's replacements. desired: DWELLINGS. entries: the register's when the plan was made."""
    mine = pl.DataFrame(
        [(write.leverandor_bolig_id, write.kobo_id) for write in writes],
        schema={"leverandor_bolig_id": pl.String(), "_mine": pl.String()},
        orient="row",
    )
    coming = desired.join(mine, on="leverandor_bolig_id", how="semi")
    if coming.is_empty():
        return {}
    places = as_kobo_sees(coming, "leverandor_bolig_id")
    twice = places.join(places, on="_at", suffix="_by").filter(pl.col("leverandor_bolig_id") != pl.col("leverandor_bolig_id_by"))
    taken_by = twice.select("leverandor_bolig_id", _by="leverandor_bolig_id_by")
    if entries is not None and entries.height:
        entries_there = as_kobo_sees(without_deleted(entries), "kobo_id")
        others = places.join(entries_there, on="_at").join(mine, on="leverandor_bolig_id").filter(pl.col("kobo_id") != pl.col("_mine"))
        taken_by = pl.concat([taken_by, others.select("leverandor_bolig_id", _by="kobo_id")])
    return dict(taken_by.group_by("leverandor_bolig_id").agg("_by").iter_rows())


def replace_entries(
    applying: Applying, writes: list[Write], half_made: list[Write], needs: Needs, deleted: Collection[str]
) -> list[WriteOutcome]:
    """Delete the old entries of `writes`, then make those dwellings anew, and those of `half_made`: earlier nights' replacements whose old
    entry is deleted. A replacement whose new place stays taken deletes nothing.

    deleted: koboIds that were deleted tonight already. Returns the outcomes of both.
    """
    kept = _kept(applying.register, writes, needs, deleted)

    def deletion(register: Register, write: Write) -> WriteOutcome:
        return kept.get(write.leverandor_bolig_id) or take_out(register, write)

    outcomes = carry_out(applying, writes, {REPLACE: deletion}) if writes else []
    half = {outcome.request_id for outcome in outcomes if is_half_made(outcome)}
    made = made_anew_of(applying, [*half_made, *(write for write in writes if write.request_id in half)])
    unmade = [settled(write, "unknown", message=unwritten("half_replaced")) for write in half_made]
    return [made.get(outcome.request_id, outcome) for outcome in [*outcomes, *unmade]]


def made_anew_of(applying: Applying, half_made: list[Write]) -> dict[str, WriteOutcome]:
    """request id -> outcome of making the dwelling anew. Those that were not tried are left out; they stay unknown in the journal."""
    if not half_made:
        return {}
    made = carry_out(applying, half_made, {REPLACE: make_anew}, journalled=True)
    return {outcome.request_id: outcome for outcome in made if outcome.state != "not_tried"}


def _kept(register: Register, writes: list[Write], needs: Needs, deleted: Collection[str]) -> dict[str, WriteOutcome]:
    """leverandor_bolig_id -> outcome of replacements whose entry is not deleted, because what has the new place stays, or waits in turn."""
    needed = {by for taken in needs.values() for by in taken}
    in_turn = [write for write in writes if write.leverandor_bolig_id in needs or write.kobo_id in needed]
    kept = {write.leverandor_bolig_id: outcome for write in in_turn if (outcome := _looked_at(register, write)) is not None}
    leaving = {*deleted, *(str(write.kobo_id) for write in writes if write.leverandor_bolig_id not in kept)}
    while True:
        waiting = [
            write
            for write in in_turn
            if write.leverandor_bolig_id not in kept and not leaving.issuperset(needs.get(write.leverandor_bolig_id, ()))
        ]
        if not waiting:
            return kept
        kept |= {write.leverandor_bolig_id: settled(write, "refused", message=unwritten("place_waits")) for write in waiting}
        leaving -= {str(write.kobo_id) for write in waiting}


def _looked_at(register: Register, write: Write) -> WriteOutcome | None:
    """The outcome of a replacement whose entry would not be deleted, before anything that depends on it is."""
    try:
        return why_kept(register, write)
    except NotFound:
        return None
    except STOPS_THE_NIGHT:
        return None  # every deletion meets the same error, and the night stops there
    except RegisterError as error:
        return settled(write, "failed", status=error.status, message=unwritten("failed", words=error.words or str(error)))
