"""The page of everything that is answered, and its undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from desk.case_words import decided_in_short, title_of
from desk.night_view import Case, NightView
from desk.rendering import common, desk_templates
from desk.visitor import Visitor
from reconciliation.decisions.question import Question


def answers_page(view: NightView, mine: Sequence[Case], visitor: Visitor, token: str, *, undone: bool) -> str:
    """Everything that is answered, newest first, with who and when."""
    answered = [(case, question) for case in mine for question in case.every if question.decided is not None]
    newest = sorted(answered, key=lambda pair: _moment(pair[1]), reverse=True)
    return (
        desk_templates()
        .get_template("answers.html.j2")
        .render(
            **common(view, visitor, token, "answers"),
            answered=[(case, question, title_of(case), decided_in_short(question, view)) for case, question in newest],
            undone=undone,
        )
    )


def _moment(question: Question) -> datetime:
    found: datetime = (question.decided or {}).get("decided", datetime.min.replace(tzinfo=UTC))
    return found
