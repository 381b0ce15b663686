"""A person's approval of one part of the plan that the last night showed, given between nights and used by the next one alone.

An approval names the run that showed the part. A later plan of any kind, an undo's too, makes it lapse: nobody has approved what is planned
after that. `--apply=<digest>` is the other way to approve, for the person who starts the night.
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
    """Keep that this part, as run_id showed it, may be applied. Returns the decision's id. Raises LedgerError."""
    return ledger.add_decision(
        municipality,
        kind=KIND,
        subject=digest,
        field=name,
        verdict=APPROVED,
        value=run_id,
        decided_by=by,
        note=why or None,
    )


def part_approvals(decisions: pl.DataFrame, run_id: str | None) -> dict[str, PartApproval]:
    """Digest -> the approval of that part. decisions: the ledger's, in force. run_id: the run that showed the plan; None: no plan yet."""
    given = decisions.filter((pl.col("kind") == KIND) & (pl.col("verdict") == APPROVED) & (pl.col("value") == (run_id or "")))
    return {
        row["subject"]: PartApproval(row["decision_id"], row["field"], row["subject"], row["decided_by"], row["decided"])
        for row in given.iter_rows(named=True)
    }


def last_shown(ledger: Ledger, municipality: str, before: str) -> str | None:
    """The run whose plan people have seen last, leaving out the run `before` (tonight's). Raises LedgerError.

    A plan that somebody only looked at with `kobosync plan` is none, and neither are reports that were made again.
    """
    runs = ledger.runs(municipality).filter(~pl.col("verdict").is_in([PLANNED, RENDERED]) & (pl.col("run_id") != before))
    return next((run for run in reversed(runs.get_column("run_id").to_list()) if ledger.plan(run) is not None), None)
