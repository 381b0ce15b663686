"""Every word of the reports, from texts.yaml beside this file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from reconciliation.model import safe_yaml
from reporting.norwegian import count


@cache
def texts() -> dict[str, Any]:
    """The file as nested dicts."""
    content: dict[str, Any] = safe_yaml.load((files("reporting") / "texts.yaml").read_text(encoding="utf-8"))
    return content


def say(key: str, **values: object) -> str:
    """The text at `key` ("headline.done") with its blanks filled. Raises KeyError when it, or a blank's value, is missing."""
    found = _at(key)
    if not isinstance(found, str):
        raise KeyError(key)
    return found.format_map(values)


def word_for(group: str, code: str | None) -> str:
    """The text of a code in a group of codes; a code nobody gave words to is shown as it is."""
    known: dict[str, str] = _at(group)
    return known.get(code or "", (code or "").replace("_", " "))


def counted(value: int, noun: str) -> str:
    """1 bolig, 2 boliger: `noun` is a key of `nouns`."""
    one, many = _at(f"nouns.{noun}")
    return count(value, one, many)


def _at(key: str) -> Any:
    found: Any = texts()
    for part in key.split("."):
        found = found[part]
    return found
