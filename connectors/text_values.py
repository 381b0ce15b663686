"""Values of databases and services as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any


def as_texts(values: Sequence[Any]) -> Sequence[str | None]:
    """A column of them; one that is text already is handed back as it is."""
    if {type(value) for value in values} <= {str, type(None)}:
        return values
    return [as_text(value) for value in values]


def as_text(value: Any) -> str | None:
    """A database's or a service's value as text, the same way every night: ISO dates, decimal point, no needless `.0`."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)
