"""The options of a filter as HTML: made once for a list, since a big municipality has a thousand streets, and marked for each request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from markupsafe import Markup

Pairs: TypeAlias = Iterable[tuple[str, str]]
"""(value, title) of each option."""


def options(pairs: Pairs) -> Markup:
    """An option for each, none of them chosen."""
    return Markup("\n").join(Markup('<option value="{}">{}</option>').format(value, title) for value, title in pairs)


def with_chosen(made: Markup, value: str | None) -> Markup:
    """The same with that value's option chosen, if there is one. made: of `options`."""
    if not value:
        return made
    before, option, behind = made.partition(Markup('<option value="{}"').format(value))
    return before + option + Markup(" selected") + behind if option else made
