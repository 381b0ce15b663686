"""Why a write was not done, or is not known to be, for data owners to read."""

from __future__ import annotations

from collections.abc import Iterable

from language import message, stored
from language.messages import Value

OWN_FAULT = "own_fault"
OWN_FAULT_NOT_ARRIVED = "own_fault_not_arrived"
"""The same, after Kobo was asked: the change is not there."""


def unwritten(code: str, **values: Value) -> str:
    """What an outcome's `message` holds: the text `unwritten.<code>`, to be rendered by whoever shows it."""
    return stored(message(f"unwritten.{code}", **values))


def own_faults(messages: Iterable[str | None]) -> int:
    """How many of the outcomes' messages say that kobosync itself failed."""
    ours = (unwritten(OWN_FAULT), unwritten(OWN_FAULT_NOT_ARRIVED))
    return sum(1 for content in messages if content in ours)
