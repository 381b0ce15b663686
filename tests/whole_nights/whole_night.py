"""A whole night in process: the steps that Dagster's assets call, in their order, with the ledger and the register given.

What only Dagster does (storing every table, checks, reports) is left out; the standing rows are stored where a night stores them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from upath import UPath

from assets import planning_steps, reading_steps
from assets.night_session import NightSession
from assets.row_assets import source_facts
from assets.stored_table import Table
from assets.table_io import EarlierTables, ParquetTables
from connectors.read_result import SourceRead, Verdict
from kobo_client.client import CallRecord, RegisterClient
from kobo_client.snapshot import RegisterSnapshot
from reconciliation.apply import adopt, apply_plan
from reconciliation.decisions.conflicts import as_sent
from reconciliation.ledger import Ledger
from reconciliation.merge import Merged
from reconciliation.model import tables
from reconciliation.model.municipality import Municipality
from reconciliation.plan.approval import Approval, ApprovalAnswer, approval_of
from reconciliation.plan.night_verdict import judge
from reconciliation.plan.planning import Plan, actionable
from reconciliation.plan.progress import measure
from reconciliation.reading.validate import Validated


@dataclass(frozen=True)
class Night:
    """Everything one night made."""

    run_id: str
    as_of: date
    reads: dict[str, SourceRead]
    rows: pl.DataFrame
    validated: Validated
    before: pl.DataFrame | None
    standing_rows: pl.DataFrame
    known: pl.DataFrame
    decisions: pl.DataFrame
    bases: pl.DataFrame
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


class _Session(NightSession):
    """A night's session with the ledger and the client of the example."""

    def __init__(
        self, municipality: Municipality, home: Path, as_of: date, mode: str, run_id: str, ledger: Ledger, client: RegisterClient
    ) -> None:
        super().__init__(municipality, home, as_of, mode, run_id, ledger=ledger)
        self.given = client

    def client(self) -> RegisterClient:
        return self.given


def _store(table: Table, path: UPath) -> None:
    """As Dagster has its IO manager do it."""
    tables = ParquetTables()
    tables.make_directory(path.parent)
    tables.dump_to_path(None, table, path)  # type: ignore[arg-type]


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
    with closing(_Session(municipality, home, as_of, mode, run_id, ledger, client)) as session:
        earlier = EarlierTables(base=str(base))
        kept = earlier.last(slug, "standing_rows"), earlier.last(slug, "memberships")
        yesterday = reading_steps.last_reads(municipality, session.ledger, *kept)
        extracted = {name: reading_steps.extract(session, name, source) for name, source in municipality.sources.items()}
        read = reading_steps.standardise_all(session, extracted, yesterday)
        reads = dict(read.reads)
        verdicts = {name: read.verdict for name, read in reads.items()}
        yesterday = reading_steps.last_reads(municipality, session.ledger, *kept)
        seen = planning_steps.see_register(session)
        validated = reading_steps.validate_rows(session, read.rows, read.unreadable, extracted, yesterday, seen.rows)
        before = yesterday.rows
        standing_rows = reading_steps.rows_to_merge(session, validated.accepted, validated.rejected, verdicts, yesterday)
        facts = {"sources": source_facts(read)}
        _store(Table(standing_rows, facts), base / slug / "standing_rows.parquet")
        known, decisions, bases = planning_steps.known_homes(session, standing_rows), ledger.decisions(slug), ledger.bases(slug)
        merged = planning_steps.merge_rows(session, standing_rows, earlier.last(slug, "dwellings"))
        _store(Table(merged.dwellings), base / slug / "dwellings.parquet")
        _store(Table(merged.memberships), base / slug / "memberships.parquet")
        matches = planning_steps.match_entries(session, merged.dwellings, seen.rows, earlier.last(slug, "matches"))
        _store(Table(matches), base / slug / "matches.parquet")
        plan = planning_steps.plan_changes(
            session,
            merged,
            register_rows=seen.rows if seen.verdict == "complete" else None,
            matches=matches,
            rejected=validated.rejected,
            verdicts=verdicts,
        )
        session.verdict_if_ended = "failed"
        approval = Approval(ApprovalAnswer.DRY, "not seen")
        if seen.verdict == "complete":
            approval = approval_of(mode, plan.digest, planning_steps.parts_to_approve(plan), "kobosync night")
        outcomes = tables.empty(tables.OUTCOMES)
        if approval.answer is ApprovalAnswer.APPLY:
            if before_apply is not None:
                before_apply(plan)
            adopt(matches, seen.rows, ledger, slug, run_id)
            desired = as_sent(plan.items, merged.dwellings, seen.rows)
            doing = actionable(plan).filter(pl.col("part").is_in(approval.parts))
            threads = municipality.register_.threads
            outcomes = apply_plan(doing, desired, client, ledger, run_id, slug, threads, entries=seen.rows, still_held=session.lock.is_held)
        ledger.record_calls(slug, run_id, calls)
        calls.clear()
        seen_rows = seen.rows if seen.verdict == "complete" else None
        planning_steps.record_movements(
            session, merged.dwellings, plan.items, seen_rows, validated.rejected, validated.out_of_scope, verdicts
        )
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
        complete = {name for name, verdict in verdicts.items() if verdict is Verdict.COMPLETE}
        ledger.record_deviations(run_id, as_of, validated.deviations, complete)
        unread = {name: done.message for name, done in reads.items() if done.verdict is not Verdict.COMPLETE}
        judgement = judge(unread, seen.message, approval, dict(outcomes.group_by("outcome").len().iter_rows()))
        summary = {name: {"verdict": done.verdict.value, "rows_read": done.rows.height} for name, done in reads.items()}
        session.finish(judgement.verdict.value, summary, None)
    return Night(
        run_id,
        as_of,
        reads,
        read.rows,
        validated,
        before,
        standing_rows,
        known,
        decisions,
        bases,
        merged,
        seen,
        matches,
        plan,
        approval,
        outcomes,
        snapshot,
    )
