"""One unit number given to two homes of one list: neither answer can be stored, since each of the two homes has a number of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciliation.decisions.question import Question
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
        (None, question, question.decided_code)
        for question in known.values()
        if question.decided and question.id not in replaced and question.building in asked_here
    ]
    by_building: dict[str | None, list[_Numbered]] = {}
    for at, question, code in [*answers, *before]:
        unit = _unit_of(question, code)
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


def _unit_of(question: Question, code: str) -> str | None:
    answer = question.answer(code)
    if answer is None or answer.verdict != DecisionKind.VALUE or not answer.value:
        return None
    return str(json.loads(answer.value))


def _lists(question: Question) -> frozenset[str]:
    return frozenset(row.source for row in question.rows)


def _lease(values: Mapping[str, Any]) -> str | None:
    lease = values.get("ekstra_referanse")
    return str(lease) if lease else None
