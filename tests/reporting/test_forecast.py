"""The forecast says what history bears, and no more."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from reconciliation.ledger import HISTORY
from reconciliation.model.municipality import Category
from reporting.forecast import Forecast, State, forecast
from reporting.workdays import add_working_days, working_days_between
from tests.reporting.example import AS_OF, history, municipality

FIRST = date(2023, 11, 1)


def nights(points: list[tuple[int, int, int]], register_seen: bool = True) -> pl.DataFrame:
    """(working days after the first, in scope, in register) -> HISTORY."""
    rows = [
        (add_working_days(FIRST, day), f"r{day}", "eldre", "facilit", "boligkontoret", scope, there, there, "{}", register_seen)
        for day, scope, there in points
    ]
    return pl.DataFrame(rows, schema=HISTORY, orient="row")


def steady(pace: int, days: int = 20, scope: int = 500, start: int = 0, growth: int = 0) -> pl.DataFrame:
    return nights([(day, scope + growth * day, start + pace * day) for day in range(days)])


def foreseen(frame: pl.DataFrame, as_of: date, deadline: date) -> Forecast:
    """Of a municipality whose plan counted nothing, so that the history alone decides."""
    return forecast(frame, municipality(deadline=deadline, categories={}), as_of)


LAST = add_working_days(FIRST, 19)


@pytest.mark.parametrize(
    ("deadline_after", "state"),
    [(40, State.ON_TRACK), (31, State.AT_RISK), (22, State.TOO_LATE), (5, State.TOO_LATE), (-3, State.PASSED)],
)
def test_an_even_pace_decides_the_state(deadline_after: int, state: State) -> None:
    # 500 − 19 × 10 = 310 left, 10 a day: done on the 31st working day from the last night.
    deadline = add_working_days(LAST, deadline_after) if deadline_after > 0 else LAST + timedelta(days=deadline_after)
    seen = foreseen(steady(10), LAST, deadline)
    assert seen.state is state
    assert seen.forecast_date is not None
    assert abs(working_days_between(LAST, seen.forecast_date) - 31) <= 1
    assert seen.actual_per_working_day == pytest.approx(10)
    assert seen.days_to_deadline == (deadline - LAST).days


def test_scope_that_grows_moves_the_goal() -> None:
    still = foreseen(steady(10), LAST, date(2024, 6, 1))
    growing = foreseen(steady(10, growth=2), LAST, date(2024, 6, 1))
    assert growing.scope_growth_per_working_day == pytest.approx(2)
    assert still.forecast_date is not None
    assert growing.forecast_date is not None
    assert growing.forecast_date > still.forecast_date


def test_scope_that_grows_as_fast_as_the_work_is_never_done() -> None:
    seen = foreseen(steady(5, growth=5), LAST, date(2024, 1, 1))
    assert (seen.state, seen.forecast_date, seen.chance) == (State.TOO_LATE, None, 0.0)


def test_uneven_pace_gives_a_band_with_the_middle_inside() -> None:
    uneven = nights([(day, 500, there) for day, there in enumerate([0, 2, 30, 31, 60, 61, 62, 95, 96, 120, 121, 160])])
    seen = foreseen(uneven, add_working_days(FIRST, 11), date(2024, 1, 31))
    assert seen.early is not None
    assert seen.forecast_date is not None
    assert seen.late is not None
    assert seen.early < seen.forecast_date < seen.late
    assert all(low <= middle <= high for _, low, middle, high in seen.band)
    assert seen.state in (State.AT_RISK, State.TOO_LATE, State.ON_TRACK)


def test_recent_pace_counts_more_than_old() -> None:
    faster = nights([(day, 900, there) for day, there in enumerate([*range(0, 40, 2), *range(40, 340, 15)])])
    last = add_working_days(FIRST, 39)
    middle = foreseen(faster, last, date(2024, 6, 1)).forecast_date
    assert middle is not None
    overall = (900 - 325) / (325 / 39)
    assert working_days_between(last, middle) < overall


@pytest.mark.parametrize("points", [[], [(0, 10, 1)], [(0, 10, 1), (1, 10, 2), (2, 10, 3)]], ids=["no night", "one night", "three nights"])
def test_too_little_history_is_said(points: list[tuple[int, int, int]]) -> None:
    seen = foreseen(nights(points), date(2023, 11, 10), date(2023, 12, 21))
    assert (seen.state, seen.forecast_date, seen.band) == (State.UNKNOWN, None, ())


def test_nothing_left_is_done_even_after_the_deadline() -> None:
    assert foreseen(nights([(0, 10, 5), (1, 10, 10)]), date(2024, 2, 1), date(2023, 12, 21)).state is State.DONE


def test_no_dwellings_is_not_done() -> None:
    assert foreseen(nights([(0, 0, 0)]), FIRST, date(2023, 12, 21)).state is State.UNKNOWN


def test_nights_that_did_not_see_the_register_say_nothing_of_pace() -> None:
    blind = nights([(20, 500, 190), (21, 500, 190)], register_seen=False)
    seen = foreseen(pl.concat([steady(10), blind]), add_working_days(FIRST, 21), date(2024, 6, 1))
    assert seen.actual_per_working_day == pytest.approx(10)


def test_nights_after_the_date_are_not_known_yet() -> None:
    assert foreseen(steady(10), date(2023, 11, 3), date(2024, 1, 1)) == foreseen(steady(10, days=3), date(2023, 11, 3), date(2024, 1, 1))


def test_the_same_history_gives_the_same_forecast() -> None:
    assert forecast(history(), municipality(), AS_OF, seed=7) == forecast(history(), municipality(), AS_OF, seed=7)


def test_required_pace_ends_with_the_deadline() -> None:
    assert foreseen(steady(10), LAST, add_working_days(LAST, 10)).required_per_working_day == pytest.approx(31)
    assert foreseen(steady(10), LAST, LAST).required_per_working_day is None


def test_the_scope_stops_growing_where_the_plan_stopped_counting() -> None:
    # 10 go in and 10 come into scope a working day: without an end to the growth, never.
    growing = steady(10, scope=310, growth=10)
    assert foreseen(growing, LAST, date(2024, 6, 1)).forecast_date is None
    counted = {"eldre": Category(title="Eldre", baseline=500), "institusjon": Category(title="Plass", in_scope=False, baseline=900)}
    seen = forecast(growing, municipality(deadline=date(2024, 6, 1), categories=counted), LAST)
    assert seen.forecast_date is not None
    assert abs(working_days_between(LAST, seen.forecast_date) - 31) <= 1
