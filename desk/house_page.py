"""The page of one house: every flat that is asked about there, each source's row beside the other, answered as a whole."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from desk.case import Case
from desk.case_words import reason_in_words
from desk.my_cases import cases_for
from desk.night_view import NightView
from desk.rendering import common, desk_templates
from desk.visitor import Visitor
from language import short_day, text
from reconciliation.decisions.answer_checks import AnswerOutcome, CheckedAnswer, GivenAnswer
from reconciliation.decisions.question import CHOOSING, CandidateKind, Question
from reconciliation.identifiers import parse_unit
from reconciliation.model.known_decisions import DecisionKind
from reporting.asked_in_words import source_titles
from reporting.clarifications import Shown, Side, shown_questions
from reporting.dwelling_sources import FIELDS
from reporting.offered_answers import shown_value

GOOD = (AnswerOutcome.STORED, AnswerOutcome.ALREADY, AnswerOutcome.BLANK)
"""Of each answer of a house, when all of them are stored."""


@dataclass(frozen=True, slots=True)
class FlatAsked:
    """One question of the house. answers: label -> code. fault: why its answer was not stored."""

    question: Question
    answers: Mapping[str, str]
    decided: str | None
    fault: str | None


@dataclass(frozen=True, slots=True)
class HouseLine:
    """One line of the house's table: a source's row of a dwelling, or an entry of Kobo. name: of the dwelling or entry. number: of those,
    from 1; several lines of one dwelling have the same. values: as people read them. asked: with the first line of its dwelling."""

    number: int
    name: str
    who: str
    values: Mapping[str, str]
    asked: FlatAsked | None = None


def house_page(
    view: NightView, cases: Sequence[Case], visitor: Visitor, token: str, taken: Sequence[CheckedAnswer] = (), stored: int | None = None
) -> str:
    """cases: of the house. taken: what became of answers of which none was stored, since one did not fit. stored: how many just were."""
    faults = {answer.given.question_id: _fault(answer) for answer in taken if answer.outcome not in GOOD}
    asked = [question for case in cases for question in case.questions if question.about in CHOOSING]
    lines = _lines(asked, view, faults)
    filled = [name for name in FIELDS if any(line.values[name] for line in lines)]
    shared = [name for name in filled if len({line.values[name] for line in lines}) == 1]
    mine = cases_for(view, visitor).by_dwelling
    refused = [answer.given.answer for answer in taken if answer.outcome is AnswerOutcome.DOUBLED]
    doubled = sorted({parse_unit(unit.removeprefix("value:")) or "" for unit in refused})
    return (
        desk_templates()
        .get_template("house.html.j2")
        .render(
            **common(view, visitor, token, "house"),
            title=_address(cases[0]),
            house=cases[0].house,
            shared=[(name, lines[0].values[name]) for name in shared],
            fields=[name for name in filled if name not in shared],
            lines=lines,
            linked={line.name for line in lines if line.name in mine},
            why=_why(lines),
            units=_official(asked),
            fills_unit=any(question.fills_unit and question.decided is None for question in asked),
            given={answer.given.question_id: answer.given.answer for answer in taken},
            refused=bool(faults),
            doubled=doubled,
            stored=stored,
        )
    )


def _lines(asked: Sequence[Question], view: NightView, faults: Mapping[str, str]) -> list[HouseLine]:
    """Every dwelling of the house once, those that are asked about first, then what they are compared with."""
    names = [*(question.dwelling for question in asked), *(beside.name for question in asked for beside in question.candidates)]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names), start=1)}
    lines_by_dwelling: dict[str, list[HouseLine]] = {}
    others: dict[str, HouseLine] = {}
    for question in asked:
        shown = shown_questions(question, view.municipality, view.sources)
        own = len(shown.sides) - len(question.candidates)
        lines = [HouseLine(numbers[question.dwelling], question.dwelling, side.who, _values(side)) for side in shown.sides[:own]]
        row = question.decided
        decided = text("desk_house.decided", by=row["decided_by"], day=short_day(row["decided"].date())) if row else None
        flat = FlatAsked(question, _answers(question, shown, numbers), decided, faults.get(question.id))
        if question.dwelling in lines_by_dwelling:  # a second question about it
            lines_by_dwelling[question.dwelling].append(replace(lines[0], asked=flat))
        else:
            lines_by_dwelling[question.dwelling] = [replace(lines[0], asked=flat), *lines[1:]]
        for beside, side in zip(question.candidates, shown.sides[own:], strict=True):
            ours = source_titles(view.municipality, view.sources.get(beside.name, ()))
            who = text("clarifications.kobo") if beside.kind is CandidateKind.ENTRY else text("clarifications.ours", sources=ours)
            others.setdefault(beside.name, HouseLine(numbers[beside.name], beside.name, who, _values(side)))
    return [line for name in numbers for line in lines_by_dwelling.get(name) or [others[name]]]


def _answers(question: Question, shown: Shown, numbers: Mapping[str, int]) -> dict[str, str]:
    """Label -> code; another dwelling of the house is named by its number in the table."""
    answers = {}
    for label, code in shown.answers.items():
        chosen = question.candidate(code)
        key = "copy_of" if chosen is not None and chosen.kind is CandidateKind.COPIED else "same_as"
        number = numbers.get(chosen.name) if chosen is not None else None
        answers[label if number is None else text(f"desk_house.{key}", number=number)] = code
    return answers


def _why(lines: Sequence[HouseLine]) -> list[tuple[str, str]]:
    """(numbers, reason): each reason for asking once, with the numbers of the dwellings that it is about."""
    numbers_by_reason: dict[str, list[int]] = {}
    for line in lines:
        if line.asked:
            numbers_by_reason.setdefault(reason_in_words(line.asked.question), []).append(line.number)
    return [(", ".join(str(number) for number in dict.fromkeys(numbers)), why) for why, numbers in numbers_by_reason.items()]


def _official(asked: Sequence[Question]) -> list[str]:
    """Unit numbers that the official register has at the address, where the answers are those."""
    answers = [answer for question in asked if question.only_units for answer in question.answers]
    offered = {answer.value for answer in answers if answer.verdict == DecisionKind.VALUE}
    return sorted(str(json.loads(value)) for value in offered if value)


def given_in(form: Mapping[str, str], cases: Sequence[Case], by: str) -> list[GivenAnswer]:
    """The form's answers, one for each question of the house that it holds: what is chosen, or else what is written."""
    given = []
    for question in (question for case in cases for question in case.questions):
        if f"grunnlag.{question.id}" not in form:
            continue
        chosen, written = form.get(f"svar.{question.id}", ""), form.get(f"verdi.{question.id}", "").strip()
        # Both at once is no answer: either may be meant.
        answer = f"{chosen} + {written}" if chosen and written else chosen or written
        given.append(GivenAnswer(question.id, answer, by, form.get("hvorfor", "").strip(), form[f"grunnlag.{question.id}"]))
    return given


def _address(case: Case) -> str:
    ours = case.every[0].ours
    return f"{ours['adressenavn']} {ours['nummer']}{ours.get('bokstav') or ''}"


def _values(side: Side) -> dict[str, str]:
    values: dict[str, Any] = {name: side.values.get(name) for name in FIELDS}
    return {name: "" if value in (None, "") else shown_value(value) for name, value in values.items()}


def _fault(answer: CheckedAnswer) -> str:
    return text(f"desk_outcomes.{answer.outcome.value}", when="", by=answer.by)
