"""Apply a plan: settle the unsettled writes of earlier nights, then make each write through the journal."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import polars as pl

from kobo_client.payload import to_body
from reconciliation.apply.journalled_writes import Applying, carry_out
from reconciliation.apply.register_port import Register
from reconciliation.apply.replacement_calls import is_half_made, taken_out_before
from reconciliation.apply.replacements import made_anew_of, new_places, replace_entries
from reconciliation.apply.unwritten_reasons import OWN_FAULT, OWN_FAULT_NOT_ARRIVED, unwritten
from reconciliation.apply.write_calls import CALLS, VERIFY, Call
from reconciliation.ledger import Ledger, Write, WriteOutcome
from reconciliation.model.plan_actions import REPLACE, acts, replaces, verb_of
from reconciliation.model.tables import OUTCOMES
from reconciliation.model.words import DwellingClass
from reconciliation.plan.agreed_values import as_base


def apply_plan(
    items: pl.DataFrame,
    desired: pl.DataFrame,
    client: Register,
    ledger: Ledger,
    run_id: str,
    municipality: str,
    threads: int = 16,
    *,
    entries: pl.DataFrame | None = None,
    still_held: Callable[[], bool] | None = None,
) -> pl.DataFrame:
    """Apply the actionable items (PLAN_ITEMS) and return the outcome of each. Shape: OUTCOMES, sorted.

    desired: DWELLINGS, at least those of the creates and replacements. Held items and classes without an action are skipped.
    entries: the register's entries when the plan was made; one that was edited since is not deleted, and one that no dwelling was found
    to be is not linked because a creation conflicts with it.
    still_held: called before each write; False means that another process runs this municipality's night, and nothing more is written.
    Raises LedgerError when the journal cannot be written; nothing more is sent then. A register that goes down raises nothing: the rest
    is `not_tried`.
    """
    applying = Applying(client, ledger, run_id, municipality, threads, still_held)
    actionable = items.filter(acts())
    bodies = _bodies(actionable, desired)
    without_id = _without_supplier_id(entries)
    half_made = _finish(applying, bodies, without_id)
    settled, ready = _settled_before(actionable, ledger, municipality, {write.leverandor_bolig_id for write in half_made})
    seen = _entries_at_planning(ready, entries)

    def writes(*verbs: str) -> Iterator[Write]:
        return _writes([item for item in ready if verb_of(item) in verbs], bodies, seen, run_id, without_id)

    # What leaves a place comes before what takes one: deletions, then replacements, then what is new.
    done = carry_out(applying, writes("PUT", "DELETE"), CALLS)
    deleted = {str(outcome.kobo_id) for outcome in done if outcome.state == "done" and outcome.unlink}
    replacing = list(writes(REPLACE))
    done += replace_entries(applying, replacing, half_made, new_places(replacing, desired, entries), deleted)
    done += carry_out(applying, writes("POST"), CALLS)
    done = _asked_once_more(applying, done)
    verbs = {item["leverandor_bolig_id"]: verb_of(item) for item in actionable.iter_rows(named=True)}
    tonight = ((verbs[outcome.leverandor_bolig_id], outcome) for outcome in done if outcome.leverandor_bolig_id in verbs)
    return _outcomes([*settled, *tonight])


def _without_supplier_id(entries: pl.DataFrame | None) -> frozenset[str]:
    """koboIds of the entries that had no supplier id when the plan was made."""
    if entries is None:
        return frozenset()
    return frozenset(entries.filter(pl.col("leverandor_bolig_id").fill_null("") == "")["kobo_id"])


def _finish(applying: Applying, bodies: dict[str, str], without_id: frozenset[str]) -> list[Write]:
    """Settle every write of earlier nights whose outcome is unknown, by asking the register. A POST that never arrived is made now.

    Returns the replacements whose old entry is deleted: the new ones are made after tonight's deletions, of which they may need the place.
    """
    # If tonight's plan creates the dwelling too, tonight's values are sent: the first attempt may be weeks old.
    writes = [
        replace(write, body=bodies.get(write.leverandor_bolig_id, write.body), first_body=write.body, passed_over=without_id)
        for write in applying.ledger.unsettled(applying.municipality)
        if write.verb in (*VERIFY, REPLACE)
    ]
    if not writes:
        return []
    half = {outcome.request_id for outcome in carry_out(applying, writes, _verify(applying), journalled=True) if is_half_made(outcome)}
    return [write for write in writes if write.request_id in half]


def _verify(applying: Applying) -> dict[str, Call]:
    """How a write whose answer was lost is looked up, by verb; of a replacement, its deletion."""
    linked = dict(applying.ledger.links(applying.municipality).select("leverandor_bolig_id", "kobo_id").iter_rows())
    return {**VERIFY, REPLACE: lambda register, write: taken_out_before(register, write, linked)}


def _asked_once_more(applying: Applying, done: list[WriteOutcome]) -> list[WriteOutcome]:
    """Look up lost answers once before the night ends, unless the register is down; those lost again wait for the next night."""
    lost = {outcome.request_id for outcome in done if outcome.state == "unknown"}
    if not lost or applying.stop.stopped:
        return done
    writes = [write for write in applying.ledger.unsettled(applying.municipality) if write.request_id in lost]
    answered = {outcome.request_id: outcome for outcome in carry_out(applying, writes, _verify(applying), journalled=True)}
    answered |= made_anew_of(applying, [write for write in writes if is_half_made(answered[write.request_id])])
    outcomes = {request_id: outcome for request_id, outcome in answered.items() if outcome.state != "not_tried"}
    return [_still_our_fault(outcome, outcomes.get(outcome.request_id, outcome)) for outcome in done]


def _still_our_fault(before: WriteOutcome, answered: WriteOutcome) -> WriteOutcome:
    """The message names kobosync's own fault as the reason, not only that the change did not arrive."""
    ours = before.message == unwritten(OWN_FAULT) and answered.state == "failed"
    return replace(answered, message=unwritten(OWN_FAULT_NOT_ARRIVED)) if ours else answered


def _settled_before(
    actionable: pl.DataFrame, ledger: Ledger, municipality: str, half_made: set[str]
) -> tuple[list[tuple[str, WriteOutcome]], list[dict[str, Any]]]:
    """Splits the items into outcomes of those that need no call tonight or must not have one, and the items to write.

    half_made: leverandor_bolig_id of replacements of earlier nights that are made anew tonight; they are in neither.
    """
    if actionable.is_empty():
        return [], []
    still_open = {write.leverandor_bolig_id: write for write in ledger.unsettled(municipality)}
    linked = dict(ledger.links(municipality).select("leverandor_bolig_id", "kobo_id").iter_rows())
    settled: list[tuple[str, WriteOutcome]] = []
    ready: list[dict[str, Any]] = []
    for item in actionable.iter_rows(named=True):
        ours, verb = item["leverandor_bolig_id"], verb_of(item)
        if ours in half_made:
            continue
        if ours in still_open:
            left = still_open[ours]
            settled.append((verb, WriteOutcome(left.request_id, ours, "unknown", left.kobo_id, message=unwritten("unknown"))))
        elif verb == "POST" and ours in linked:
            settled.append((verb, WriteOutcome("", ours, "done", linked[ours])))
        elif verb == REPLACE and linked.get(ours) != item["kobo_id"]:
            # Settled a moment ago, from an earlier night; or the entry is linked to another dwelling and must not be deleted.
            moved = WriteOutcome("", ours, "moved", item["kobo_id"], message=unwritten("not_ours"))
            settled.append((verb, WriteOutcome("", ours, "done", linked[ours]) if ours in linked else moved))
        else:
            ready.append(item)
    return settled, ready


def _bodies(actionable: pl.DataFrame, desired: pl.DataFrame) -> dict[str, str]:
    """leverandor_bolig_id -> POST body as JSON, of tonight's creates and replacements."""
    creates = actionable.filter((pl.col("class") == DwellingClass.CREATE.value) | replaces()).select("leverandor_bolig_id")
    wanted = desired.join(creates, on="leverandor_bolig_id", how="semi")
    return {
        row["leverandor_bolig_id"]: json.dumps(to_body(row), ensure_ascii=False, sort_keys=True) for row in wanted.iter_rows(named=True)
    }


def _entries_at_planning(items: list[dict[str, Any]], entries: pl.DataFrame | None) -> dict[str, dict[str, Any]]:
    """koboId -> values, when the plan was made, of each entry that is to be deleted."""
    if entries is None:
        return {}
    deleted = pl.Series("kobo_id", [item["kobo_id"] for item in items if verb_of(item) in ("DELETE", REPLACE)], dtype=pl.String)
    deleted_entries = as_base(entries.filter(pl.col("kobo_id").is_in(deleted.implode())))
    return {kobo_id: json.loads(theirs) for kobo_id, theirs in deleted_entries.iter_rows()}


def _writes(
    items: list[dict[str, Any]], bodies: dict[str, str], seen: dict[str, dict[str, Any]], run_id: str, without_id: frozenset[str]
) -> Iterator[Write]:
    for item in items:
        ours = item["leverandor_bolig_id"]
        verb = verb_of(item)
        yield Write(
            request_id=str(uuid.uuid4()),
            run_id=run_id,
            leverandor_bolig_id=ours,
            verb=verb,
            kobo_id=item["kobo_id"],
            changes=item["changes"] or "[]",
            body=bodies[ours] if verb in ("POST", REPLACE) else None,
            seen=seen.get(item["kobo_id"]),
            passed_over=without_id if verb == "POST" else frozenset(),
        )


def _outcomes(settled: list[tuple[str, WriteOutcome]]) -> pl.DataFrame:
    rows = [
        (outcome.leverandor_bolig_id, outcome.kobo_id, verb, outcome.state, outcome.status, outcome.message) for verb, outcome in settled
    ]
    return pl.DataFrame(rows, schema=OUTCOMES, orient="row").sort("leverandor_bolig_id", "verb")
