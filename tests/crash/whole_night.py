"""A whole night in process: the same functions the assets call, in their order, with the ledger and the register given.

What only Dagster does (storing every table, checks, reports) is left out; the standing rows are stored where a night stores them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from upath import UPath

from assets.steps import gone_tonight
from assets.stored import Table
from assets.table import EarlierTables, ParquetTables
from connectors.read import read_source
from connectors.reading import SourceRead, Verdict
from kobo_client.client import CallRecord, RegisterClient
from kobo_client.snapshot import RegisterSnapshot, read_register
from reconciliation import tables
from reconciliation.apply import adopt, apply_plan
from reconciliation.approval import Answer, Approval, decide
from reconciliation.decision_conflicts import as_sent
from reconciliation.decision_fields import with_standing_choices
from reconciliation.ledger import Ledger
from reconciliation.match import match
from reconciliation.merge import Merged, merge
from reconciliation.municipality import Municipality
from reconciliation.plan import Plan, actionable, make_plan
from reconciliation.progress import measure
from reconciliation.standardise import standardise
from reconciliation.standing import standing_rows
from reconciliation.validate import Validated, validate
from reconciliation.verdict import judge


@dataclass(frozen=True)
class Night:
    """Everything one night made."""

    run_id: str
    as_of: date
    reads: dict[str, SourceRead]
    rows: pl.DataFrame
    validated: Validated
    before: pl.DataFrame | None
    standing: pl.DataFrame
    known: pl.DataFrame
    decisions: pl.DataFrame
    merged: Merged
    seen: RegisterSnapshot
    matches: pl.DataFrame
    plan: Plan
    approval: Approval
    outcomes: pl.DataFrame
    snapshot: pl.DataFrame

    @property
    def complete(self) -> set[str]:
        return {name for name, read in self.reads.items() if read.verdict is Verdict.COMPLETE}


def whole_night(
    municipality: Municipality,
    home: Path,
    ledger: Ledger,
    client: RegisterClient,
    calls: list[CallRecord],
    run_id: str,
    as_of: date,
    *,
    mode: str = "auto",
    before_apply: Callable[[Plan], None] | None = None,
) -> Night:
    """Lock, read, ..., apply, progress, finish. before_apply: what happens in the world between the plan and its apply."""
    slug = municipality.slug
    base = UPath(home / municipality.storage)
    with ledger.lock(slug, run_id, 900) as holding:
        ledger.begin_run(slug, as_of, run_id, mode)
        reads = {
            name: read_source(name, source, home, ledger.last_complete_rows(slug, name)) for name, source in municipality.sources.items()
        }
        parts = [standardise(read, municipality.sources[name], municipality) for name, read in sorted(reads.items())]
        rows = pl.concat([tables.empty(tables.SOURCE_ROWS), *(part.rows for part in parts)])
        unreadable = pl.concat([tables.empty(tables.DEVIATIONS), *(part.deviations for part in parts)])
        validated = validate(rows, unreadable, municipality)
        last = EarlierTables(base=str(base)).last(slug, "standing_rows")
        before = last.frame if last else None
        standing = standing_rows(validated.accepted, validated.rejected, {name: read.verdict for name, read in reads.items()}, before)
        ParquetTables().dump_to_path(None, Table(standing), base / slug / "standing_rows.parquet")  # type: ignore[arg-type]
        known, decisions = ledger.memberships(slug), ledger.decisions(slug)
        merged = merge(standing, known, with_standing_choices(decisions, standing, known), municipality)
        links = ledger.links(slug)
        seen = read_register(client, municipality.register_, links.get_column("kobo_id").to_list(), home)
        matches = match(merged.dwellings, seen.rows, links, decisions)
        complete = [name for name, read in reads.items() if read.verdict is Verdict.COMPLETE]
        plan = make_plan(
            dwellings=merged.dwellings,
            register_rows=seen.rows if seen.verdict == "complete" else None,
            missing_kobo_ids=seen.missing,
            matches=matches,
            links=links,
            absences=ledger.absences(slug, as_of),
            complete_sources=complete,
            memberships=merged.memberships,
            municipality=municipality,
            as_of=as_of,
            lineage=merged.lineage,
            decisions=decisions,
            rejected=validated.rejected,
        )
        ledger.save_memberships(slug, merged.memberships, as_of)
        ledger.record_plan(run_id, plan.items, plan.digest, register_verdict=plan.register_verdict, gone=gone_tonight(plan))
        approval = Approval(Answer.DRY, "not seen")
        if seen.verdict == "complete":
            refusals = tuple(one.message for one in plan.refusals)
            approval = decide(mode, plan.digest, actionable(plan).height, refusals, "kobosync night")
        outcomes = tables.empty(tables.OUTCOMES)
        if approval.answer is Answer.APPLY:
            if before_apply is not None:
                before_apply(plan)
            adopt(matches, ledger, slug, run_id)
            desired = as_sent(plan.items, merged.dwellings, seen.rows)
            outcomes = apply_plan(
                actionable(plan), desired, client, ledger, run_id, slug, municipality.register_.threads, still_held=holding.held
            )
        ledger.record_calls(slug, run_id, calls)
        calls.clear()
        snapshot = measure(
            merged.dwellings,
            plan.items,
            outcomes,
            validated.rejected,
            merged.memberships,
            municipality,
            register_seen=seen.verdict == "complete",
            history=ledger.history(slug),
        )
        ledger.record_snapshot(run_id, snapshot)
        ledger.record_deviations(run_id, as_of, validated.deviations, set(complete))
        unread = {name: read.message for name, read in reads.items() if read.verdict is not Verdict.COMPLETE}
        judgement = judge(unread, seen.message, approval, dict(outcomes.group_by("outcome").len().iter_rows()))
        told = {name: {"verdict": read.verdict.value, "rows_read": read.rows.height} for name, read in reads.items()}
        ledger.finish_run(run_id, judgement.verdict.value, {}, told)
    return Night(
        run_id, as_of, reads, rows, validated, before, standing, known, decisions, merged, seen, matches, plan, approval, outcomes, snapshot
    )
