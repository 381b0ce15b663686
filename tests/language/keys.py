"""What a language has, key by key."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from typing import Any

from language import DEFAULT, Texts, in_language

Found = str | list[str]


def texts_of(texts: Texts) -> dict[str, Found]:
    """Key -> text, or list of texts, of one language without its fallback."""
    return dict(_below("", texts.groups))


def _below(key: str, value: Any) -> Iterator[tuple[str, Found]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _below(f"{key}.{name}".lstrip("."), inner)
    else:
        yield key, value


def missing_in(texts: Texts) -> set[str]:
    """Keys of bokmål that a language has no text for. A list that is shorter lacks its key too."""
    asked, given = texts_of(in_language(DEFAULT)), texts_of(texts)
    return {key for key, text in asked.items() if not given.get(key) or _shape(given[key]) != _shape(text)}


def _shape(value: Found) -> int | None:
    return len(value) if isinstance(value, list) else None


def blanks_in(value: Found) -> set[tuple[str, str]]:
    """Blanks of a text, each with the group of words that it names."""
    together = value if isinstance(value, str) else " ".join(value)
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(together) if name is not None}
