"""Why a write was not done, or is not known to be, for data owners to read."""

from __future__ import annotations

from language import message, stored
from language.messages import Value


def unwritten(code: str, **values: Value) -> str:
    """What an outcome's `message` holds: the text `unwritten.<code>`, to be rendered by whoever shows it."""
    return stored(message(f"unwritten.{code}", **values))
