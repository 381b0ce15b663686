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


def _below(key: str, found: Any) -> Iterator[tuple[str, Found]]:
    if isinstance(found, Mapping):
        for name, inner in found.items():
            yield from _below(f"{key}.{name}".lstrip("."), inner)
    else:
        yield key, found


def missing_in(texts: Texts) -> set[str]:
    """Keys of bokmål that a language has no text for. A list that is shorter lacks its key too."""
    asked, given = texts_of(in_language(DEFAULT)), texts_of(texts)
    return {key for key, found in asked.items() if not given.get(key) or _shape(given[key]) != _shape(found)}


def _shape(found: Found) -> int | None:
    return len(found) if isinstance(found, list) else None


def blanks_in(found: Found) -> set[tuple[str, str]]:
    """Blanks of a text, each with the group of words that it names."""
    together = found if isinstance(found, str) else " ".join(found)
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(together) if name is not None}
