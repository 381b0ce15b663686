"""The burn-up curve as inline SVG. Colours are the page's own variables, so that dark mode and print need no second picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
from markupsafe import Markup, escape

from language import day, number, text, texts
from reporting.forecast import Forecast, planned
from reporting.night_report import NightResult
from reporting.progress_curve import curve

Point = tuple[float, float]
SIZES = {"wide": (960, 400), "narrow": (400, 340)}
LATEST = 200
"""Days after today that the picture shows of a forecast at most."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing area in pixels, and the dates and dwellings it spans."""

    width: int
    height: int
    start: date
    end: date
    top_value: float
    left: int = 44
    right: int = 14
    top: int = 34
    bottom: int = 30

    def x(self, when: date) -> float:
        """Pixels from the left edge of that date."""
        share = (when - self.start).days / max(1, (self.end - self.start).days)
        return self.left + share * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        """Pixels from the top edge of that number of dwellings."""
        # A forecast outside the picture is drawn along its edge, not over the text above it.
        share = min(value, self.top_value) / self.top_value
        return self.height - self.bottom - share * (self.height - self.top - self.bottom)

    def point(self, when: date, value: float) -> Point:
        """(x, y) in pixels."""
        return self.x(when), self.y(value)


def burnup(result: NightResult, foreseen: Forecast) -> Markup:
    """A wide picture and one for phones; the page shows one of them. Empty when no night is known."""
    points = curve(result.history, result.as_of)
    if points.is_empty():
        return Markup("")
    return Markup("").join(picture(result, foreseen, points, size) for size in ("wide", "narrow"))


def describe(points: pl.DataFrame) -> str:
    """The curve in words, at most six of its points."""
    rows = points.rows(named=True)
    step = max(1, math.ceil(len(rows) / 5))
    chosen = [*rows[:-1:step], rows[-1]]
    words = [
        text("curve.description_point", date=day(row["as_of"]), in_register=number(row["in_register"]), in_scope=number(row["in_scope"]))
        for row in chosen
    ]
    return text("curve.description", start=day(rows[0]["as_of"]), end=day(rows[-1]["as_of"]), points="; ".join(words))


def picture(result: NightResult, foreseen: Forecast, points: pl.DataFrame, name: str) -> Markup:
    """One of SIZES. points: CURVE, at least one night."""
    width, height = SIZES[name]
    frame = _frame(result, foreseen, points, width, height)
    nights = points.rows(named=True)
    scope, registered, in_sync = (
        [frame.point(row["as_of"], row[column]) for row in nights] for column in ("in_scope", "in_register", "in_sync")
    )
    deadline, today = result.municipality.deadline, result.as_of
    counted = planned(result.municipality)
    ground = frame.y(0)
    parts = [
        *_grid(frame),
        _area(foreseen, frame, nights[-1]),
        _shape("area", [*registered, (registered[-1][0], ground), (registered[0][0], ground)]),
        _line("baseline", [frame.point(frame.start, counted), frame.point(frame.end, counted)]) if counted else "",
        _line("required", [frame.point(result.municipality.started, 0), frame.point(deadline, nights[-1]["in_scope"])]),
        _line("scope", [*scope, (frame.x(frame.end), scope[-1][1])]),
        _line("median", _median(foreseen, frame, nights[-1])),
        _line("sync", in_sync),
        _line("registered", registered),
        *(
            f'<circle class="c-dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
            for x, y in (registered if len(registered) <= 40 else registered[-1:])
        ),
        *_marks(frame, deadline, today),
    ]
    label = f'<title id="curve-{name}-t">{escape(text("curve.title"))}</title><desc id="curve-{name}-d">{escape(describe(points))}</desc>'
    opening = f'<svg class="curve {name}" role="img" viewBox="0 0 {width} {height}" aria-labelledby="curve-{name}-t curve-{name}-d">'
    return Markup(f"{opening}{label}{''.join(parts)}</svg>")  # noqa: S704 - every text in it is escaped above


def _frame(result: NightResult, foreseen: Forecast, points: pl.DataFrame, width: int, height: int) -> Frame:
    municipality = result.municipality
    start = min(municipality.started, points["as_of"][0])
    foreseen_end = foreseen.band[-1][0] if foreseen.band else result.as_of
    end = max(municipality.deadline, result.as_of, min(foreseen_end, result.as_of + timedelta(days=LATEST)))
    end += timedelta(days=max(3, (end - start).days // 25))
    tallest = max(int(points["in_scope"].max() or 1), planned(municipality) or 0, 1)  # type: ignore[arg-type]
    return Frame(width, height, start, end, tallest * 1.1)


def _grid(frame: Frame) -> list[str]:
    lines = []
    step = _round_step(frame.top_value / 6)
    for value in range(0, int(frame.top_value) + 1, step):
        y = frame.y(value)
        lines.append(f'<line class="c-grid" x1="{frame.left}" x2="{frame.width - frame.right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text class="c-label" x="{frame.left - 8}" y="{y + 4:.1f}" text-anchor="end">{number(value)}</text>')
    for when in _month_starts(frame):
        x = frame.x(when)
        name = texts().month(when)[:3] + (f" {when.year}" if when.month == 1 else "")
        lines.append(
            f'<line class="c-tick" x1="{x:.1f}" x2="{x:.1f}" y1="{frame.height - frame.bottom}" y2="{frame.height - frame.bottom + 5}"/>'
        )
        lines.append(f'<text class="c-label" x="{x + 4:.1f}" y="{frame.height - 10}">{name}</text>')
    return lines


def _round_step(least: float) -> int:
    """1, 2, 5, 10, 20, 50 ...: the first that is at least `least`."""
    power = 10 ** max(0, math.floor(math.log10(max(least, 1))))
    return int(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least))


def _month_starts(frame: Frame) -> list[date]:
    months = [date(year, month, 1) for year in range(frame.start.year, frame.end.year + 1) for month in range(1, 13)]
    inside = [when for when in months if frame.start <= when and frame.x(when) < frame.width - frame.right - 24]
    return inside[:: max(1, math.ceil(len(inside) * 62 / (frame.width - frame.left - frame.right)))]


def _band(foreseen: Forecast, frame: Frame) -> list[tuple[date, float, float, float]]:
    return [point for point in foreseen.band if point[0] <= frame.end]


def _area(foreseen: Forecast, frame: Frame, last: dict[str, int]) -> str:
    band = _band(foreseen, frame)
    if not band:
        return ""
    start = frame.point(last["as_of"], last["in_register"])  # type: ignore[arg-type]
    high = [frame.point(when, top) for when, _, _, top in band]
    low = [frame.point(when, bottom) for when, bottom, _, _ in band]
    return _shape("band", [start, *high, *reversed(low)])


def _median(foreseen: Forecast, frame: Frame, last: dict[str, int]) -> list[Point]:
    band = _band(foreseen, frame)
    start = frame.point(last["as_of"], last["in_register"])  # type: ignore[arg-type]
    return [start, *(frame.point(when, middle) for when, _, middle, _ in band)] if band else []


LABELS_APART = 180
"""Two labels with their years, one of them moved in from the edge, do not touch from here."""


def _marks(frame: Frame, deadline: date, today: date) -> list[str]:
    """Deadline and today, as upright lines; when their labels would touch, each goes to its own side."""
    close = abs(frame.x(deadline) - frame.x(today)) < LABELS_APART
    marks = []
    for name, when, label in (
        ("today", today, text("curve.today", date=day(today, today.year))),
        ("deadline", deadline, text("curve.deadline", date=day(deadline, today.year))),
    ):
        x = frame.x(when)
        first = (when <= deadline) if name == "today" else (when < today)
        anchor = ("end" if first else "start") if close else "middle"
        if x < frame.left + 60:
            anchor = "start"
        elif x > frame.width - frame.right - 60:
            anchor = "end"
        marks.append(f'<line class="c-{name}" x1="{x:.1f}" x2="{x:.1f}" y1="{frame.top - 8}" y2="{frame.height - frame.bottom}"/>')
        # Two labels side by side at one height need room for both, which there is not at the edge.
        below = 16 if close and name == "deadline" else 0
        shift = {"end": -4, "start": 4, "middle": 0}[anchor]
        y = frame.top - 20 + below
        marks.append(f'<text class="c-mark c-mark-{name}" x="{x + shift:.1f}" y="{y}" text-anchor="{anchor}">{escape(label)}</text>')
    return marks


def _line(name: str, points: Sequence[Point]) -> str:
    return f'<polyline class="c-{name}" points="{_joined(points)}"/>' if len(points) > 1 else ""


def _shape(name: str, points: Sequence[Point]) -> str:
    return f'<polygon class="c-{name}" points="{_joined(points)}"/>'


def _joined(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
