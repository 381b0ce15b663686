"""How the pages are rendered: every value escaped, an undefined name is an error, styles and scripts inserted unescaped."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from language import counted, day, number, percent, rendered, short_day, text, texts, word_for
from reporting.sparkline import sparkline

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='7' fill='%23116073'/%3E"
    "%3Cpath d='M6 17 16 8l10 9v9H19v-6h-6v6H6z' fill='%23fff'/%3E%3C/svg%3E"
)
"""The house that the browser shows in its tab."""


@cache
def report_templates() -> Environment:
    """Templates with every value escaped, in which an undefined name is an error."""
    made = Environment(
        loader=PackageLoader("reporting"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(icon=ICON, language=lambda: texts().language, say=text, counted=counted, word_for=word_for, sparkline=sparkline)
    made.filters.update(number=number, day=day, short_day=short_day, percent=percent, rendered=rendered)
    return made
