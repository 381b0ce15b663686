"""How the desk's templates are rendered, and the values that every page gets."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from desk.filter_options import with_chosen
from desk.night_view import NightView
from desk.visitor import Visitor
from language import counted, day, number, rendered, short_day, text, texts, word_for
from reporting.stop_causes import cause


@cache
def desk_templates() -> Environment:
    """Templates with every value escaped, in which an undefined name is an error."""
    made = Environment(
        loader=PackageLoader("desk"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(language=lambda: texts().language, say=text, counted=counted, word_for=word_for, cause=cause, rendered=rendered)
    made.filters.update(number=number, day=day, short_day=short_day, with_chosen=with_chosen)
    return made


def common(view: NightView, visitor: Visitor, token: str, here: str) -> dict[str, Any]:
    """What the layout needs. here: the page's name in the menu."""
    return {
        "municipality": view.municipality,
        "as_of": view.as_of,
        "lacks": "" if view.as_of else text(f"desk_empty.{view.lacks}"),
        "running": view.running,
        "visitor": visitor,
        "token": token,
        "here": here,
    }


def refusal_page(key: str) -> str:
    """A page that says why there is nothing to see, and what to do."""
    return desk_templates().get_template("refused.html.j2").render(why=text(f"desk_refused.{key}"))
