"""The page of everything that is answered, and its undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from desk.case_words import decided_in_short, title_of
from desk.night_view import Case, NightView
from desk.paging import Paged
from desk.rendering import common, desk_templates
from desk.visitor import Visitor
from reconciliation.decisions.question import Question

Answered = tuple[Case, Question]


def answered_of(mine: Sequence[Case]) -> list[Answered]:
    """Every question of these cases that is answered, newest first."""
    answered = [(case, question) for case in mine for question in case.every if question.decided is not None]
    return sorted(answered, key=lambda pair: _moment(pair[1]), reverse=True)


def answers_page(view: NightView, shown: Paged[Answered], visitor: Visitor, token: str, *, undone: bool) -> str:
    """What is answered, newest first, with who and when."""
    return (
        desk_templates()
        .get_template("answers.html.j2")
        .render(
            **common(view, visitor, token, "answers"),
            answered=[(case, question, title_of(case), decided_in_short(question, view)) for case, question in shown.items],
            pages=shown.links({}),
            undone=undone,
        )
    )


def _moment(question: Question) -> datetime:
    found: datetime = (question.decided or {}).get("decided", datetime.min.replace(tzinfo=UTC))
    return found
