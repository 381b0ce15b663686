"""What the desk knows of the last night: its questions, where their rows are, and what else waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from reconciliation.decisions.question import Question
from reconciliation.model.municipality import Municipality
from reconciliation.reading.cell_corrections import CellCorrection


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """Where one row of a dwelling stands. file, sheet, row: None where they would tell a shielded address."""

    source: str
    file: str | None
    sheet: str | None
    row: int | None


@dataclass(frozen=True, slots=True)
class PlanExample:
    """One dwelling of a part. changes: field names that would change, in the order of the plan."""

    dwelling: str
    owner: str | None
    secret: bool
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanPart:
    """One part of the last night's plan. action: create, update, retire or replace. refusals: stored messages, why it waits.

    applied: the night did it. approved: who approved it since, and when; None while nobody has. approval: id of that decision.
    """

    digest: str
    action: str
    source: str
    changes: int
    refusals: tuple[str, ...]
    applied: bool
    examples: tuple[PlanExample, ...]
    approved: tuple[str, datetime] | None = None
    approval: str = ""

    @property
    def name(self) -> str:
        """Name of the part as the plan has it: action/source."""
        return f"{self.action}/{self.source}"


@dataclass(frozen=True, slots=True)
class RowFault:
    """One error of a rejected row. headings: columns it is about, empty for the whole row. value: as written; message: stored messages."""

    rule: str
    headings: tuple[str, ...]
    value: str | None
    message: str


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A source row that waits for its owner. id: short, the same as long as the row stands where it does. key: None when the row has none,
    or another row of the source has the same. secret: it is, or may tell, a shielded address: values and messages are shown to nobody.
    """

    id: str
    source: str
    key: str | None
    owner: str | None
    secret: bool
    place: SourcePlace
    faults: tuple[RowFault, ...]


@dataclass(frozen=True, slots=True)
class NightView:
    """run_id: of the night whose plan is shown; None without one. parts: of that plan. as_of: date of the night; None when no night has
    been stored. running: a night goes on now. questions: of the last night whose register was seen, open and answered.

    sources: leverandor_bolig_id -> its sources. places: leverandor_bolig_id -> where its rows are. rejected: rows that wait for their
    owners. corrections: of single cells, in force. decisions: the ledger's DECISIONS in force.
    """

    municipality: Municipality
    as_of: date | None
    run_id: str | None = None
    parts: Sequence[PlanPart] = ()
    questions: Sequence[Question] = ()
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    places: Mapping[str, Sequence[SourcePlace]] = field(default_factory=dict)
    rejected: Sequence[RejectedRow] = ()
    corrections: Sequence[CellCorrection] = ()
    decisions: pl.DataFrame = field(default_factory=pl.DataFrame)
    running: bool = False


Load = Callable[[], NightView]
"""The last night as it is stored now, with the decisions in force. Raises LedgerError."""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that is asked about one dwelling. frees: dwellings of ours that go on when it is answered."""

    dwelling: str
    owner: str | None
    secret: bool
    questions: tuple[Question, ...]
    frees: int

    @property
    def open(self) -> int:
        """Questions without an answer."""
        return sum(question.decided is None for question in self.questions)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reason codes, each once."""
        return tuple(dict.fromkeys(question.reason for question in self.questions))

    @property
    def street(self) -> str:
        """Street as our own rows have it; empty for a shielded address."""
        found: Any = None if self.secret else self.questions[0].ours.get("adressenavn")
        return str(found or "")


def cases(view: NightView) -> list[Case]:
    """One per dwelling: those that free most dwellings first, then by street, then by id. Shielded ones stand by id alone."""
    grouped: dict[str, list[Question]] = {}
    for question in view.questions:
        grouped.setdefault(question.dwelling, []).append(question)
    found = [
        Case(
            dwelling,
            asked[0].owner,
            any(question.secret for question in asked),
            tuple(asked),
            max((one.holds_up for one in asked if one.decided is None), default=1),
        )
        for dwelling, asked in grouped.items()
    ]
    return sorted(found, key=lambda case: (case.open == 0, -case.frees, case.secret, case.street, case.dwelling))
