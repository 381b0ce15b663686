"""The page of one dwelling: each question with its sides, what each answer leads to, where its rows are and what has happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from desk.case_words import decided_in_short, owner_in_words, title_of
from desk.night_view import Case, NightView
from desk.place_words import place_in_words
from desk.rendering import common, desk_templates
from desk.visitor import Visitor
from language import text
from reconciliation.decisions.answer_choices import SPLIT
from reconciliation.decisions.answers import AnswerOutcome
from reconciliation.decisions.question import CHANGED, ENTRY, MATCH, MERGE, UNIT, WARNING, Question
from reporting.clarifications import Shown, shown_questions
from reporting.dwelling_sources import FIELDS
from reporting.offered_answers import shown_value

OTHER_VALUE = "annen"
"""The answer "another value", which is written in a field of its own."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer as a button. consequence: what it leads to in Kobo and in the sources, spelt out before it is given."""

    code: str
    label: str
    consequence: str


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field of every side. same: None when nothing can be compared."""

    field: str
    values: tuple[str, ...]
    same: bool | None


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question on the page of its case. decided: the answer in force, in words; None while open."""

    question: Question
    shown: Shown
    choices: tuple[Choice, ...]
    differs: tuple[ComparedField, ...]
    equal: tuple[ComparedField, ...]
    silent: tuple[ComparedField, ...]
    decided: str | None


def case_page(
    view: NightView,
    case: Case,
    visitor: Visitor,
    token: str,
    message: str | None,
    house: tuple[str, int] = ("", 0),
    history: Sequence[tuple[str, str]] = (),
) -> str:
    """One dwelling: each question with both sides, what each answer leads to, and where the rows are.

    house: the case's house and how many cases it has. history: (day, what happened), newest first.
    """
    asked = [_asked(question, view) for question in case.every]
    return (
        desk_templates()
        .get_template("case.html.j2")
        .render(
            **common(view, visitor, token, "case"),
            case=case,
            title=title_of(case),
            owner=owner_in_words(view, case.owner),
            asked=sorted(asked, key=lambda question_view: (question_view.decided is not None, question_view.question.about == WARNING)),
            places=[place_in_words(place, view.municipality) for place in view.places.get(case.dwelling, ())],
            message=message,
            history=history,
            house=house[0] if house[1] > 1 else "",
            house_cases=house[1],
            other_value=OTHER_VALUE,
        )
    )


def outcome_message(view: NightView, outcome: str, question: Question | None) -> str | None:
    """What became of the answer just given; None when nothing was, or the address was made by hand."""
    if question is None or outcome not in [known.value for known in AnswerOutcome]:
        return None
    when = text("desk.running_night") if view.running else text("desk.next_night")
    decided = question.decided or {}
    return text(f"desk_outcomes.{outcome}", when=when, by=str(decided.get("decided_by", "")))


def _asked(question: Question, view: NightView) -> QuestionView:
    seen = shown_questions(question, view.municipality, view.sources)
    compared = [_compared(name, seen) for name in FIELDS if name in seen.agrees]
    filled = [field for field in compared if any(field.values)]
    return QuestionView(
        question,
        seen,
        tuple(Choice(code, label, _consequence(question, code)) for label, code in seen.answers.items()),
        tuple(field for field in filled if field.same is False),
        tuple(field for field in filled if field.same),
        tuple(field for field in filled if field.same is None),
        decided_in_short(question, view) if question.decided else None,
    )


def _compared(name: str, seen: Shown) -> ComparedField:
    return ComparedField(name, tuple(_cell(side.values.get(name)) for side in seen.sides), seen.agrees.get(name))


def _cell(value: Any) -> str:
    return "" if value in (None, "") else shown_value(value)


def _consequence(question: Question, code: str) -> str:
    """What the answer leads to. A replacement names the entry that is deleted."""
    verdict, _, named = code.partition(":")
    if verdict == SPLIT:
        return text("desk_consequences.split")
    group = {CHANGED: "changed", ENTRY: MATCH, UNIT: MERGE}.get(question.about, question.about)
    if question.about == CHANGED:
        verdict = "theirs" if question.answers and code == question.answers[0].code else "ours"
    entry = question.dwelling if question.about == ENTRY else named if question.about == MATCH and named else question.other or ""
    return text(f"desk_consequences.{group}_{verdict}", entry="" if question.secret else entry)
