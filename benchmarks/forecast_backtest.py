"""Back-test of the forecast: simulated migrations are replayed night by night, and asked 2, 4 and 8 weeks before their end.

Beside it the naive straight line (what is left, over how fast the backlog shrank since the first night) and the method before
(forecast_before). Run: python -m benchmarks.forecast_backtest
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.forecast_before import days_left
from reconciliation.ledger import HISTORY
from reconciliation.model.municipality import Municipality, load
from reporting.forecast import forecast
from reporting.workdays import add_working_days, working_days_between

FIRST = date(2022, 1, 3)
WEEKS = (2, 4, 8)
KINDS = ("steady", "slower towards the end", "faster with practice", "bursts", "newcomers all the way", "a stall", "holidays")
KINDS += ("a push before the deadline", "a source joins late")
OWNERS = {"boligkontoret": 0.6, "eiendom": 0.25, "helse": 0.15}
LEAST_DAYS = 45
"""Working days behind the earliest question: 8 weeks before the end there must be enough history."""
CONFIG = Path(__file__).parents[1] / "config" / "demo.yaml"


@dataclass
class Migration:
    """After each working day: dwellings in scope, and the blocked ones by owner. On the last day none is blocked."""

    kind: str
    scope: list[int] = field(default_factory=list)
    blocked: list[dict[str, int]] = field(default_factory=list)


def simulate(kind: str, random: np.random.Generator) -> Migration:
    """About half a year of work: most rows pass at once, the blocked ones are cleared by people, and newcomers come all the while."""
    while True:
        migration = _simulated(kind, random)
        if len(migration.scope) - 1 - 5 * max(WEEKS) >= LEAST_DAYS:
            return migration


def _simulated(kind: str, random: np.random.Generator) -> Migration:
    total, length = int(random.integers(150, 600)), int(random.integers(90, 160))
    blocked = {owner: round(total * share) for owner, share in OWNERS.items()}
    if kind == "a source joins late":
        blocked["helse"] = 0
    scope, made, paused = float(total * random.uniform(2, 4)), Migration(kind), 0
    # Owners differ in speed, but none finishes long after the others.
    pace = {owner: total * share / length * random.uniform(0.9, 1.2) for owner, share in OWNERS.items()}
    begun, burst = dict(blocked), 1.0
    stall = int(random.integers(20, length - 50)), int(random.integers(8, 20))
    for day in range(700):
        made.scope.append(round(scope))
        made.blocked.append(dict(blocked))
        if not sum(blocked.values()) and day > length // 2:
            break
        if day % 10 == 0:
            burst = float(random.choice([0.1, 0.6, 2.3], p=[0.3, 0.4, 0.3])) if kind == "bursts" else 1.0
        if kind == "a source joins late" and day == length // 3:
            blocked["helse"] = begun["helse"] = round(total * OWNERS["helse"])
            scope += total * OWNERS["helse"] * 3
        paused = 1 if kind == "a stall" and stall[0] <= day < sum(stall) else 0
        for owner in OWNERS:
            share = blocked[owner] / max(1, begun[owner])
            factor = {
                "slower towards the end": 0.35 + 1.3 * share,
                "faster with practice": 0.5 + 1.1 * (1 - share),
                "holidays": 0.15 if (day % 65) >= 55 else 1.15,
                "a push before the deadline": 0.75 if day < length - 25 else 2.0,
            }.get(kind, 1.0)
            week = random.gamma(4, 0.25)
            cleared = 0 if paused else random.poisson(pace[owner] * factor * burst * week)
            # A few of the newcomers are blocked too, until nothing new is found any more.
            arrived = random.poisson(0.08 * pace[owner]) if day < length * 0.7 and begun[owner] else 0
            blocked[owner] = max(0, blocked[owner] - cleared) + arrived
            scope += arrived
        if kind == "newcomers all the way":
            scope += random.poisson(total / length)
    return made


def history(migration: Migration, until: int, random: np.random.Generator) -> pl.DataFrame:
    """HISTORY of the nights up to that working day: most nights ran, some did not."""
    nights = [day for day in range(until + 1) if day in (0, until) or random.random() < 0.7]
    rows = [row for day in nights for row in _night(migration, day)]
    return pl.DataFrame(rows, schema=HISTORY, orient="row")


def _night(migration: Migration, day: int) -> list[tuple[object, ...]]:
    rows = []
    for owner, share in OWNERS.items():
        blocked, scope = migration.blocked[day][owner], round(migration.scope[day] * share)
        registered = max(0, scope - blocked)
        reasons = json.dumps({"rejected": blocked} if blocked else {})
        rows.append(
            (add_working_days(FIRST, day), f"r{day}", "c", owner, owner, registered + blocked, registered, registered, reasons, True)
        )
    return rows


def straight_line(migration: Migration, until: int) -> float:
    """Working days left if the backlog shrinks at its average rate until now."""
    left = [sum(migration.blocked[day].values()) for day in (0, until)]
    return left[1] / max((left[0] - left[1]) / until, 1e-9)


FITTED, UNSEEN = (11, 12, 13, 14), (201, 202, 203)
"""The migrations that the constants of reporting/forecast were chosen on, and others, used only for the recorded results."""


def back_test(many: int = 8, seed: int = UNSEEN[0]) -> pl.DataFrame:
    """One row per migration and horizon: working days truly left; foreseen early, middle and late, now and before; the straight line."""
    random = np.random.default_rng(seed)
    # Simulated migrations have no housing plan: the demo's planned counts must not limit their growth.
    municipality: Municipality = load(CONFIG).model_copy(update={"categories": {}})
    rows: list[dict[str, Any]] = []
    for kind in KINDS:
        for number in range(many):
            migration = simulate(kind, random)
            end = len(migration.scope) - 1
            for weeks in WEEKS:
                until = end - 5 * weeks
                as_of, history_known = add_working_days(FIRST, until), history(migration, until, random)
                seen = forecast(history_known, municipality, as_of, seed=number)
                left = {name: _left(as_of, getattr(seen, name)) for name in ("early", "forecast_date", "late")}
                before = dict(zip(("early_before", "before", "late_before"), days_left(history_known, number), strict=True))
                rows.append({"kind": kind, "weeks": weeks, "truly": 5.0 * weeks, "line": straight_line(migration, until), **left, **before})
    return pl.DataFrame(rows)


NEVER = 800.0
"""Working days beyond any horizon: no date was forecast. Every simulated migration ends, so the forecast "never" is always wrong."""


def _left(as_of: date, when: date | None) -> float:
    return NEVER if when is None else float(working_days_between(as_of, when))


def judged(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    """Coverage of the 80 % band; error in working days, now, before, and by the straight line, each where our forecast gave a date; and
    the share of the questions for which each gave none (never, or beyond NEVER days).
    """
    names = ("forecast_date", "before", "line")
    has_date = pl.col("forecast_date") < NEVER
    error = {name: (pl.col(name) - pl.col("truly")).abs().clip(0, NEVER).filter(has_date) for name in names}

    def covers(early: str, late: str) -> pl.Expr:
        return ((pl.col(early) <= pl.col("truly")) & (pl.col("truly") <= pl.col(late))).mean()

    return (
        rows.group_by(by, maintain_order=True)
        .agg(
            coverage=covers("early", "late"),
            coverage_before=covers("early_before", "late_before"),
            ours=error["forecast_date"].mean(),
            before=error["before"].mean(),
            line=error["line"].mean(),
            ours_median=error["forecast_date"].median(),
            before_median=error["before"].median(),
            line_median=error["line"].median(),
            **{f"never_{name}": (pl.col(name) >= NEVER).mean() for name in names},
        )
        .with_columns(pl.selectors.float().round(2))
    )


def run() -> list[dict[str, Any]]:
    """The rows of this benchmark in benchmarks/results.json."""
    rows = pl.concat([back_test(seed=seed) for seed in UNSEEN])
    tested = rows.height // len(WEEKS)
    results = []
    for judged_row in judged(rows, "weeks").iter_rows(named=True):
        for other, called in (("line", "straight line"), ("before", "the method before")):
            ours = judged_row["ours_median"]
            results.append(
                {
                    "name": f"forecast error, {judged_row['weeks']} weeks before the end, beside {called} (median, working days)",
                    "size": tested,
                    "ours": ours,
                    "other": judged_row[f"{other}_median"],
                    "other_is": called,
                    "ratio": round(ours / judged_row[f"{other}_median"], 3),
                    "goal": "< 1" if other == "line" else "none",
                    "met": other != "line" or ours < judged_row["line_median"],
                }
            )
            ours = judged_row["ours"]
            results.append(
                {
                    "name": f"forecast error, {judged_row['weeks']} weeks before the end, beside {called} (mean, working days)",
                    "size": tested,
                    "ours": ours,
                    "other": judged_row[other],
                    "other_is": called,
                    "ratio": round(ours / judged_row[other], 3),
                    "goal": "none",
                    "met": True,
                }
            )
        results.append(
            {
                "name": f"forecast told no date, {judged_row['weeks']} weeks before the end (share, always wrong here)",
                "size": tested,
                "ours": judged_row["never_forecast_date"],
                "other": judged_row["never_line"],
                "other_is": "straight line",
                "ratio": None,
                "goal": "< 0.1",
                "met": judged_row["never_forecast_date"] < 0.1,
            }
        )
        results.append(
            {
                "name": f"forecast band coverage, {judged_row['weeks']} weeks before the end",
                "size": tested,
                "ours": judged_row["coverage"],
                "other": judged_row["coverage_before"],
                "other_is": "the method before",
                "ratio": round(judged_row["coverage"] / 0.8, 3),
                "goal": "0.75 to 0.9",
                "met": 0.75 <= judged_row["coverage"] <= 0.9,
            }
        )
    return results


if __name__ == "__main__":
    with pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, tbl_cols=20, tbl_width_chars=180):
        for name, seeds in (("fitted on", FITTED), ("unseen", UNSEEN)):
            tested = pl.concat([back_test(seed=seed) for seed in seeds])
            print(name, seeds)
            print(judged(tested, "weeks"))
            print(judged(tested, "kind"))
