"""When will every dwelling be in the register? Asked of the nights' own history, by working days.

The history is cut into stretches between nights; each says how many dwellings went in and how much the scope grew per
working day. Possible futures are drawn from these stretches, the recent ones more often, until nothing is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from reconciliation.model.municipality import Municipality
from reporting.progress_curve import curve
from reporting.workdays import add_working_days, working_days_between

FUTURES = 1000
HORIZON = 780
"""Working days looked ahead, three years. A future that is not done by then is "never"."""
NEAR, FAR = 10.0, 80.0
"""Working days after which an observation counts half, for the days just ahead and for those later."""
TURN = 30.0
"""Working days after which, on average, a future turns from the one to the other."""
LEAST_NIGHTS = 4
LEAST_WORKING_DAYS = 5
SURE = 0.8
WEEK = 5
LEAST_SPREAD = 0.1
"""Log-scale spread of the pace ahead when the weeks behind were all alike."""
WANDERING = 1.0
"""Share of the variance between weeks that is taken to last. This, the spread and the half-life: benchmarks/forecast.py."""
RECENT = 20
"""Working days that today's pace is measured over."""

Rates = npt.NDArray[np.float64]


class State(StrEnum):
    ON_TRACK = "i rute"
    AT_RISK = "i fare"
    TOO_LATE = "rekker ikke"
    PASSED = "passert"
    DONE = "i mål"
    UNKNOWN = "for lite historikk"


@dataclass(frozen=True, slots=True)
class Forecast:
    """early, forecast_date, late: 10, 50 and 90 % of the futures are done by then; None when later than the horizon or
    not known. chance: share of futures done by the deadline. band: (date, low, middle, high) of dwellings in the
    register, weekly, for drawing. Rates are dwellings per working day; required is None once the deadline has passed.
    """

    state: State
    remaining: int
    days_to_deadline: int
    working_days_to_deadline: int
    required_per_working_day: float | None
    actual_per_working_day: float | None
    scope_growth_per_working_day: float | None
    early: date | None = None
    forecast_date: date | None = None
    late: date | None = None
    chance: float | None = None
    band: tuple[tuple[date, float, float, float], ...] = ()


def forecast(history: pl.DataFrame, municipality: Municipality, as_of: date, seed: int = 0) -> Forecast:
    """history: HISTORY. Nights whose register was not seen, and nights after `as_of`, tell nothing of pace."""
    points = curve(history, as_of)
    last = points.tail(1).to_dicts()
    remaining = last[0]["in_scope"] - last[0]["in_register"] if last else 0
    left = working_days_between(as_of, municipality.deadline)
    seen = points.filter("register_seen")
    steps = Steps.of(seen)
    plain = Forecast(
        state=State.UNKNOWN,
        remaining=remaining,
        days_to_deadline=(municipality.deadline - as_of).days,
        working_days_to_deadline=left,
        required_per_working_day=remaining / left if left > 0 else None,
        actual_per_working_day=steps.recent(steps.throughput),
        scope_growth_per_working_day=steps.recent(steps.growth),
    )
    if not last:
        return plain
    if remaining <= 0:
        return replace(plain, state=State.DONE if last[0]["in_scope"] else State.UNKNOWN)
    passed = municipality.deadline < as_of
    if seen.height < LEAST_NIGHTS or steps.days.sum() < LEAST_WORKING_DAYS:
        return replace(plain, state=State.PASSED if passed else State.UNKNOWN)
    closed, opened = steps.draw(np.random.default_rng(seed))
    return _judged(plain, closed, opened, last[0], as_of, planned(municipality))


@dataclass(frozen=True, slots=True)
class Steps:
    """The stretches between nights. days: working days of each; the rates are per working day; age: of its middle."""

    days: Rates
    throughput: Rates
    growth: Rates
    age: Rates

    @staticmethod
    def of(points: pl.DataFrame) -> Steps:
        dates = points["as_of"].to_list()
        # Work done on a weekend belongs to the working day before it; a stretch without any lasts one.
        days = np.array([max(1, working_days_between(a, b)) for a, b in pairwise(dates)], dtype=float)
        register, scope = (points[name].to_numpy().astype(float) for name in ("in_register", "in_scope"))
        age = np.cumsum(days[::-1])[::-1] - days / 2 if len(days) else days
        return Steps(days, np.diff(register) / days if len(days) else days, np.diff(scope) / days if len(days) else days, age)

    def recent(self, rates: Rates) -> float | None:
        """Mean rate over the newest stretches that make up RECENT working days."""
        if not len(self.days):
            return None
        weight = np.clip(RECENT - (self.age - self.days / 2), 0, self.days)
        return float(np.average(rates, weights=weight))

    def draw(self, random: np.random.Generator) -> tuple[Rates, Rates]:
        """(futures, working days) of dwellings that go in, and of dwellings that come into scope.

        The days just ahead are drawn from the stretches just behind, later days from all of them: bursts end. Each
        future first draws how much it trusts each stretch (a Bayesian bootstrap, so that a short history gives a wide
        band). A stretch's throughput and growth are drawn together: they come together.
        """
        near, far = self._trust(random, NEAR), self._trust(random, FAR)
        picks = random.random((FUTURES, HORIZON))
        turns = np.minimum(random.exponential(TURN, FUTURES).astype(np.int64), HORIZON)
        chosen = np.empty((FUTURES, HORIZON), dtype=np.int64)
        for future, turn in enumerate(turns):
            chosen[future, :turn] = np.searchsorted(near[future, :-1], picks[future, :turn])
            chosen[future, turn:] = np.searchsorted(far[future, :-1], picks[future, turn:])
        return self.throughput[chosen] * self._levels(random), self.growth[chosen]

    def _trust(self, random: np.random.Generator, half_life: float) -> Rates:
        """(futures, stretches): where each stretch's share of a future's draws ends, between 0 and 1."""
        weight = self.days * 0.5 ** (self.age / half_life)
        trust = random.gamma(np.maximum(weight, 1e-6), size=(FUTURES, len(weight))) + 1e-12
        edges: Rates = np.cumsum(trust / trust.sum(axis=1, keepdims=True), axis=1)
        return edges

    def _levels(self, random: np.random.Generator) -> Rates:
        """One factor per future: the pace ahead is not quite the pace behind, the less so the more it has wandered.

        How much it wandered is seen from week to week, beyond what chance alone gives (the variance of a Poisson count).
        """
        passed = np.concatenate(([0.0], np.cumsum(self.days)))
        closed = np.concatenate(([0.0], np.cumsum(self.throughput * self.days)))
        weeks = np.diff(np.interp(np.arange(passed[-1] % WEEK, passed[-1] + 1e-9, WEEK), passed, closed))
        mean = weeks.mean() if len(weeks) > 1 else 0.0
        beyond = max(0.0, weeks.var(ddof=1) - mean) / mean**2 if mean > 0 else 0.0
        spread = math.sqrt(LEAST_SPREAD**2 + WANDERING * min(beyond, 1.0))
        return np.exp(random.normal(0.0, spread, size=(FUTURES, 1)))


def planned(municipality: Municipality) -> int | None:
    """How many dwellings in scope the plan counted, when it counted any."""
    return sum(category.baseline for category in municipality.categories.values() if category.in_scope and category.baseline) or None


def _judged(plain: Forecast, closed: Rates, opened: Rates, last: dict[str, int], as_of: date, counted: int | None) -> Forecast:
    scope = last["in_scope"] + np.cumsum(opened, axis=1)
    if counted is not None:
        # The scope grows because homes are still being typed in; what the plan counted is where that ends.
        scope = np.minimum(scope, max(counted, last["in_scope"]))
    register = last["in_register"] + np.cumsum(closed, axis=1)
    done = register >= scope
    when = np.where(done.any(axis=1), done.argmax(axis=1) + 1, HORIZON + 1)
    early, middle, late = (_date(as_of, int(np.quantile(when, share, method="higher"))) for share in (0.1, 0.5, 0.9))
    chance = float((when <= plain.working_days_to_deadline).mean())
    if plain.days_to_deadline < 0:
        state = State.PASSED
    elif chance >= SURE:
        state = State.ON_TRACK
    else:
        state = State.AT_RISK if chance >= 1 - SURE else State.TOO_LATE
    shown = np.minimum(register, scope)
    return replace(plain, state=state, early=early, forecast_date=middle, late=late, chance=chance, band=_band(shown, when, as_of))


def _band(shown: Rates, when: npt.NDArray[np.int64], as_of: date) -> tuple[tuple[date, float, float, float], ...]:
    end = int(min(np.quantile(when, 0.9), HORIZON))
    marks = [*range(5, end, 5), end]
    cut = np.quantile(shown[:, [mark - 1 for mark in marks]], (0.1, 0.5, 0.9), axis=0)
    return tuple((add_working_days(as_of, mark), *map(float, cut[:, place])) for place, mark in enumerate(marks))  # type: ignore[misc]


def _date(as_of: date, working_days: int) -> date | None:
    return None if working_days > HORIZON else add_working_days(as_of, working_days)
