"""The earlier forecast, for comparison: missing dwellings over dwellings created a day, without newcomers and blocked ones."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from reporting.progress_curve import curve
from reporting.workdays import working_days_between

FUTURES, HORIZON, WEEK = 1000, 780, 5
NEAR, FAR, TURN, LEAST_SPREAD = 10.0, 80.0, 30.0, 0.1

Rates = npt.NDArray[np.float64]


def days_left(history: pl.DataFrame, seed: int) -> tuple[float, float, float]:
    """Working days until all is in the register: 10, 50 and 90 % of the futures. HORIZON + 1 for never."""
    points = curve(history, history["as_of"].max())  # type: ignore[arg-type]
    days = np.array([max(1, working_days_between(a, b)) for a, b in pairwise(points["as_of"].to_list())], dtype=float)
    register, scope = (points[name].to_numpy().astype(float) for name in ("in_register", "in_scope"))
    throughput, growth = np.diff(register) / days, np.diff(scope) / days
    age = np.cumsum(days[::-1])[::-1] - days / 2
    random = np.random.default_rng(seed)
    recent, long_run = (_trust(random, days * 0.5 ** (age / half)) for half in (NEAR, FAR))
    picks = random.random((FUTURES, HORIZON))
    turns = np.minimum(random.exponential(TURN, FUTURES).astype(np.int64), HORIZON)
    chosen = np.empty((FUTURES, HORIZON), dtype=np.int64)
    for future, turn in enumerate(turns):
        chosen[future, :turn] = np.searchsorted(recent[future, :-1], picks[future, :turn])
        chosen[future, turn:] = np.searchsorted(long_run[future, :-1], picks[future, turn:])
    registered = register[-1] + np.cumsum(throughput[chosen] * _levels(days, throughput, random), axis=1)
    done = registered >= scope[-1] + np.cumsum(growth[chosen], axis=1)
    when = np.where(done.any(axis=1), done.argmax(axis=1) + 1, HORIZON + 1)
    early, middle, late = (float(np.quantile(when, share, method="higher")) for share in (0.1, 0.5, 0.9))
    return early, middle, late


def _trust(random: np.random.Generator, weight: Rates) -> Rates:
    trust = random.gamma(np.maximum(weight, 1e-6), size=(FUTURES, len(weight))) + 1e-12
    edges: Rates = np.cumsum(trust / trust.sum(axis=1, keepdims=True), axis=1)
    return edges


def _levels(days: Rates, throughput: Rates, random: np.random.Generator) -> Rates:
    passed = np.concatenate(([0.0], np.cumsum(days)))
    closed = np.concatenate(([0.0], np.cumsum(throughput * days)))
    weeks = np.diff(np.interp(np.arange(passed[-1] % WEEK, passed[-1] + 1e-9, WEEK), passed, closed))
    mean = weeks.mean() if len(weeks) > 1 else 0.0
    beyond = max(0.0, weeks.var(ddof=1) - mean) / mean**2 if mean > 0 else 0.0
    return np.exp(random.normal(0.0, math.sqrt(LEAST_SPREAD**2 + min(beyond, 1.0)), size=(FUTURES, 1)))
