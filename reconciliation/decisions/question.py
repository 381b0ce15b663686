"""A question as a value: what is asked about, the candidates, the answers it takes. Workbook, command line and desk share it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from reconciliation.addresses import fold
from reconciliation.decisions.answer_choices import Answer
from reconciliation.decisions.confirmed_warnings import right_answer, until_of
from reconciliation.decisions.rejected_beside import RejectedBeside
from reconciliation.decisions.unit_offers import UnitThere
from reconciliation.decisions.value_answers import unit_answer, value_answer
from reconciliation.model.decision_evidence import evidence_of
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.model.plan_actions import NUMBER_IN_DOUBT

MATCH, ENTRY, MERGE, UNIT, FIELD, ABSENT, CHANGED = "match", "entry", "merge", "unit", "field", "absent", "kobo_change"
REMOVAL, WARNING = "removal", "warning"
"""Which entry in Kobo is this dwelling; which dwelling is this entry; which of ours is the same home; which unit number has it; whose
value of a field; ours, and deleted in Kobo; a value changed in Kobo; is an entry deleted that was edited in Kobo and is in no source;
is a value right that a rule warns of."""
CHOOSING = (MATCH, ENTRY, MERGE, UNIT)
"""Questions about what a dwelling is, with a list of candidates."""


class CandidateKind(StrEnum):
    """What a candidate is: a home of ours, an entry in Kobo, or a row of the asked row's own list that it may be a copy of."""

    OURS = "ours"
    ENTRY = "entry"
    COPIED = "copied"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source's row of a dwelling. values: canonical field -> value."""

    source: str
    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Candidate:
    """name: koboId, or leverandor_bolig_id of one of ours. reason: code of model/reasons, why it is offered. rows: of one of ours."""

    name: str
    values: Mapping[str, Any]
    reason: str = ""
    rows: tuple[SourceRow, ...] = ()
    kind: CandidateKind = CandidateKind.OURS


@dataclass(frozen=True, slots=True)
class Question:
    """dwelling: leverandor_bolig_id; for an ENTRY question the koboId. rows: the dwelling's source rows.

    ours: canonical field -> value of the dwelling. values_by_source: source -> value, where our own sources
    disagree on `field`.
    secret: no address is shown, of either side. (A pair with one shielded side is never asked about.)
    house: key shared by dwellings of one house that lack unit numbers; None otherwise.
    holds_up: number of dwellings that wait for the answer. decided: the decision in force on this evidence, None while open.
    decided_code: the code of its answer. unit_given: the unit number that somebody gave its rows, not yet used by a night.
    before: while open, the last decision about it, given on other evidence. only_units: the answers
    list the units that the official register has at the address, and no other unit number is accepted. units_there: unit numbers that
    other homes at the address have, where its own is asked for. night: for a WARNING question, the night that warned. rejected: rows of
    other lists at the address that wait for a correction; of a CHOOSING question only. contradicting: "source:key" of the rows that give
    another floor than their unit number.
    """

    id: str
    about: str
    dwelling: str
    owner: str | None
    field: str | None
    evidence: str
    reason: str
    details: str
    answers: tuple[Answer, ...]
    ours: Mapping[str, Any]
    candidates: tuple[Candidate, ...]
    values_by_source: Mapping[str, Any]
    secret: bool
    rows: tuple[SourceRow, ...] = ()
    house: str | None = None
    holds_up: int = 1
    decided: Mapping[str, Any] | None = None
    decided_code: str = ""
    unit_given: str | None = None
    before: Mapping[str, Any] | None = None
    only_units: bool = False
    units_there: tuple[UnitThere, ...] = ()
    rejected: tuple[RejectedBeside, ...] = ()
    contradicting: tuple[str, ...] = ()
    night: date | None = None

    @property
    def other(self) -> str | None:
        """The name of the only or first candidate."""
        return self.candidates[0].name if self.candidates else None

    @property
    def theirs(self) -> Mapping[str, Any]:
        """The values of the only or first candidate."""
        return self.candidates[0].values if self.candidates else dict.fromkeys(self.ours)

    @property
    def unsure(self) -> bool:
        """Whether somebody answered that they do not know: its homes wait, and nobody is asked of them in another question."""
        return self.decided is not None and self.decided["verdict"] == DecisionKind.UNSURE

    @property
    def fills_unit(self) -> bool:
        """Whether a unit number may be written as the answer."""
        asks = asks_number(self.about, self.ours.get("bruksenhetsnummer"), self.reason)
        return asks and bool(self.rows) and not self.only_units

    @property
    def takes_unit(self) -> bool:
        """Whether a unit number is an answer: any, or one that the official register has."""
        return self.fills_unit or self.only_units

    def repeats_number(self, code: str) -> bool:
        """Whether the answer is the unit number that all rows of the home have: it tells nothing of which home it is."""
        answer = self.answer(code)
        if self.about != MERGE or answer is None or answer.field != "bruksenhetsnummer":
            return False
        return all(json.dumps(row.values.get("bruksenhetsnummer")) == answer.value for row in self.rows)

    @property
    def named_by_letter(self) -> bool:
        """Whether answers name a candidate, so that each needs a letter."""
        return len(self.candidates) > 1 or any(answer.code.startswith("same:") for answer in self.answers)

    def candidate(self, code: str) -> Candidate | None:
        """Which candidate an answer "same" names; None for other answers."""
        verdict, _, named = code.partition(":")
        if verdict != DecisionKind.SAME:
            return None
        return next((candidate for candidate in self.candidates if candidate.name == (named or self.other)), None)

    @property
    def rows_evidence(self) -> str:
        """What a unit number is said of: the dwelling's own rows. It stays true when what is offered beside them changes."""
        return "+".join(evidence_of(row.values) for row in self.rows)

    @property
    def building(self) -> str | None:
        """Short and the same every night, for all dwellings at one street, number and letter; None for a shielded address, for an entry
        in Kobo, and where no street and number are known."""
        street, number = self.ours.get("adressenavn"), self.ours.get("nummer")
        if self.secret or self.about == ENTRY or not street or not number:
            return None
        named = (self.ours.get("kommunenummer"), fold(str(street)), number, str(self.ours.get("bokstav") or "").casefold())
        return hashlib.sha256("|".join(str(part or "") for part in named).encode()).hexdigest()[:12]

    @property
    def free(self) -> bool:
        """Whether an answer may be written that is not in the list."""
        return self.about in (CHANGED, WARNING) or self.fills_unit

    def answer(self, code: str) -> Answer | None:
        """The answer with that code. Where a value was changed in Kobo, any other value of the field's kind is an answer too; where
        the unit number is missing, so is a unit number; that a warning is right may be said until a day."""
        chosen = next((choice for choice in self.answers if choice.code == code), None)
        if chosen is None and self.about == CHANGED and self.field is not None:
            return value_answer(self.dwelling, self.field, self.evidence, code)
        if chosen is None and self.about == WARNING and (until := until_of(code)) is not None:
            return right_answer(json.loads(self.details), until)
        if chosen is None and self.fills_unit:
            return unit_answer([(f"{row.source}:{row.key}", row.values) for row in self.rows], code)
        return chosen


def asks_number(about: str, unit: str | None, reason: str) -> bool:
    """Whether a home's unit number is an answer: it has none, or the one that it has (unit) is in doubt."""
    return about == UNIT or (about == MERGE and (not unit or reason == NUMBER_IN_DOUBT))


def question_id(*parts: str | None) -> str:
    """Short enough to be read over the telephone; the same on every night."""
    return "S-" + hashlib.sha256("\x1f".join(part or "" for part in parts).encode()).hexdigest()[:10].upper()
