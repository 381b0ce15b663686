"""One field of a question on every side: does it differ, is it equal, or is there nothing to compare?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reconciliation.decisions.question import Question
from reporting.clarifications import Shown
from reporting.offered_answers import shown_value


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field of every side. same: None when nothing can be compared."""

    field: str
    values: tuple[str, ...]
    same: bool | None


def compared_field(name: str, seen: Shown, question: Question) -> ComparedField:
    """The dwelling's own rows are compared with each other and with the candidates. A side without a value does not differ, unless the
    field is the very one that is asked about."""
    values = tuple(_cell(side.values.get(name)) for side in seen.sides)
    written = [value.casefold() for value in values if value]
    if len(set(written)) > 1:
        same: bool | None = False
    elif question.candidates:
        same = seen.agrees.get(name)
    else:
        same = True if len(written) > 1 else None
    asked = name == question.field and len(values) > 1 and same is None
    return ComparedField(name, values, False if asked else same)


def _cell(value: Any) -> str:
    return "" if value in (None, "") else shown_value(value)
