"""A night up to its plan without Dagster, which takes seconds to start. The steps are those of a whole night.

No table is stored, so the last night's tables stay; the ledger stores the run as `planned`, as it does with Dagster's plan job.
"""

from __future__ import annotations

import uuid
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assets import planning_steps, reading_steps
from assets.night_session import NightSession, tonight
from assets.stored_table import last_table, table_base
from reconciliation.model.municipality import Municipality, must_have_sources
from reconciliation.plan.planning import Plan


class NotConservedError(Exception):
    """A step lost or invented a row: a fault of the program, and its results must not be used."""


@dataclass(frozen=True, slots=True)
class Seen:
    """plan: as a night would make it now. register_fault: why the register could not be read; None when it was."""

    plan: Plan
    register_fault: str | None


def plan_tonight(municipality: Municipality, home: Path, as_of: date | None = None) -> Seen:
    """Plan as the night would. Raises ConfigurationError, LedgerError, RegisterError or NotConservedError, each with its sentence."""
    must_have_sources(municipality)
    with closing(NightSession(municipality, home, as_of or tonight(municipality), "never", str(uuid.uuid4()), whole=False)) as session:
        reads = {name: reading_steps.extract(session, name, source) for name, source in municipality.sources.items()}
        base, slug = table_base(municipality, home), municipality.slug
        before = reading_steps.last_reads(
            municipality,
            session.ledger,
            last_table(base, slug, "standing_rows"),
            last_table(base, slug, "memberships"),
            session.memberships,
        )
        read = reading_steps.standardise_all(session, reads, before)
        verdicts = {name: read.verdict for name, read in read.reads.items()}
        seen = planning_steps.see_register(session)
        valid = reading_steps.validate_rows(session, read.rows, read.unreadable, reads, before, seen.rows)
        _believe(reading_steps.rows_lost(read.rows, valid))
        to_merge = reading_steps.rows_to_merge(session, valid.accepted, valid.rejected, verdicts, before)
        merged = planning_steps.merge_rows(session, to_merge, last_table(base, slug, "dwellings"))
        _believe(planning_steps.rows_not_merged(to_merge, merged.dwellings))
        plan = planning_steps.plan_changes(
            session,
            merged,
            register_rows=seen.rows if seen.verdict == "complete" else None,
            matches=planning_steps.match_entries(session, merged.dwellings, seen.rows, last_table(base, slug, "matches")),
            rejected=valid.rejected,
            verdicts=verdicts,
        )
        return Seen(plan, seen.message)


def _believe(fault: str) -> None:
    if fault:
        raise NotConservedError(f"{fault} Nothing is planned; please report it.")
