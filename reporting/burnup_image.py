"""The burn-up curve as a picture that carries its own colours, for places that know nothing of the page."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

from markupsafe import escape

from reporting.burnup import SIZES, describe, picture
from reporting.curve import curve
from reporting.forecast import Forecast
from reporting.night import NightResult

MOST_POINTS = 60
"""A line through more points looks no different at this size, and the picture is kept with every night."""
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
    standing = drawn.replace("<svg ", opening, 1).replace("</desc>", f"</desc>{ground}", 1)
    return f"![{words}](data:image/svg+xml;base64,{base64.b64encode(standing.encode()).decode()})"


def _places(many: int) -> Sequence[int]:
    """Evenly thinned to MOST_POINTS, the last one always among them."""
    step = max(1, math.ceil(many / MOST_POINTS))
    return sorted({*range(0, many, step), *([many - 1] if many else [])})


@cache
def _style() -> str:
    """The page's rules of the curve, by its light colours: a picture cannot ask the page for them."""
    sheet = (files("reporting") / "templates" / "style.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--([a-z-]+): ([^;]+);", sheet[: sheet.index("@media")]))
    rules = re.findall(r"\.c-[^{}]*\{[^}]*\}", sheet)
    return _LEGEND + re.sub(r"var\(--([a-z-]+)\)", lambda found: light[found[1]], "".join(rules))
