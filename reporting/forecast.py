"""When will the dwellings that are blocked now be in the register? Estimated from the nights' own history, in working days.

New dwellings with valid rows enter the register the same night, so they do not count: what counts is how fast blocked dwellings are
cleared, and how many new ones become blocked (reporting/backlog). Possible futures repeat past working days in runs of consecutive
days, since pauses and bursts of work last for days; recent days are drawn more often. A holder that clears nothing gets no date.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import polars as pl

from reconciliation.model.municipality import Municipality
from reporting.backlog import Flow, Rates, flows
from reporting.possible_futures import HORIZON, RECENT, WEEK, Draw, Futures, possible_paths
from reporting.progress_curve import curve
from reporting.workdays import add_working_days, working_days_between

FUTURES = 1000
LEAST_NIGHTS = 4
LEAST_WORKING_DAYS = 5
SURE = 0.8
STILL, STUCK = 5, 10
"""Working days without any clearance after which nothing is said to move: where some had to be expected, and in any case."""
SURPRISING = 3.0
"""Clearances expected at the earlier pace above which having none at all is not chance."""


class ForecastState(StrEnum):
    """Whether the deadline will be met. The values are part of summary.json."""

    ON_TRACK = "i rute"
    AT_RISK = "i fare"
    TOO_LATE = "rekker ikke"
    STILL = "står stille"
    PASSED = "passert"
    DONE = "i mål"
    NOT_ALL_READ = "ikke alt er lest"
    UNKNOWN = "for lite historikk"


@dataclass(frozen=True, slots=True)
class Expected:
    """When one holder's blocked dwellings are cleared. early, middle, late: as of Forecast. per_week: cleared per week lately."""

    holder: str
    left: int
    per_week: float | None
    still: int
    early: date | None = None
    middle: date | None = None
    late: date | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """early, forecast_date, late: in 10, 50 and 90 % of the futures nothing is left by then; None when later than the horizon or
    not known. chance: share of futures done by the deadline. band: (date, low, middle, high) of dwellings in the register, weekly,
    for drawing. Rates are blocked dwellings per working day lately: cleared, and newly blocked; required is None once the deadline
    has passed. still: working days since one was last cleared. stands_still: for longer than a pause, so no date is foreseen, before
    the deadline and after it. holders: the most left first.
    """

    state: ForecastState
    remaining: int
    days_to_deadline: int
    working_days_to_deadline: int
    required_per_working_day: float | None
    actual_per_working_day: float | None
    arriving_per_working_day: float | None
    scope_growth_per_working_day: float | None
    still: int = 0
    stands_still: bool = False
    early: date | None = None
    forecast_date: date | None = None
    late: date | None = None
    chance: float | None = None
    band: tuple[tuple[date, float, float, float], ...] = ()
    holders: tuple[Expected, ...] = ()


def forecast(
    history: pl.DataFrame, municipality: Municipality, as_of: date, seed: int = 0, futures: int = FUTURES, *, all_read: bool = True
) -> Forecast:
    """history: HISTORY. futures: how many are drawn. all_read: whether every source was read that night; the rejected rows of one that was
    not are not counted, so nothing is called done. Nights whose register was not seen, and nights after `as_of`, are ignored."""
    points = curve(history, as_of)
    last = points.tail(1).to_dicts()
    remaining = last[0]["in_scope"] - last[0]["in_register"] if last else 0
    left = working_days_between(as_of, municipality.deadline)
    backlogs = flows(history, as_of)
    plain = Forecast(
        state=ForecastState.UNKNOWN,
        remaining=remaining,
        days_to_deadline=(municipality.deadline - as_of).days,
        working_days_to_deadline=left,
        required_per_working_day=remaining / left if left > 0 else None,
        actual_per_working_day=_sum(flow.recently(flow.cleared, RECENT) for flow in backlogs),
        arriving_per_working_day=_sum(flow.recently(flow.arrived, RECENT) for flow in backlogs),
        scope_growth_per_working_day=_growth(points.filter("register_seen")),
        still=min((flow.still for flow in backlogs), default=0),
        holders=tuple(_expected(flow) for flow in backlogs),
    )
    if not last:
        return plain
    if remaining <= 0:
        reached = ForecastState.DONE if all_read else ForecastState.NOT_ALL_READ
        return replace(plain, state=reached if last[0]["in_scope"] else ForecastState.UNKNOWN)
    passed = municipality.deadline < as_of
    seen = points.filter("register_seen")
    behind = working_days_between(seen["as_of"][0], seen["as_of"][-1]) if seen.height else 0
    if seen.height < LEAST_NIGHTS or behind < LEAST_WORKING_DAYS:
        return replace(plain, state=ForecastState.PASSED if passed else ForecastState.UNKNOWN)
    draw = Draw(np.random.default_rng(seed), futures)
    counted, grows = planned(municipality), plain.scope_growth_per_working_day or 0.0
    # No new dwellings are expected once the scope has reached the planned number. room: working days until then.
    room = max(0, counted - last[0]["in_scope"]) / grows if counted is not None and grows > 0 else math.inf
    if _stands_still(backlogs, plain.still):
        # At the present pace the backlog is never cleared; a date would be a guess that the pace changes.
        return replace(plain, state=ForecastState.PASSED if passed else ForecastState.STILL, stands_still=True, chance=0.0)
    paths = possible_paths(backlogs, draw, room)
    return _judged(plain, paths, last[0]["in_scope"], as_of)


def _stands_still(backlogs: list[Flow], still: int) -> bool:
    """Whether there have been too many days without any clearance for a mere pause at a slow pace."""
    cleared = np.nansum([flow.cleared for flow in backlogs], axis=0)
    before = cleared[: len(cleared) - still][-RECENT:]
    return still >= STUCK or (still >= STILL and (not before.any() or still * float(before.mean()) >= SURPRISING))


def _sum(rates: object) -> float | None:
    known = [rate for rate in rates if rate is not None]  # type: ignore[attr-defined]
    return float(sum(known)) if known else None


def _expected(flow: Flow) -> Expected:
    pace = flow.recently(flow.cleared, RECENT)
    return Expected(flow.holder, flow.left, None if pace is None else pace * WEEK, flow.still)


def planned(municipality: Municipality) -> int | None:
    """How many dwellings in scope the plan counted, when it counted any."""
    return sum(category.baseline for category in municipality.categories.values() if category.in_scope and category.baseline) or None


def _growth(points: pl.DataFrame) -> float | None:
    """Dwellings that came into scope per working day lately. points: CURVE."""
    if points.height < 2:
        return None
    lately = points.filter(pl.col("as_of") >= points["as_of"][-1] - timedelta(days=7 * RECENT // WEEK))
    nights = lately if lately.height > 1 else points.tail(2)
    return float(nights["in_scope"][-1] - nights["in_scope"][0]) / max(1, working_days_between(nights["as_of"][0], nights["as_of"][-1]))


def _judged(plain: Forecast, paths: dict[str, Rates], scope: int, as_of: date) -> Forecast:
    ends = {holder: _ends(path) for holder, path in paths.items()}
    when = np.max(list(ends.values()), axis=0)
    early, middle, late = _dates(when, as_of)
    chance = float((when <= plain.working_days_to_deadline).mean())
    if plain.days_to_deadline < 0:
        state = ForecastState.PASSED
    elif chance >= SURE:
        state = ForecastState.ON_TRACK
    else:
        state = ForecastState.AT_RISK if chance >= 1 - SURE else ForecastState.TOO_LATE
    holders = tuple(_dated(expected, ends, as_of) for expected in plain.holders)
    shown = scope - np.sum([np.maximum(np.where(_after(path), 0.0, path), 0) for path in paths.values()], axis=0)
    band = _band(np.clip(shown, 0, scope), when, as_of)
    return replace(plain, state=state, early=early, forecast_date=middle, late=late, chance=chance, band=band, holders=holders)


def _dated(expected: Expected, ends: dict[str, Futures], as_of: date) -> Expected:
    if expected.holder not in ends:
        return expected
    early, middle, late = _dates(ends[expected.holder], as_of)
    return replace(expected, early=early, middle=middle, late=late)


def _ends(path: Rates) -> Futures:
    """Working days until nothing is left, HORIZON + 1 for never. Dwellings that become blocked after that do not count."""
    done = path < 0.5
    return np.where(done.any(axis=1), done.argmax(axis=1) + 1, HORIZON + 1)


def _after(path: Rates) -> npt.NDArray[np.bool_]:
    return np.arange(1, HORIZON + 1) >= _ends(path)[:, None]


def _dates(when: Futures, as_of: date) -> tuple[date | None, date | None, date | None]:
    early, middle, late = (_date(as_of, int(np.quantile(when, share, method="higher"))) for share in (0.1, 0.5, 0.9))
    return early, middle, late


def _band(shown: Rates, when: Futures, as_of: date) -> tuple[tuple[date, float, float, float], ...]:
    end = int(min(np.quantile(when, 0.9), HORIZON))
    marks = [*range(5, end, 5), end]
    cut = np.quantile(shown[:, [mark - 1 for mark in marks]], (0.1, 0.5, 0.9), axis=0)
    return tuple((add_working_days(as_of, mark), *map(float, cut[:, place])) for place, mark in enumerate(marks))  # type: ignore[misc]


def _date(as_of: date, working_days: int) -> date | None:
    return None if working_days > HORIZON else add_working_days(as_of, working_days)
