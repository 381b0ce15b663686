"""The page of one dwelling: each question with its sides, what each answer leads to, where its rows are and what has happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from desk.case import Case
from desk.case_words import decided_in_short, owner_in_words, title_of, to_the_point
from desk.my_cases import cases_for
from desk.night_view import NightView
from desk.place_words import place_in_words
from desk.rejected_pages import rejected_rows
from desk.rendering import common, desk_templates
from desk.side_by_side import ComparedField, compared_field
from desk.visitor import Visitor
from language import text
from reconciliation.decisions.answer_checks import AnswerOutcome
from reconciliation.decisions.answer_choices import SPLIT
from reconciliation.decisions.question import CHANGED, ENTRY, MATCH, MERGE, UNIT, WARNING, CandidateKind, Question
from reporting.clarifications import Shown, shown_questions
from reporting.dwelling_sources import FIELDS

STORED = (AnswerOutcome.STORED, AnswerOutcome.ALREADY)
"""The answer is in force."""
OTHER_VALUE = "annen"
"""The answer "another value", which is written in a field of its own; of a warning the day until which it is right."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer as a button. consequence: what it leads to in Kobo and in the sources, spelt out before it is given."""

    code: str
    label: str
    consequence: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question on the page of its case. asked: the question itself. why: what makes it one; may be empty. decided: the answer in
    force, in words; None while open. rejected: (id, place) of rejected rows at the address that the visitor may open."""

    question: Question
    shown: Shown
    asked: str
    why: str
    choices: tuple[Choice, ...]
    differs: tuple[ComparedField, ...]
    equal: tuple[ComparedField, ...]
    silent: tuple[ComparedField, ...]
    decided: str | None
    rejected: tuple[tuple[str, str], ...] = ()


def case_page(
    view: NightView,
    case: Case,
    visitor: Visitor,
    token: str,
    message: str | None = None,
    just_given: str = "",
    history: Sequence[tuple[str, str]] = (),
) -> str:
    """One dwelling: each question with both sides, what each answer leads to, and where the rows are.

    message: what became of the answer just given. just_given: id of its question, where that answer was stored and can be taken back.
    history: (day, what happened), newest first.
    """
    mine = cases_for(view, visitor)
    beside = len(mine.by_house.get(case.house or "", ()))
    following = mine.after(case)
    asked = [_asked(question, view, visitor) for question in case.every]
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
            just_given=just_given,
            waiting=mine.waiting,
            following=following.dwelling if following else "",
            history=history,
            house=case.house if beside > 1 else "",
            house_cases=beside,
            other_value=OTHER_VALUE,
            warning=WARNING,
        )
    )


UNDONE = "angret"
"""What `utfall` is after an undo; else it is an AnswerOutcome."""


def outcome_message(view: NightView, visitor: Visitor, outcome: str, question: Question | None) -> str | None:
    """The outcome of the answer just given, and its dwelling; that it was the last one. None when nothing was given, or the address
    was made by hand."""
    if question is None or outcome not in [UNDONE, *(known.value for known in AnswerOutcome)]:
        return None
    mine = cases_for(view, visitor)
    about = title_of(mine.by_dwelling[question.dwelling])
    if outcome == UNDONE:
        return f"{about}: {text('desk.undone')}"
    sentence = f"{about}: {_outcome(view, outcome, question)}"
    return f"{sentence} {text('desk.was_last')}" if outcome in STORED and not mine.waiting else sentence


def _outcome(view: NightView, outcome: str, question: Question) -> str:
    when = text("desk.running_night") if view.running else text("desk.next_night")
    decided = question.decided or {}
    return text(f"desk_outcomes.{outcome}", when=when, by=str(decided.get("decided_by", "")))


def _asked(question: Question, view: NightView, visitor: Visitor) -> QuestionView:
    seen = shown_questions(to_the_point(question), view.municipality, view.sources)
    compared = [compared_field(name, seen, question) for name in FIELDS if name in seen.agrees]
    filled = [field for field in compared if any(field.values)]
    asked, mark, why = seen.question.partition("? ")
    return QuestionView(
        question,
        seen,
        asked + mark.strip(),
        why,
        tuple(Choice(code, label, _consequence(question, code)) for label, code in seen.answers.items()),
        tuple(field for field in filled if field.same is False),
        tuple(field for field in filled if field.same),
        tuple(field for field in filled if field.same is None),
        decided_in_short(question, view) if question.decided else None,
        () if question.secret else _rejected(question, view, visitor),
    )


def _rejected(question: Question, view: NightView, visitor: Visitor) -> tuple[tuple[str, str], ...]:
    """(id, place in words) of the rejected rows beside the question whose pages the visitor may open."""
    rows = view.once(("rejected by place", *visitor.sight), lambda: {row.where: row for row in rejected_rows(view, visitor)})
    places = [(row.source, row.file and PurePath(row.file).name, row.sheet, row.row, row.key) for row in question.rejected]
    return tuple((rows[at].id, place_in_words(rows[at].place, view.municipality)) for at in places if at in rows)


def _consequence(question: Question, code: str) -> str:
    """What the answer leads to. A replacement names the entry that is deleted."""
    verdict, _, named = code.partition(":")
    if verdict == SPLIT:
        return text("desk_consequences.split")
    group = {CHANGED: "changed", ENTRY: MATCH, UNIT: MERGE}.get(question.about, question.about)
    if question.about == CHANGED:
        verdict = "theirs" if question.answers and code == question.answers[0].code else "ours"
    chosen = question.candidate(code)
    if chosen is not None and chosen.kind is CandidateKind.COPIED:
        return text("desk_consequences.copy")
    if chosen is not None and chosen.kind is CandidateKind.ENTRY:
        group = MATCH
    entry = question.dwelling if question.about == ENTRY else named or question.other or ""
    return text(f"desk_consequences.{group}_{verdict}", entry="" if question.secret else entry)
