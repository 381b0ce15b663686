"""Why a write was not done, or is not known to be, for data owners to read."""

from __future__ import annotations

from collections.abc import Iterable

from language import message, stored
from language.messages import Value

OWN_FAULT = "own_fault"


def unwritten(code: str, **values: Value) -> str:
    """What an outcome's `message` holds: the text `unwritten.<code>`, to be rendered by whoever shows it."""
    return stored(message(f"unwritten.{code}", **values))


def own_faults(messages: Iterable[str | None]) -> int:
    """How many of the outcomes' messages say that kobosync itself failed."""
    return sum(1 for content in messages if content == unwritten(OWN_FAULT))
