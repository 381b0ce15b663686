"""The forecasts of past nights, compared with what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from reconciliation.model.municipality import Municipality
from reporting.forecast import ForecastState, forecast
from reporting.progress_curve import curve
from reporting.workdays import working_days_between

BEHIND = (5, 10, 20, 40)
"""Working days behind tonight of the nights that are looked at."""
_FUTURES = 200


@dataclass(frozen=True, slots=True)
class PastForecast:
    """night: when it was made. left: how many were missing then. forecast_date: the date it gave; None when it gave none.

    moving: something was cleared in the days before. cleared: the first night after on which nothing was missing; None when none was.
    left_now: missing tonight. became: the outcome: kept, late, broken or open.
    """

    night: date
    left: int
    forecast_date: date | None
    cleared: date | None
    left_now: int
    moving: bool
    became: str


def past_forecasts(history: pl.DataFrame, municipality: Municipality, as_of: date) -> list[PastForecast]:
    """The forecasts of past nights, each made from the history of its time, oldest first.

    Left out: nights with too little history or nothing missing.
    """
    nights = curve(history, as_of).filter("register_seen").with_columns(left=pl.col("in_scope") - pl.col("in_register"))
    made: list[PastForecast] = []
    for behind in reversed(BEHIND):
        before = nights.filter(pl.col("as_of").map_elements(lambda when: working_days_between(when, as_of), pl.Int64) >= behind)
        if before.is_empty() or before["left"][-1] <= 0:
            continue
        night = before["as_of"][-1]
        seen = forecast(history, municipality, night, futures=_FUTURES)
        if seen.chance is None or any(earlier.night == night for earlier in made):
            continue
        after = nights.filter((pl.col("as_of") > night) & (pl.col("left") <= 0))
        cleared = after["as_of"][0] if after.height else None
        forecast_date, moving = seen.forecast_date, seen.state is not ForecastState.STILL
        became = _became(forecast_date, cleared, as_of)
        made.append(PastForecast(night, before["left"][-1], forecast_date, cleared, nights["left"][-1], moving, became))
    return made


def _became(forecast_date: date | None, cleared: date | None, as_of: date) -> str:
    if cleared is not None:
        return "late" if forecast_date is None or cleared > forecast_date else "kept"
    return "broken" if forecast_date is not None and forecast_date <= as_of else "open"
