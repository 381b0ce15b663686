"""What the desk knows of the last night: its questions, where their rows are, and what else waits."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

import polars as pl

from desk.case import Case
from reconciliation.model.municipality import Municipality
from reconciliation.reading.cell_corrections import CellCorrection

Made = TypeVar("Made")


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

    applied: the night did it. approved: who approved it since, and when; None before that. approval: id of that decision.
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
    or another row of the source has the same. secret: it is or may reveal a shielded address: values and messages are never shown.
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

    @property
    def where(self) -> tuple[str, str | None, str | None, int | None, str | None]:
        """Source, file, sheet, row and key; in a database, whose rows have no numbers, the key tells them apart."""
        return self.place.source, self.place.file, self.place.sheet, self.place.row, self.place.key


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """A decision that no question of the night asks about any more: a night has used it, or it was taken back. row: of DECISIONS.
    taken_back: by whom and when; None while it is in force."""

    dwelling: str
    owner: str | None
    secret: bool
    row: Mapping[str, Any]
    taken_back: tuple[str, datetime] | None = None


class NightUnreadableError(Exception):
    """The last night's tables are there, and cannot be read: damaged, of another version, or without rights on their folder."""


NO_NIGHT, UNFINISHED, REGISTER_UNSEEN = "no_night", "unfinished", "register_unseen"
"""Why there is nothing to show, where `as_of` is None: keys of `desk_empty`."""


@dataclass(frozen=True, slots=True)
class NightView:
    """run_id: of the night whose plan is shown; None without one. parts: of that plan. as_of: date of the night; None when there is
    no night to show, and then `lacks` is why. running: a night is running now. cases: of the last night whose register was seen, open and
    answered, in order.

    sources: leverandor_bolig_id -> its sources. places: leverandor_bolig_id -> where its rows are. rejected: rows that wait for their
    owners. corrections: of single cells, in force. earlier: answers that tonight's questions do not show.
    decisions: the ledger's DECISIONS in force. derived: what `once` has made.
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

    def once(self, key: tuple[Hashable, ...], make: Callable[[], Made]) -> Made:
        """What `make` gives, made at the first call with this key. It goes with the view, so with the next night and the next decision.

        key: what it is, and whatever it depends on beside the view, such as who may see it.
        """
        if key not in self.derived:
            self.derived[key] = make()
        made: Made = self.derived[key]
        return made


Load = Callable[[], NightView]
"""The last night as it is stored now, with the decisions in force. Raises LedgerError, NightUnreadableError."""
