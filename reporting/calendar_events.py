"""The dates that matter, in order: the deadline, the forecast, and the matrikkel's own closing days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from language import counted, text
from reporting.forecast import Forecast
from reporting.night_report import NightResult

FREEZE = date(2023, 12, 15)
"""Matrikkelen was closed from 15 December 2023 at 18:00 until the renumbering of 1 January 2024."""
REOPEN = date(2024, 1, 1)
NEAR = timedelta(days=60)
"""Closing days are mentioned from this many days before them, and for deadlines no farther away."""


@dataclass(frozen=True, slots=True)
class Event:
    """One date of the calendar as the page shows it. distance: days from tonight, in words."""

    when: date
    title: str
    note: str
    distance: str
    kind: str


def events(result: NightResult, foreseen: Forecast) -> list[Event]:
    """Sorted by date; "today" among them."""
    municipality, today = result.municipality, result.as_of
    dates = [
        (municipality.started, text("calendar.started"), "", "past"),
        (today, text("calendar.today"), "", "today"),
        (municipality.deadline, text("calendar.deadline"), "", "deadline"),
    ]
    if foreseen.forecast_date and foreseen.remaining:
        dates.append((foreseen.forecast_date, text("calendar.forecast"), text("calendar.forecast_note"), "forecast"))
    if abs(municipality.deadline - FREEZE) <= NEAR or FREEZE - NEAR <= today <= REOPEN:
        dates.append((FREEZE, text("calendar.freeze"), text("calendar.freeze_note"), "freeze"))
        dates.append((REOPEN, text("calendar.reopen"), text("calendar.reopen_note"), "freeze"))
    return [Event(when, title, note, distance(when, today), kind) for when, title, note, kind in sorted(dates, key=lambda event: event[0])]


def distance(when: date, today: date) -> str:
    """om 13 dager, for 2 dager siden; empty for today."""
    days = (when - today).days
    if days == 0:
        return ""
    return text("calendar.in_days" if days > 0 else "calendar.ago", days=counted(abs(days), "dag"))
