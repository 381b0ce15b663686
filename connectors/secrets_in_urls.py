"""Replaces `${NAME}` by the environment's value, and hides those values in messages."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from connectors.read_faults import SourceFault

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_HIDDEN = "***"


def fill_in(text: str, setting: str) -> tuple[str, tuple[str, ...]]:
    """The text with its variables filled in, and the values that must stay hidden. Raises SourceFault for one not set."""
    hidden: list[str] = []

    def value(match: re.Match[str]) -> str:
        secret = os.environ.get(match.group(1))
        if secret is None:
            raise SourceFault("variable_missing", variable=match.group(1), setting=f"`{setting}`")
        hidden.append(secret)
        return secret

    return _VARIABLE.sub(value, text), tuple(hidden)


def with_values_hidden(text: str, hidden: Sequence[str]) -> str:
    """The text with each hidden value, longest first, and anything between `://user:` and `@` replaced."""
    for secret in sorted(filter(None, hidden), key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    text = re.sub(r"(://[^:/@\s]*:)[^@\s]+@", rf"\1{_HIDDEN}@", text)
    return re.sub(r"(?i)\b(pwd|password|passwd|token|secret|api_?key)(\s*[=:]\s*)[^\s;&,]+", rf"\1\2{_HIDDEN}", text)
