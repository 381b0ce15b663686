"""The page of everything that is answered, and its undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from desk.case import Case
from desk.case_words import decided_in_short, reason_in_words, title_of
from desk.my_cases import cases_for
from desk.night_view import EarlierAnswer, NightView
from desk.paging import Paged
from desk.rendering import common, desk_templates
from desk.visitor import Visitor
from language import short_day, text
from reconciliation.decisions.question import Question
from reporting.decided_in_words import decided_in_words


@dataclass(frozen=True, slots=True)
class ListedAnswer:
    """One answer: of a question that tonight asks, or an earlier one. moment: when it was given."""

    moment: datetime
    question: Question | None = None
    case: Case | None = None
    earlier: EarlierAnswer | None = None

    @property
    def shielded(self) -> str | None:
        """The shielded dwelling that it is about; None for any other."""
        about = self.case or self.earlier
        return about.dwelling if about is not None and about.secret else None


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """An answer in words. link: dwelling that has a page. name, value: field of the form that takes it back; empty when it cannot be."""

    title: str
    link: str | None
    about: str
    decided: str
    name: str
    value: str


def earlier_for(view: NightView, visitor: Visitor) -> list[EarlierAnswer]:
    """The earlier answers that this visitor may see."""
    return view.once(
        ("earlier", *visitor.sight), lambda: [answer for answer in view.earlier if visitor.may_see(answer.owner, answer.secret)]
    )


def answered_for(view: NightView, visitor: Visitor) -> list[ListedAnswer]:
    """Every answer that this visitor may see, newest first."""
    return view.once(("answered", *visitor.sight), lambda: _answered(view, visitor))


def _answered(view: NightView, visitor: Visitor) -> list[ListedAnswer]:
    mine = cases_for(view, visitor).cases
    tonight = [ListedAnswer(_moment(question), question, case) for case in mine for question in case.every if question.decided is not None]
    earlier = [ListedAnswer(answer.row["decided"], earlier=answer) for answer in earlier_for(view, visitor)]
    return sorted([*tonight, *earlier], key=lambda answer: answer.moment, reverse=True)


def answers_page(view: NightView, shown: Paged[ListedAnswer], visitor: Visitor, token: str, *, undone: bool) -> str:
    """What is answered, newest first, with who and when."""
    return (
        desk_templates()
        .get_template("answers.html.j2")
        .render(
            **common(view, visitor, token, "answers"),
            answered=_in_words(shown.items, view, visitor),
            pages=shown.links({}),
            undone=undone,
        )
    )


def _in_words(answers: Sequence[ListedAnswer], view: NightView, visitor: Visitor) -> list[AnswerShown]:
    cases = cases_for(view, visitor).by_dwelling
    lines = []
    for answer in answers:
        if answer.question is not None and answer.case is not None:
            about, decided = reason_in_words(answer.question), decided_in_short(answer.question, view)
            lines.append(AnswerShown(title_of(answer.case), answer.case.dwelling, about, decided, "sporsmal", answer.question.id))
        elif answer.earlier is not None:
            lines.append(_earlier(answer.earlier, answer.earlier.dwelling in cases, view))
    return lines


def _earlier(answer: EarlierAnswer, has_page: bool, view: NightView) -> AnswerShown:
    link, decided = answer.dwelling if has_page else None, decided_in_words(answer.row, view.municipality)
    if answer.taken_back is None:
        return AnswerShown(answer.dwelling, link, text("desk.used"), decided, "avgjorelse", str(answer.row["decision_id"]))
    by, when = answer.taken_back
    return AnswerShown(answer.dwelling, link, text("desk.taken_back_on", by=by, day=short_day(when.date())), decided, "", "")


def _moment(question: Question) -> datetime:
    moment: datetime = (question.decided or {}).get("decided", datetime.min.replace(tzinfo=UTC))
    return moment
