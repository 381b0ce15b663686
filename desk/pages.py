"""The desk's pages as text: typed data in, HTML out. No decision is made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from desk.night_view import Case, NightView
from desk.place_words import place_in_words
from desk.rejected_pages import rejected_rows
from desk.rendering import common, desk_templates
from desk.visitor import Visitor
from language import short_day, text
from reconciliation.decisions.answer_choices import SPLIT
from reconciliation.decisions.answers import AnswerOutcome
from reconciliation.decisions.question import CHANGED, ENTRY, MATCH, MERGE, UNIT, Question
from reporting.clarifications import Shown, answer_label, labels, shown_questions, shown_value
from reporting.dwelling_sources import FIELDS
from reporting.stop_causes import cause

OTHER_VALUE = "annen"
"""The answer "another value", which is written in a field of its own."""
PAGE = 100
"""Cases on a page of the list."""


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


def refusal_page(key: str) -> str:
    """A page that says why there is nothing to see, and what to do."""
    return desk_templates().get_template("refused.html.j2").render(why=text(f"desk_refused.{key}"))


def my_list(view: NightView, mine: Sequence[Case], visitor: Visitor, token: str, wanted: Mapping[str, str]) -> str:
    """What waits for this visitor. wanted: filter -> value, as they are in the address."""
    found = [case for case in mine if _fits(case, view, wanted)]
    owners = {case.owner for case in mine if case.owner}
    return (
        desk_templates()
        .get_template("my_list.html.j2")
        .render(
            **common(view, visitor, token, "list"),
            cases=found[:PAGE],
            more=max(0, len(found) - PAGE),
            found=len(found),
            waiting=sum(case.open > 0 for case in mine),
            wanted=wanted,
            addresses={case.dwelling: _title(case, view) for case in found[:PAGE]},
            owners={owner: _owner(view, owner) for owner in sorted(owners)},
            reasons=sorted((reason, _reason(reason)) for reason in {reason for case in mine for reason in case.reasons}),
            asked={case.dwelling: cause(case.questions[0].reason, case.questions[0].details) for case in found[:PAGE]},
            sources={name: source.title for name, source in view.municipality.sources.items()},
            streets=[(street, street) for street in sorted({case.street for case in mine if case.street})],
            rejected=len(rejected_rows(view, visitor)),
        )
    )


def case_page(view: NightView, case: Case, visitor: Visitor, token: str, message: str | None, house: tuple[str, int] = ("", 0)) -> str:
    """One dwelling: each question with both sides, what each answer leads to, and where the rows are.

    house: the case's house and how many cases it has.
    """
    asked = [_question_view(question, view) for question in case.questions]
    return (
        desk_templates()
        .get_template("case.html.j2")
        .render(
            **common(view, visitor, token, "case"),
            case=case,
            title=_title(case, view),
            owner=_owner(view, case.owner),
            asked=sorted(asked, key=lambda one: one.decided is not None),
            places=[place_in_words(place, view.municipality) for place in view.places.get(case.dwelling, ())],
            message=message,
            house=house[0] if house[1] > 1 else "",
            house_cases=house[1],
            other_value=OTHER_VALUE,
        )
    )


def answers_page(view: NightView, mine: Sequence[Case], visitor: Visitor, token: str, *, undone: bool) -> str:
    """Everything that is answered, newest first, with who and when."""
    answered = [(case, question) for case in mine for question in case.questions if question.decided is not None]
    newest = sorted(answered, key=lambda pair: _moment(pair[1]), reverse=True)
    return (
        desk_templates()
        .get_template("answers.html.j2")
        .render(
            **common(view, visitor, token, "answers"),
            answered=[(case, question, _title(case, view), _decided(question, view)) for case, question in newest],
            undone=undone,
        )
    )


def _moment(question: Question) -> datetime:
    found: datetime = (question.decided or {}).get("decided", datetime.min.replace(tzinfo=UTC))
    return found


def outcome_message(view: NightView, outcome: str, question: Question | None) -> str | None:
    """What became of the answer just given; None when nothing was, or the address was made by hand."""
    if question is None or outcome not in [one.value for one in AnswerOutcome]:
        return None
    when = text("desk.running_night") if view.running else text("desk.next_night")
    decided = question.decided or {}
    return text(f"desk_outcomes.{outcome}", when=when, by=str(decided.get("decided_by", "")))


def _fits(case: Case, view: NightView, wanted: Mapping[str, str]) -> bool:
    tests: dict[str, Callable[[str], bool]] = {
        "eier": lambda value: case.owner == value,
        "grunn": lambda value: value in case.reasons,
        "kilde": lambda value: value in view.sources.get(case.dwelling, ()),
        "gate": lambda value: case.street == value,
        "vis": lambda value: (case.open == 0) == (value == "besvart"),
    }
    return all(tests[name](value) for name, value in wanted.items() if name in tests)


def _reason(code: str) -> str:
    """A reason without what it names in one case, e.g. "Ulikt" of "Ulikt: bruksenhetsnummer"."""
    return cause(code).partition(": ?")[0]


def _title(case: Case, view: NightView) -> str:
    return (
        text("page.secret") if case.secret else shown_questions(case.questions[0], view.municipality, view.sources).address or case.dwelling
    )


def _owner(view: NightView, owner: str | None) -> str:
    return view.municipality.owners[owner].title if owner in view.municipality.owners else text("desk.no_owner")


def _question_view(question: Question, view: NightView) -> QuestionView:
    seen = shown_questions(question, view.municipality, view.sources)
    compared = [_compared(name, seen) for name in FIELDS if name in seen.agrees]
    told = [one for one in compared if any(one.values)]
    return QuestionView(
        question,
        seen,
        tuple(Choice(code, label, _consequence(question, code)) for label, code in seen.answers.items()),
        tuple(one for one in told if one.same is False),
        tuple(one for one in told if one.same),
        tuple(one for one in told if one.same is None),
        _decided(question, view) if question.decided else None,
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


def _decided(question: Question, view: NightView) -> str:
    row = question.decided or {}
    codes = {code: label for label, code in labels(question, view.municipality).items()}
    label = codes.get(question.decided_code) or answer_label(row["verdict"], row["value"], question.about, view.municipality)
    return text("desk.decided", answer=label, by=row["decided_by"], day=short_day(row["decided"].date()))
