"""Possible futures of each holder's backlog, made by repeating its own past working days.

Days are drawn in runs of consecutive days, since pauses and bursts of work last for days; recent days are drawn more often.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reporting.backlog import NEXT_NIGHT, Flow, Rates

NEAR, FAR = 10.0, 40.0
"""Working days after which an observation counts half, for the days just ahead and for those later."""
TURN = 30.0
"""Mean number of working days after which a future changes from the weights of NEAR to those of FAR."""
RUN = 8.0
"""Mean length, in working days, of the runs of consecutive past days that a future repeats."""
LEAST_SPREAD = 0.2
"""Log-scale spread of the pace ahead when the weeks behind were all alike."""
WANDERING = 1.25
"""The pace ahead varies by so much more than the weeks behind did: few weeks have been seen, and none of those to come."""
DRIFT = 1.5
"""So much of the variance comes on top for 60 working days ahead. These and the half-lives: benchmarks/forecast_backtest.py."""
FOUND = 30.0
"""Half-life, in working days, of the rate of newly blocked dwellings: fewer are left to be discovered."""
UNKNOWN_DAYS = 10
"""A holder seen for fewer working days than this is thought to become like the others, the less so the longer it is seen."""
HORIZON = 780
"""Working days looked ahead, three years. A future that is not done by then is "never"."""
RECENT = 20
"""Working days that today's pace is measured over."""
WEEK = 5

Futures = npt.NDArray[np.int64]
"""(futures, ...): whole working days."""


@dataclass(frozen=True, slots=True)
class Draw:
    """random: seeded, so that the same history gives the same futures. futures: how many are drawn."""

    random: np.random.Generator
    futures: int


def possible_paths(flows: list[Flow], draw: Draw, room: float) -> dict[str, Rates]:
    """Holder -> (futures, working days): how many are left at the end of each working day ahead. room: working days with new arrivals.

    The same past days are drawn for all holders, since holidays and bursts of work affect them all.
    """
    drawn = _days_drawn(len(flows[0].cleared), draw)
    levels = _levels(flows, draw)
    days = np.arange(1, HORIZON + 1)
    coming_on = np.where(days > room, 0.0, 0.5 ** (days / FOUND))
    paths = {}
    for flow in (flow for flow in flows if flow.left > 0):
        if flow.holder == NEXT_NIGHT:
            paths[flow.holder] = np.zeros((draw.futures, HORIZON))
            continue
        cleared, arrived = _observed_rates(flow, flows)
        ahead = cleared[drawn] * levels
        coming = arrived[drawn] * coming_on
        paths[flow.holder] = flow.left - np.cumsum(ahead - coming, axis=1)
    return paths


def _observed_rates(flow: Flow, flows: list[Flow]) -> tuple[Rates, Rates]:
    """(cleared, arrived) of a holder on every past day; days before it was seen are filled in from the other holders.

    A small backlog without recent clearances is assumed to move too while others clear theirs, the less the longer it has not moved
    (a gamma prior of one clearance at the others' rate per blocked dwelling). Where no holder clears anything, the rate is 0.
    """
    others = [other for other in flows if other.holder != flow.holder and other.left > 0]
    seen = ~np.isnan(flow.cleared)
    share = min(1.0, int(seen.sum()) / UNKNOWN_DAYS)
    rates = []
    for name in ("cleared", "arrived"):
        own = getattr(flow, name)
        mean = float(own[seen].mean()) if seen.any() else 0.0
        pace = sum(other.recently(getattr(other, name), RECENT) or 0.0 for other in others)
        each = pace / sum(other.left for other in others) if others else 0.0
        typical = each * flow.left if others else mean
        rates.append(np.where(seen, own, mean) * share + typical * (1 - share))
        if name == "cleared" and each > 0:
            rates[0] = rates[0] + flow.left / (1 / each + flow.left * min(int(seen.sum()), RECENT))
    return rates[0], rates[1]


def _days_drawn(behind: int, draw: Draw) -> Futures:
    """(futures, working days ahead): index of the past day that each of them repeats, in runs of consecutive days.

    The first day of a run is drawn with weights by age, and each future first draws its own weights of the weeks (a Bayesian bootstrap,
    so that a short history gives a wide band).
    """
    age = np.arange(behind)[::-1] + 0.5
    recent, older = (_trust(draw, 0.5 ** (age / half_life)) for half_life in (NEAR, FAR))
    turns = draw.random.exponential(TURN, draw.futures)
    begins = draw.random.random((HORIZON, draw.futures)) < 1 / RUN
    picks = draw.random.random((HORIZON, draw.futures))
    drawn = np.empty((HORIZON, draw.futures), dtype=np.int64)
    now = np.full(draw.futures, behind)
    for day in range(HORIZON):
        now = now + 1
        anew = begins[day] | (now >= behind)
        where = np.flatnonzero(anew)
        for edges, among in ((recent, where[turns[where] > day]), (older, where[turns[where] <= day])):
            if len(among):
                now[among] = (edges[among] < picks[day, among, None]).sum(axis=1)
        drawn[day] = now
    return drawn.T


def _trust(draw: Draw, weight: npt.NDArray[np.floating[Any]]) -> Rates:
    """(futures, days): the cumulative probability, 0 to 1, of drawing each past day in a future. The days of a week weigh the same."""
    weeks = np.arange(len(weight))[::-1] // WEEK
    shape = np.bincount(weeks, weight)
    trust = draw.random.gamma(np.maximum(shape, 1e-6), size=(draw.futures, len(shape))) + 1e-12
    each = trust[:, weeks] * weight / np.maximum(shape[weeks], 1e-12)
    edges: Rates = np.cumsum(each / each.sum(axis=1, keepdims=True), axis=1)
    edges[:, -1] = 1.0
    return edges


def _levels(flows: list[Flow], draw: Draw) -> Rates:
    """(futures, working days): random factors on the past pace, with a wider spread the more the pace has varied and the farther ahead.

    The variation is measured from week to week, beyond the variance of a Poisson count.
    """
    cleared = np.nansum([flow.cleared for flow in flows], axis=0)
    weeks = cleared[len(cleared) % WEEK :].reshape(-1, WEEK).sum(axis=1)
    mean = weeks.mean() if len(weeks) > 1 else 0.0
    beyond = max(0.0, weeks.var(ddof=1) - mean) / mean**2 if mean > 0 else 0.0
    variance = (LEAST_SPREAD**2 + WANDERING * min(beyond, 1.0)) * (1 + DRIFT * np.arange(1, HORIZON + 1) / 60)
    return np.exp(draw.random.normal(0.0, 1.0, size=(draw.futures, 1)) * np.sqrt(variance))
