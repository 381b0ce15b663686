"""Back-test of the forecast: simulated migrations are replayed night by night, and asked 2, 4 and 8 weeks before their end.

Beside it the naive straight line: what is left, over the mean pace since the first night. Run: python -m benchmarks.forecast
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from reconciliation.ledger import HISTORY
from reconciliation.model.municipality import Municipality, load
from reporting.forecast import forecast
from reporting.workdays import add_working_days, working_days_between

FIRST = date(2022, 1, 3)
WEEKS = (2, 4, 8)
KINDS = ("steady", "slower towards the end", "faster with practice", "bursts", "growing scope")
CONFIG = Path(__file__).parents[1] / "config" / "demo.yaml"


@dataclass(frozen=True)
class Migration:
    """scope and register after each working day; the last day is the one on which they meet."""

    kind: str
    scope: list[int]
    register: list[int]


def simulate(kind: str, random: np.random.Generator) -> Migration:
    """About half a year of work of one kind, with the noise of people's days."""
    scope, there, day = float(random.integers(400, 1200)), 0.0, 0
    total, length = scope, random.integers(90, 160)
    pace = total / length
    scopes, registers, burst = [int(scope)], [int(there)], 1.0
    while there < scope and day < 600:
        day += 1
        if day % 10 == 1:
            burst = float(random.choice([0.1, 0.6, 2.3], p=[0.3, 0.4, 0.3])) if kind == "bursts" else 1.0
        factor = {
            "slower towards the end": 0.35 + 1.3 * (1 - there / scope),
            "faster with practice": 0.5 + 1.1 * there / scope,
        }.get(kind, 1.0)
        there = min(scope, there + random.poisson(pace * factor * burst))
        if kind == "growing scope" and random.random() < 0.2:
            scope += random.poisson(pace)
        scopes.append(int(scope))
        registers.append(int(there))
    return Migration(kind, scopes, registers)


def history(migration: Migration, until: int, random: np.random.Generator) -> pl.DataFrame:
    """HISTORY of the nights up to that working day: most nights ran, some did not."""
    nights = [day for day in range(until + 1) if day in (0, until) or random.random() < 0.7]
    rows = [_night(migration, day) for day in nights]
    return pl.DataFrame(rows, schema=HISTORY, orient="row")


def _night(migration: Migration, day: int) -> tuple[object, ...]:
    there = migration.register[day]
    return (add_working_days(FIRST, day), f"r{day}", "c", "s", "o", migration.scope[day], there, there, "{}", True)


def straight_line(migration: Migration, until: int) -> float:
    """Working days left if everything goes on as it went on average."""
    pace = (migration.register[until] - migration.register[0]) / until
    return (migration.scope[until] - migration.register[until]) / max(pace, 1e-9)


def back_test(many: int = 10, seed: int = 11) -> pl.DataFrame:
    """One row per migration and horizon: working days truly left, foreseen (early, middle, late) and by the straight line."""
    random = np.random.default_rng(seed)
    # The simulated migrations are nobody's plan: what the demo's plan counted must not end their growth.
    municipality: Municipality = load(CONFIG).model_copy(update={"categories": {}})
    rows: list[dict[str, Any]] = []
    for kind in KINDS:
        for number in range(many):
            migration = simulate(kind, random)
            end = len(migration.scope) - 1
            for weeks in WEEKS:
                until = end - 5 * weeks
                as_of = add_working_days(FIRST, until)
                seen = forecast(history(migration, until, random), municipality, as_of, seed=number)
                left = {name: _left(as_of, getattr(seen, name)) for name in ("early", "forecast_date", "late")}
                rows.append({"kind": kind, "weeks": weeks, "truly": 5.0 * weeks, "line": straight_line(migration, until), **left})
    return pl.DataFrame(rows)


def _left(as_of: date, when: date | None) -> float:
    return 800.0 if when is None else float(working_days_between(as_of, when))


def judged(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    """Coverage of the 80 % band, and median and mean error in working days of both ways."""
    ours, line = (pl.col("forecast_date") - pl.col("truly")).abs(), (pl.col("line") - pl.col("truly")).abs()
    return (
        rows.group_by(by, maintain_order=True)
        .agg(
            coverage=((pl.col("early") <= pl.col("truly")) & (pl.col("truly") <= pl.col("late"))).mean(),
            ours=ours.mean(),
            line=line.mean(),
            ours_median=ours.median(),
            line_median=line.median(),
        )
        .with_columns(pl.selectors.float().round(2))
    )


def run() -> list[dict[str, Any]]:
    """The figures as benchmarks/results.json holds them."""
    rows = back_test()
    tested = rows.height // len(WEEKS)
    found = []
    for weeks, coverage, ours, line, *_ in judged(rows, "weeks").iter_rows():
        found.append(
            {
                "name": f"forecast error, {weeks} weeks before the end (working days)",
                "size": tested,
                "ours": ours,
                "other": line,
                "other_is": "straight line",
                "ratio": round(ours / line, 3),
                "goal": "< 1",
                "met": ours < line,
            }
        )
        found.append(
            {
                "name": f"forecast band coverage, {weeks} weeks before the end",
                "size": tested,
                "ours": coverage,
                "other": 0.8,
                "other_is": "what an 80 % band promises",
                "ratio": round(coverage / 0.8, 3),
                "goal": "0.65 to 0.95",
                "met": 0.65 <= coverage <= 0.95,
            }
        )
    return found


if __name__ == "__main__":
    tested = back_test()
    with pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
        print(judged(tested, "weeks"))
        print(judged(tested, "kind"))
