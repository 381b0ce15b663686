"""The burn-up curve as a standalone image with its own colours, for use outside the page."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files

from markupsafe import escape

from language import counted, number, text
from reporting.burnup import SIZES, describe, picture
from reporting.forecast import Forecast
from reporting.night_report import NightResult
from reporting.progress_curve import curve

MOST_POINTS = 60
"""A line through more points looks no different at this size, and the picture is kept with every night."""
SHOWN_AT_ONCE = 1000
"""Dagster shows markdown of fewer characters in its table, and the rest behind a click."""
THUMBNAIL = 240, 72
"""Pixels."""
FEW_POINTS = 14
_LEGEND = ".curve text{font:13px sans-serif}"


def burnup_markdown(result: NightResult, foreseen: Forecast) -> str | None:
    """An image in markdown, some kB whatever the history, with the curve in words as its text. None when no night is known."""
    points = curve(result.history, result.as_of)
    if points.is_empty():
        return None
    words = describe(points).replace("[", "(").replace("]", ")")
    thinned = points[_places(points.height)]
    band = [foreseen.band[place] for place in _places(len(foreseen.band))]
    drawn = str(picture(result, replace(foreseen, band=tuple(band)), thinned, "wide"))
    width, height = SIZES["wide"]
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
    ground = f'<style>{escape(_style())}</style><rect width="{width}" height="{height}" fill="#fff"/>'
    image = drawn.replace("<svg ", opening, 1).replace("</desc>", f"</desc>{ground}", 1)
    return f"![{words}](data:image/svg+xml;base64,{base64.b64encode(image.encode()).decode()})"


def thumbnail_markdown(result: NightResult) -> str | None:
    """The same curve in less than SHOWN_AT_ONCE characters: scope, registered, the required line and the deadline. None without a night."""
    points = curve(result.history, result.as_of)
    if points.is_empty():
        return None
    width, height = THUMBNAIL
    municipality = result.municipality
    start = min(municipality.started, points["as_of"][0])
    days = max(1, (max(municipality.deadline, result.as_of) - start).days)
    nights = points[_places(points.height, FEW_POINTS)].rows(named=True)
    top = max(1, *(night["in_scope"] for night in nights)) * 1.1

    def at(when: date, value: float) -> str:
        return f"{round((when - start).days / days * (width - 2)) + 1} {height - round(value / top * height)}"

    def line(name: str) -> str:
        return "L".join(at(night["as_of"], night[name]) for night in nights)

    first, last = nights[0], nights[-1]
    due = at(municipality.deadline, last["in_scope"])
    parts = [
        f'<path fill="#fff" d="M0 0h{width}v{height}H0z"/>',
        f'<path fill="#cfe5e8" stroke="#116073" d="M{at(first["as_of"], 0)}L{line("in_register")}L{at(last["as_of"], 0)}"/>',
        f'<g fill="none"><path stroke="#16262b" d="M{line("in_scope")}L{due}"/>',
        f'<path stroke="#51636a" stroke-dasharray="5" d="M{at(municipality.started, 0)}L{due}"/>',
        f'<path stroke="#b3263a" d="M{due.split()[0]} 0v{height}"/></g>',
    ]
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{"".join(parts)}</svg>'
    words = text("headline.so_far", in_register=number(last["in_register"]), in_scope=counted(last["in_scope"], "utleiebolig"))
    return f"![{words}](data:image/svg+xml;base64,{base64.b64encode(drawn.encode()).decode()})"


def _places(many: int, most: int = MOST_POINTS) -> Sequence[int]:
    """Evenly thinned to `most`, the last one always among them."""
    step = max(1, math.ceil(many / most))
    return sorted({*range(0, many, step), *([many - 1] if many else [])})


@cache
def _style() -> str:
    """The page's CSS rules of the curve with the light colours filled in: an image cannot read the page's variables."""
    sheet = (files("reporting") / "templates" / "style.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--([a-z-]+): ([^;]+);", sheet[: sheet.index("@media")]))
    rules = re.findall(r"\.c-[^{}]*\{[^}]*\}", sheet)
    return _LEGEND + re.sub(r"var\(--([a-z-]+)\)", lambda variable: light[variable[1]], "".join(rules))
