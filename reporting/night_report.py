"""All that one night's reports are made of, typed. Built at the end of the night from its tables and the ledger alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from connectors.read_result import Verdict
from reconciliation.decisions.confirmed_warnings import CONFIRMED
from reconciliation.decisions.question import Question
from reconciliation.ledger import HISTORY, MOVEMENTS
from reconciliation.ledger.deviation_history import LIFE, OPEN_DEVIATIONS
from reconciliation.ledger.links import MEMBERSHIPS
from reconciliation.ledger.plans import CLASS_CHANGES
from reconciliation.model import tables
from reconciliation.model.municipality import Municipality
from reconciliation.reading.cell_corrections import CellCorrection
from reconciliation.reading.key_examples import KeyExample
from reporting.acquisitions_reading import Measures
from reporting.needs_reading import NeedsAnswers
from reporting.projection.public_tables import ProjectionTables

RECENT = timedelta(days=30)
"""So long are fixed deviations shown."""
DEVIATION_LIVES = pl.Schema({**tables.DEVIATIONS, **LIFE})
"""Shape of NightResult.deviations: tonight's deviations, errors and warnings, with their life."""


@dataclass(frozen=True, slots=True)
class SourceNight:
    """What became of one source tonight, in rows. read = rejected + out_of_scope + accepted.

    carried: standing rows that were read on an earlier night. message, melding: why the read is not complete.
    lines: what became of every line of its files (connectors/line_account.py); empty for what has no lines.
    examples: keys that show why it is not believed; none of a shielded home.
    """

    verdict: Verdict
    title: str
    owner: str
    rows_read: int = 0
    rejected: int = 0
    out_of_scope: int = 0
    accepted: int = 0
    carried: int = 0
    message: str | None = None
    melding: str | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[KeyExample, ...] = ()


@dataclass(frozen=True, slots=True)
class DecidedThatDay:
    """What somebody decided that day, in words; None where it is about a shielded dwelling."""

    day: date
    in_words: str | None


@dataclass(frozen=True)
class NightResult:
    """The typed input of every report.

    sources: source name -> its night. plan_refusals: stored messages of the guards that stopped the plan.
    deviations: DEVIATION_LIVES. rejected_rows: SOURCE_ROWS, the rows that an error keeps out.
    out_of_scope: reason (category key or "inactive") -> rows; out_of_scope_rows: OUT_OF_SCOPE, the rows themselves.
    dwellings: DWELLINGS. lineage: LINEAGE. items: PLAN_ITEMS. outcomes: OUTCOMES. register_rows: as read, None when
    the register was not seen; register_melding then says why, as stored messages.
    calls: verb -> requests, and "failed", "retried". history: HISTORY, tonight included; nights after as_of are ignored.
    seconds: step -> seconds. verdict: NightVerdict as text; messages: the night's faults for operators, English.
    fixed: OPEN_DEVIATIONS, what was fixed lately (`fixed` within RECENT of as_of); places and rules, never values.
    deviation_log: OPEN_DEVIATIONS, open and fixed, since the first night. answers: every decision of a person, superseded ones too.
    memberships: MEMBERSHIPS, which row is known to be which dwelling.
    standing_rows: STANDING_ROWS, what each source says of each dwelling. class_changes: CLASS_CHANGES, tonight included.
    questions: what only a person can decide, open and answered. decided: leverandor_bolig_id -> what was decided about it,
    bokmål; contradictory: decisions that cannot all be true, bokmål.
    warnings: questions whether a value is right that a rule warns of. confirmed: CONFIRMED, what somebody has called right.
    cell_corrections: cells that were corrected at the review desk and that their sources still have wrong.
    shielded_gone: leverandor_bolig_id of dwellings that had a shielded address when they were last in a source.
    movements: MOVEMENTS, tonight included.
    needs, measures: what the services answered and what is planned; None when the municipality's file asks for none.
    projection_tables: public figures of the population, read tonight; None when the municipality's file has no `projection`.
    """

    municipality: Municipality
    as_of: date
    run_id: str
    plan_digest: str
    sources: Mapping[str, SourceNight]
    dwellings: pl.DataFrame
    items: pl.DataFrame
    plan_refusals: tuple[str, ...] = ()
    deviations: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DEVIATION_LIVES))
    rejected_rows: pl.DataFrame = field(default_factory=lambda: tables.empty(tables.SOURCE_ROWS))
    out_of_scope: Mapping[str, int] = field(default_factory=dict)
    lineage: pl.DataFrame = field(default_factory=lambda: tables.empty(tables.LINEAGE))
    outcomes: pl.DataFrame = field(default_factory=lambda: tables.empty(tables.OUTCOMES))
    register_rows: pl.DataFrame | None = None
    register_verdict: str = "complete"
    register_melding: str | None = None
    calls: Mapping[str, int] = field(default_factory=dict)
    history: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=HISTORY))
    seconds: Mapping[str, float] = field(default_factory=dict)
    verdict: str = "done"
    messages: tuple[str, ...] = ()
    out_of_scope_rows: pl.DataFrame = field(default_factory=lambda: tables.empty(tables.OUT_OF_SCOPE))
    fixed: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OPEN_DEVIATIONS))
    standing_rows: pl.DataFrame = field(default_factory=lambda: tables.empty(tables.STANDING_ROWS))
    class_changes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CLASS_CHANGES))
    needs: NeedsAnswers | None = None
    measures: Measures | None = None
    projection_tables: ProjectionTables | None = None
    questions: tuple[Question, ...] = ()
    warnings: tuple[Question, ...] = ()
    confirmed: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CONFIRMED))
    decided: Mapping[str, Sequence[str]] = field(default_factory=dict)
    contradictory: tuple[str, ...] = ()
    cell_corrections: tuple[CellCorrection, ...] = ()
    shielded_gone: frozenset[str] = frozenset()
    movements: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MOVEMENTS))
    memberships: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MEMBERSHIPS))
    deviation_log: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OPEN_DEVIATIONS))
    answers: tuple[DecidedThatDay, ...] = ()

    @property
    def all_read(self) -> bool:
        """Whether every source was read whole that night."""
        return all(source.verdict is Verdict.COMPLETE for source in self.sources.values())
