"""A person's approval of one part of the plan that the last night showed, given between nights and used by the next one alone.

An approval names the run that showed the part, and is void after any later plan, also that of an undo. The other way to approve is
`--apply=<digest>`, for the person who starts the night.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from reconciliation.ledger import PLANNED, RENDERED, Ledger

KIND = "part"
"""Kind of the ledger's decision. subject: the part's digest; field: its name; value: the run that showed it."""
APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class PartApproval:
    """One approval in force. name: of the part, action/source. digest: the whole one."""

    decision_id: str
    name: str
    digest: str
    by: str
    decided: datetime


def approve_part(ledger: Ledger, municipality: str, *, name: str, digest: str, run_id: str, by: str, why: str = "") -> str:
    """Store the approval of a part as run_id showed it. Returns the decision's id. Raises LedgerError."""
    return ledger.add_decision(
        municipality, kind=KIND, subject=digest, field=name, verdict=APPROVED, value=run_id, decided_by=by, note=why or None
    )


def part_approvals(decisions: pl.DataFrame, run_id: str | None) -> dict[str, PartApproval]:
    """Digest -> the approval of that part. decisions: the ledger's, in force. run_id: the run that showed the plan; None: no plan yet."""
    given = decisions.filter((pl.col("kind") == KIND) & (pl.col("verdict") == APPROVED) & (pl.col("value") == (run_id or "")))
    return {
        row["subject"]: PartApproval(row["decision_id"], row["field"], row["subject"], row["decided_by"], row["decided"])
        for row in given.iter_rows(named=True)
    }


def last_shown(ledger: Ledger, municipality: str, before: str) -> str | None:
    """The newest run whose plan was shown in a report, other than `before` (tonight's). Raises LedgerError.

    Runs of `kobosync plan` and reports that were made again do not count.
    """
    runs = ledger.runs(municipality).filter(~pl.col("verdict").is_in([PLANNED, RENDERED]) & (pl.col("run_id") != before))
    return next((run for run in reversed(runs.get_column("run_id").to_list()) if ledger.has_plan(run)), None)
