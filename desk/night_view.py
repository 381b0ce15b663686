"""What the desk knows of the last night: its questions, where their rows are, and what else waits."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

import polars as pl

from reconciliation.addresses import fold
from reconciliation.decisions.question import CHANGED, ENTRY, Question
from reconciliation.model.municipality import Municipality
from reconciliation.reading.cell_corrections import CellCorrection


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """Where one row of a dwelling is. file, sheet, row, key: None where they would reveal a shielded address."""

    source: str
    file: str | None
    sheet: str | None
    row: int | None
    key: str | None = None


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
    """A source row that waits for its owner. id: short, stable while the row keeps its place. key: None when the row has none,
    or another row of the source has the same. secret: it is, or may tell, a shielded address: values and messages are shown to nobody.
    units: bruksenhetsnummer that the official register has at its address, where it has none of its own.
    """

    id: str
    source: str
    key: str | None
    owner: str | None
    secret: bool
    place: SourcePlace
    faults: tuple[RowFault, ...]
    units: tuple[str, ...] = ()

    @property
    def named(self) -> str:
        """How the ledger names it where it keeps who saw it."""
        return f"rettes:{self.id}"


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """A decision that no question of the night asks about any more: a night has used it, or it was taken back. row: of DECISIONS.
    taken_back: by whom and when; None while it is in force."""

    dwelling: str
    owner: str | None
    secret: bool
    row: Mapping[str, Any]
    taken_back: tuple[str, datetime] | None = None


@dataclass(frozen=True)
class Case:
    """Everything that is asked about one dwelling. frees: dwellings of ours that go on when it is answered. warnings: whether a value is
    right that a rule warns of; nothing waits for those. A case has a question or a warning."""

    dwelling: str
    owner: str | None
    secret: bool
    questions: tuple[Question, ...]
    frees: int
    warnings: tuple[Question, ...] = ()

    @cached_property
    def every(self) -> tuple[Question, ...]:
        """Questions, then warnings."""
        return (*self.questions, *self.warnings)

    @cached_property
    def open(self) -> int:
        """Questions without an answer."""
        return self.open_but("")

    def open_but(self, answered: str) -> int:
        """Questions without an answer, but for the one with that id."""
        return sum(question.decided is None and question.id != answered for question in self.questions)

    @cached_property
    def open_warnings(self) -> int:
        """Warnings that nobody has called right."""
        return sum(question.decided is None for question in self.warnings)

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Reason codes of the questions, each once."""
        return tuple(dict.fromkeys(question.reason for question in self.questions))

    @cached_property
    def changed_in_kobo(self) -> bool:
        """Are all its open questions about what somebody changed in Kobo?"""
        open_ones = [question.about for question in self.questions if question.decided is None]
        return bool(open_ones) and set(open_ones) == {CHANGED}

    @cached_property
    def street(self) -> str:
        """Street as our own rows have it; empty for a shielded address."""
        street: Any = None if self.secret else self.every[0].ours.get("adressenavn")
        return str(street or "")

    @cached_property
    def address(self) -> str:
        """Street, number, letter and unit; empty for a shielded address, and where nothing is known."""
        ours = self.every[0].ours
        house = f"{ours.get('nummer') or ''}{ours.get('bokstav') or ''}"
        parts = (ours.get("adressenavn"), house, ours.get("bruksenhetsnummer"), ours.get("ekstra_referanse"))
        return "" if self.secret else " ".join(str(part) for part in parts if part)

    @cached_property
    def house(self) -> str | None:
        """Short and the same every night; None for a shielded address, an entry in Kobo, and where no street and number are known."""
        first = self.every[0]
        street, number = first.ours.get("adressenavn"), first.ours.get("nummer")
        if self.secret or first.about == ENTRY or not street or not number:
            return None
        named = (first.ours.get("kommunenummer"), fold(str(street)), number, str(first.ours.get("bokstav") or "").casefold())
        return hashlib.sha256("|".join(str(part or "") for part in named).encode()).hexdigest()[:12]


def cases_of(questions: Sequence[Question], warnings: Sequence[Question] = ()) -> tuple[Case, ...]:
    """One per dwelling: those that free most dwellings first, what was changed in Kobo after the others, answered ones and mere warnings
    last; then by street and id. Shielded ones are ordered by id alone."""
    asked: dict[str, list[Question]] = {}
    warned: dict[str, list[Question]] = {}
    for question in questions:
        asked.setdefault(question.dwelling, []).append(question)
    for question in warnings:
        warned.setdefault(question.dwelling, []).append(question)
    cases = [
        Case(
            dwelling,
            (asked.get(dwelling) or warned[dwelling])[0].owner,
            any(question.secret for question in (*asked.get(dwelling, ()), *warned.get(dwelling, ()))),
            tuple(asked.get(dwelling, ())),
            max((question.holds_up for question in asked.get(dwelling, ()) if question.decided is None), default=1),
            tuple(warned.get(dwelling, ())),
        )
        for dwelling in dict.fromkeys([*asked, *warned])
    ]
    return tuple(
        sorted(cases, key=lambda case: (case.open == 0, case.changed_in_kobo, -case.frees, case.secret, case.street, case.dwelling))
    )


class NightUnreadableError(Exception):
    """The last night's tables are there, and cannot be read: damaged, of another version, or without rights on their folder."""


NO_NIGHT, UNFINISHED, REGISTER_UNSEEN = "no_night", "unfinished", "register_unseen"
"""Why there is nothing to show, where `as_of` is None: keys of `desk_empty`."""


@dataclass(frozen=True, slots=True)
class NightView:
    """run_id: of the night whose plan is shown; None without one. parts: of that plan. as_of: date of the night; None when there is
    no night to show, and then `lacks` is why. running: a night goes on now. cases: of the last night whose register was seen, open and
    answered, in order.

    sources: leverandor_bolig_id -> its sources. places: leverandor_bolig_id -> where its rows are. rejected: rows that wait for their
    owners. corrections: of single cells, in force. earlier: answers that tonight's questions do not show.
    decisions: the ledger's DECISIONS in force. derived: cache of what is made of all this, by who may see what (my_cases.py).
    """

    municipality: Municipality
    as_of: date | None
    run_id: str | None = None
    parts: Sequence[PlanPart] = ()
    cases: Sequence[Case] = ()
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    places: Mapping[str, Sequence[SourcePlace]] = field(default_factory=dict)
    rejected: Sequence[RejectedRow] = ()
    corrections: Sequence[CellCorrection] = ()
    earlier: Sequence[EarlierAnswer] = ()
    decisions: pl.DataFrame = field(default_factory=pl.DataFrame)
    running: bool = False
    lacks: str = NO_NIGHT
    derived: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)


Load = Callable[[], NightView]
"""The last night as it is stored now, with the decisions in force. Raises LedgerError, NightUnreadableError."""
