"""One unit number given to two homes of one list: neither answer can be stored, since each of the two homes has a number of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciliation.decisions.answer_choices import Answer, Record, in_force
from reconciliation.decisions.question import Question
from reconciliation.decisions.value_answers import unit_answer
from reconciliation.model.known_decisions import DecisionKind


@dataclass(frozen=True, slots=True)
class NumberRival:
    """Another home with the number. at: place of its answer among those given; None where it has the number already."""

    dwelling: str
    at: int | None = None


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A home with a number. lists: names of the sources that it has rows in. lease: ekstra_referanse; rooms with leases of their own share
    a number and differ in it."""

    dwelling: str
    unit: str
    lists: frozenset[str]
    lease: str | None
    at: int | None

    def excludes(self, other: _Numbered) -> bool:
        by_lease = bool(self.lease) and bool(other.lease) and self.lease != other.lease
        return self.dwelling != other.dwelling and self.unit == other.unit and bool(self.lists & other.lists) and not by_lease


def number_rivals(given: Iterable[tuple[str, str]], questions: Sequence[Question]) -> Mapping[int, tuple[NumberRival, ...]]:
    """Place in `given` of each unit number that another home of the same list at the address is given too, or has.

    given: question id and answer's code. questions: of the night; an answer in force counts unless a new one is given.
    """
    known = {question.id: question for question in questions if question.takes_unit}
    answers = [(at, known[name], code) for at, (name, code) in enumerate(given) if name in known and code]
    if not answers:
        return {}
    replaced = {question.id for _, question, _ in answers}
    asked_here = {question.building for _, question, _ in answers}
    before = [
        (None, question, question.unit_given)
        for question in known.values()
        if question.unit_given and question.id not in replaced and question.building in asked_here
    ]
    by_building: dict[str | None, list[_Numbered]] = {}
    for at, question, unit in [*((at, question, unit_of(question.answer(code))) for at, question, code in answers), *before]:
        if unit:
            numbered = _Numbered(question.dwelling, unit, _lists(question), _lease(question.ours), at)
            by_building.setdefault(question.building, []).append(numbered)
    # A home whose own number is in doubt has none yet.
    in_doubt = {question.dwelling for question in known.values()}
    rivals = {}
    for at, question, _ in answers:
        group = by_building.get(question.building, [])
        mine = next((numbered for numbered in group if numbered.at == at), None)
        if mine is None:
            continue
        sure = [there for there in question.units_there if there.name not in in_doubt]
        group = [*group, *(_Numbered(there.name, there.unit, frozenset(there.sources), there.lease, None) for there in sure)]
        beside = [numbered for numbered in group if mine.excludes(numbered)]
        if beside:
            rivals[at] = tuple(NumberRival(numbered.dwelling, numbered.at) for numbered in beside)
    return rivals


def number_given(question: Question, record: Record) -> Answer | None:
    """The unit number that somebody wrote for the question's rows, as an answer; None where a night has used it, and asks all the same."""
    for key in number_keys(question):
        row = record.last.get(key)
        unit = str(json.loads(row["value"])) if row and row["verdict"] == DecisionKind.VALUE and row["value"] else None
        if unit and unit != question.ours.get("bruksenhetsnummer"):
            answer = question.answer(f"{DecisionKind.VALUE.value}:{json.dumps(unit)}")
            return answer if answer and in_force(record, [answer]) else None
    return None


def number_keys(question: Question) -> set[tuple[str, ...]]:
    """What decisions about the unit number of the question's rows are keyed by: that of the first row stands for all."""
    answer = (
        unit_answer([(f"{row.source}:{row.key}", row.values) for row in question.rows[:1]], "H0101")
        if question.takes_unit and question.rows
        else None
    )
    return {answer.question} if answer else set()


def unit_of(answer: Answer | None) -> str | None:
    """The unit number that the answer gives."""
    if answer is None or answer.verdict != DecisionKind.VALUE or answer.field != "bruksenhetsnummer" or not answer.value:
        return None
    return str(json.loads(answer.value))


def _lists(question: Question) -> frozenset[str]:
    return frozenset(row.source for row in question.rows)


def _lease(values: Mapping[str, Any]) -> str | None:
    lease = values.get("ekstra_referanse")
    return str(lease) if lease else None
