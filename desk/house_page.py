"""The page of one house: every flat that is asked about there, each source's row beside the other, answered as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desk.case import Case
from desk.night_view import NightView
from desk.rendering import common, desk_templates
from desk.visitor import Visitor
from language import short_day, text
from reconciliation.decisions.answers import AnswerOutcome, CheckedAnswer, GivenAnswer
from reconciliation.decisions.question import CHOOSING, Question
from reconciliation.identifiers import parse_unit
from reporting.clarifications import Shown, Side, shown_questions
from reporting.dwelling_sources import FIELDS
from reporting.offered_answers import shown_value

GOOD = (AnswerOutcome.STORED, AnswerOutcome.ALREADY, AnswerOutcome.BLANK)
"""Of each answer of a house, when all of them are stored."""


@dataclass(frozen=True, slots=True)
class FlatShown:
    """One question of the house. sides: who, and the value of each of the page's fields. fault: why its answer was not stored."""

    question: Question
    shown: Shown
    sides: tuple[tuple[str, tuple[str, ...]], ...]
    decided: str | None
    fault: str | None


def house_page(
    view: NightView, cases: Sequence[Case], visitor: Visitor, token: str, taken: Sequence[CheckedAnswer] = (), stored: int | None = None
) -> str:
    """cases: of the house. taken: what became of answers of which none was stored, since one did not fit. stored: how many just were."""
    faults = {answer.given.question_id: _fault(answer) for answer in taken if answer.outcome not in GOOD}
    asked = [question for case in cases for question in case.questions if question.about in CHOOSING]
    seen = [(question, shown_questions(question, view.municipality, view.sources)) for question in asked]
    fields = [name for name in FIELDS if any(side.values.get(name) not in (None, "") for _, shown in seen for side in shown.sides)]
    return (
        desk_templates()
        .get_template("house.html.j2")
        .render(
            **common(view, visitor, token, "house"),
            title=_address(cases[0]),
            house=cases[0].house,
            fields=fields,
            flats=[_flat(question, shown, fields, faults.get(question.id)) for question, shown in seen],
            chosen={answer.given.question_id: answer.given.answer for answer in taken},
            refused=bool(faults),
            doubled=doubled_units([answer.given for answer in taken]),
            stored=stored,
        )
    )


def given_in(form: Mapping[str, str], cases: Sequence[Case], by: str) -> list[GivenAnswer]:
    """The form's answers, one for each question of the house that it holds: what is chosen, or else what is written."""
    found = []
    for question in (question for case in cases for question in case.questions):
        if f"grunnlag.{question.id}" not in form:
            continue
        chosen, written = form.get(f"svar.{question.id}", ""), form.get(f"verdi.{question.id}", "").strip()
        # Both at once is no answer: nobody can know which of them was meant.
        answer = f"{chosen} + {written}" if chosen and written else chosen or written
        found.append(GivenAnswer(question.id, answer, by, form.get("hvorfor", "").strip(), form[f"grunnlag.{question.id}"]))
    return found


def doubled_units(given: Sequence[GivenAnswer]) -> list[str]:
    """Unit numbers that are written for several flats of the house, sorted."""
    units = [unit for answer in given if (unit := parse_unit(answer.answer.removeprefix("value:")))]
    return sorted({unit for unit in units if units.count(unit) > 1})


def _address(case: Case) -> str:
    ours = case.every[0].ours
    return f"{ours['adressenavn']} {ours['nummer']}{ours.get('bokstav') or ''}"


def _flat(question: Question, shown: Shown, fields: Sequence[str], fault: str | None) -> FlatShown:
    row = question.decided
    decided = text("desk_house.decided", by=row["decided_by"], day=short_day(row["decided"].date())) if row else None
    return FlatShown(question, shown, tuple((side.who, _cells(side, fields)) for side in shown.sides), decided, fault)


def _cells(side: Side, fields: Sequence[str]) -> tuple[str, ...]:
    values: list[Any] = [side.values.get(name) for name in fields]
    return tuple("" if value in (None, "") else shown_value(value) for value in values)


def _fault(answer: CheckedAnswer) -> str:
    return text(f"desk_outcomes.{answer.outcome.value}", when="", by=answer.by)
