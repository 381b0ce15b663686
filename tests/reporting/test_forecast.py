"""The forecast says what history bears, and no more."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from reconciliation.ledger import HISTORY
from reconciliation.model.municipality_parts import Category
from reporting.forecast import Forecast, ForecastState, forecast
from reporting.headline import what_next
from reporting.past_forecasts import past_forecasts
from reporting.possible_futures import LEAST_SPREAD, _levels
from reporting.workdays import add_working_days, working_days_between
from tests.reporting.example import AS_OF, history, municipality, night

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
    [
        (40, ForecastState.ON_TRACK),
        (31, ForecastState.AT_RISK),
        (22, ForecastState.TOO_LATE),
        (5, ForecastState.TOO_LATE),
        (-3, ForecastState.PASSED),
    ],
)
def test_an_even_pace_decides_the_state(deadline_after: int, state: ForecastState) -> None:
    # 500 − 19 × 10 = 310 left, 10 a day: done on the 31st working day from the last night.
    deadline = add_working_days(LAST, deadline_after) if deadline_after > 0 else LAST + timedelta(days=deadline_after)
    seen = foreseen(steady(10), LAST, deadline)
    assert seen.state is state
    assert seen.forecast_date is not None
    assert abs(working_days_between(LAST, seen.forecast_date) - 31) <= 1
    assert seen.actual_per_working_day == pytest.approx(10)
    assert seen.days_to_deadline == (deadline - LAST).days


def test_newcomers_that_pass_at_once_do_not_change_when_the_rest_is_cleared() -> None:
    # Both: 10 fewer missing each working day. In one, 5 more a day come into scope and go straight in.
    still = foreseen(steady(10), LAST, date(2024, 6, 1))
    growing = foreseen(steady(15, growth=5), LAST, date(2024, 6, 1))
    assert growing.scope_growth_per_working_day == pytest.approx(5)
    unseen = pl.concat([steady(15, growth=5).head(-1), nights([(19, 0, 0)], register_seen=False)])
    assert foreseen(unseen, LAST, date(2024, 6, 1)).scope_growth_per_working_day == pytest.approx(5), "a night that did not see Kobo"
    assert foreseen(history(nights=()), LAST, date(2024, 6, 1)).still == 0
    assert growing.actual_per_working_day == still.actual_per_working_day
    assert growing.forecast_date == still.forecast_date


def test_scope_that_grows_as_fast_as_the_work_is_never_done() -> None:
    seen = foreseen(steady(5, growth=5), LAST, date(2024, 1, 1))
    assert (seen.state, seen.forecast_date, seen.chance) == (ForecastState.STILL, None, 0.0)
    assert seen.still == 19


@pytest.mark.parametrize("counted", [None, 12, 2000], ids=["nothing counted", "the plan's count is reached", "far from the plan's count"])
@pytest.mark.parametrize("moved_before", [0, 6], ids=["from the first night", "after some progress"])
def test_ten_nights_in_which_nobody_cleared_anything_are_never_on_track(counted: int | None, moved_before: int) -> None:
    """found/people, row 06: twelve stay as they are, three new dwellings go straight in each night."""
    categories = {"eldre": Category(title="Eldre", baseline=counted)} if counted else {}
    start = [(day, 32 + 3 * day, 20 + 3 * day - 2 * (moved_before - day)) for day in range(moved_before)]
    nights_made = [*start, *((day, 32 + 3 * day, 20 + 3 * day) for day in range(moved_before, moved_before + 11))]
    as_of, deadline = add_working_days(FIRST, moved_before + 10), add_working_days(FIRST, moved_before + 30)
    for until in range(moved_before + 6, len(nights_made) + 1):
        seen = forecast(nights(nights_made[:until]), municipality(deadline=deadline, categories=categories), as_of)
        assert seen.state in (ForecastState.STILL, ForecastState.TOO_LATE, ForecastState.AT_RISK), until
    assert (seen.state, seen.forecast_date, seen.late) == (ForecastState.STILL, None, None)
    assert seen.still == 10
    assert seen.remaining == 12


def test_no_progress_after_the_deadline_is_said_to_be_none() -> None:
    seen = foreseen(nights([(day, 32, 20) for day in range(12)]), add_working_days(FIRST, 11), FIRST)
    assert (seen.state, seen.forecast_date) == (ForecastState.PASSED, None)
    sentences = " ".join(what_next(night(), seen, []))
    assert "12\u00a0boliger gjenstår, og ingen er avklart på 11\u00a0arbeidsdager" in sentences
    assert "neste tre årene" not in sentences


def test_a_backlog_that_is_really_cleared_in_time_is_on_track() -> None:
    """The counterpart: the same newcomers, and one of the twelve cleared each working day."""
    nights_made = [(day, 32 + 3 * day, 20 + 3 * day + day) for day in range(8)]
    seen = foreseen(nights(nights_made), add_working_days(FIRST, 7), add_working_days(FIRST, 30))
    assert seen.state is ForecastState.ON_TRACK
    assert seen.forecast_date is not None
    assert seen.forecast_date <= add_working_days(FIRST, 30)
    assert seen.actual_per_working_day == pytest.approx(1)


def test_an_owner_that_clears_nothing_holds_up_the_date_and_is_named() -> None:
    quick = nights([(day, 200, 10 * day) for day in range(16)])
    slow = nights([(day, 12, 0) for day in range(16)]).with_columns(owner=pl.lit("eiendom"), source=pl.lit("boei"))
    seen = foreseen(pl.concat([quick, slow]), add_working_days(FIRST, 15), date(2024, 3, 1))
    holders = {holder.holder: holder for holder in seen.holders}
    assert holders["eiendom"].left == 12
    assert holders["eiendom"].still == 15
    assert holders["boligkontoret"].still == 0
    assert holders["boligkontoret"].per_week == pytest.approx(50)
    # Others clear theirs, so it is thought to begin some day; alone it would never.
    assert seen.forecast_date is not None
    assert holders["boligkontoret"].middle is not None
    assert seen.forecast_date > holders["boligkontoret"].middle
    assert foreseen(slow, add_working_days(FIRST, 15), date(2024, 3, 1)).forecast_date is None


def test_what_a_source_brings_when_it_joins_is_no_stream_of_new_ones() -> None:
    first = nights([(day, 300, 5 * day) for day in range(21)])
    late = nights([(day, 100, 4 * (day - 15)) for day in range(15, 21)]).with_columns(source=pl.lit("boei"), owner=pl.lit("eiendom"))
    seen = foreseen(pl.concat([first, late]), add_working_days(FIRST, 20), date(2024, 6, 1))
    assert seen.arriving_per_working_day == pytest.approx(0)
    assert seen.forecast_date is not None
    # 200 left at 5 a day, and 80 at 4 a day.
    assert 35 <= working_days_between(add_working_days(FIRST, 20), seen.forecast_date) <= 48


def test_what_waits_for_the_next_night_alone_is_nobodys_pace() -> None:
    made_nights = nights([(day, 100, 60 + 2 * day) for day in range(20)])
    tonight = made_nights.tail(1).with_columns(in_register=pl.col("in_register") - 3, blocked=pl.lit('{"failed": 5}'))
    seen = foreseen(pl.concat([made_nights.head(-1), tonight]), LAST, date(2024, 1, 1))
    assert sum(holder.left for holder in seen.holders) == seen.remaining
    assert {holder.holder: holder.left for holder in seen.holders}["neste natt"] == 5


def test_uneven_pace_gives_a_band_with_the_middle_inside() -> None:
    uneven = nights([(day, 500, there) for day, there in enumerate([0, 2, 30, 31, 60, 61, 62, 95, 96, 120, 121, 160])])
    seen = foreseen(uneven, add_working_days(FIRST, 11), date(2024, 1, 31))
    assert seen.early is not None
    assert seen.forecast_date is not None
    assert seen.late is not None
    assert seen.early < seen.forecast_date < seen.late
    assert all(low <= middle <= high for _, low, middle, high in seen.band)
    assert seen.state in (ForecastState.AT_RISK, ForecastState.TOO_LATE, ForecastState.ON_TRACK)


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
    assert (seen.state, seen.forecast_date, seen.band) == (ForecastState.UNKNOWN, None, ())


def test_the_deadline_has_passed_on_the_day_after_it() -> None:
    few = nights([(0, 10, 1), (1, 10, 2), (2, 10, 3)])
    last = add_working_days(FIRST, 2)
    assert foreseen(few, last, last).state is ForecastState.UNKNOWN
    assert foreseen(few, last, last - timedelta(days=1)).state is ForecastState.PASSED


@pytest.mark.parametrize(("last", "enough"), [(5, True), (4, False)])
def test_four_nights_of_five_working_days_are_enough(last: int, enough: bool) -> None:
    seen = foreseen(nights([(0, 90, 1), (1, 90, 4), (2, 90, 8), (last, 90, 20)]), add_working_days(FIRST, last), date(2024, 6, 1))
    assert (seen.forecast_date is not None) is enough


@pytest.mark.parametrize(
    ("every", "still", "stands_still"),
    [(1, 6, True), (1, 5, True), (1, 4, False), (5, 6, False)],
    ids=["six days", "a week", "less than a week", "six days where one took a week"],
)
def test_a_week_without_any_is_a_stop_where_many_were_cleared_before_and_a_pause_where_few_were(
    every: int, still: int, stands_still: bool
) -> None:
    """every: working days for each dwelling that was cleared. still: working days since the last."""
    last = 19 + still
    points = [(day, 24, min(day + 1, 20) // every) for day in range(last + 1)]
    seen = foreseen(nights(points), add_working_days(FIRST, last), date(2024, 6, 1))
    assert seen.still == still
    assert (seen.state is ForecastState.STILL) is stands_still


def test_scope_grows_as_it_did_over_four_weeks_and_not_as_in_the_last_nights() -> None:
    seen = foreseen(nights([(day, 300 if day < 10 else 340, 5 * day) for day in range(21)]), add_working_days(FIRST, 20), date(2024, 6, 1))
    assert seen.scope_growth_per_working_day == pytest.approx(2)


def test_nothing_left_is_done_even_after_the_deadline() -> None:
    assert foreseen(nights([(0, 10, 5), (1, 10, 10)]), date(2024, 2, 1), date(2023, 12, 21)).state is ForecastState.DONE


def test_no_dwellings_is_not_done() -> None:
    assert foreseen(nights([(0, 0, 0)]), FIRST, date(2023, 12, 21)).state is ForecastState.UNKNOWN


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
    assert foreseen(steady(10), LAST, add_working_days(LAST, 1)).required_per_working_day == pytest.approx(310)
    assert foreseen(steady(10), LAST, LAST).required_per_working_day is None


def test_no_new_ones_come_once_the_scope_is_what_the_plan_counted() -> None:
    # Ten are cleared in one source each working day, and eight that are stuck come in the other.
    cleared = nights([(day, 400, 10 * day) for day in range(20)])
    coming = nights([(day, 8 * day, 0) for day in range(20)]).with_columns(source=pl.lit("boei"))
    growing = pl.concat([cleared, coming])
    counted = {"eldre": Category(title="Eldre", baseline=552), "institusjon": Category(title="Plass", in_scope=False, baseline=900)}
    ends = forecast(growing, municipality(deadline=date(2024, 6, 1), categories=counted), LAST)
    endless = foreseen(growing, LAST, date(2024, 6, 1))
    assert ends.arriving_per_working_day == pytest.approx(8)
    assert ends.forecast_date is not None
    assert endless.forecast_date is None or endless.forecast_date > ends.forecast_date
    assert abs(working_days_between(LAST, ends.forecast_date) - 36) <= 3


NIGHTS = {
    "kept": ([min(100, 4 * day) for day in range(40)], "kept"),
    "broken": ([min(70, 5 * day) for day in range(32)], "broken"),
    "none was said": ([0] * 40, "open"),
}


@pytest.mark.parametrize(("there", "became"), NIGHTS.values(), ids=NIGHTS)
def test_what_was_said_before_is_beside_what_came_of_it(there: list[int], became: str) -> None:
    made_nights = nights([(day, 100, number) for day, number in enumerate(there)])
    outcomes = past_forecasts(made_nights, municipality(deadline=date(2024, 1, 5), categories={}), add_working_days(FIRST, len(there) - 1))
    assert became in {earlier.became for earlier in outcomes}
    assert all(earlier.forecast_date is None for earlier in outcomes if not earlier.moving)
    assert [earlier.night for earlier in outcomes] == sorted(earlier.night for earlier in outcomes)


def spread_of(cleared: list[float]) -> float:
    """Log-scale spread of the pace on the next working day, after that many dwellings on each of so many working days."""
    flow = SimpleNamespace(cleared=np.array(cleared))
    draw = SimpleNamespace(futures=2000, random=np.random.default_rng(1))
    return float(np.log(_levels([flow], draw)[:, 0]).std())  # type: ignore[list-item, arg-type]


def test_a_pace_wanders_from_week_to_week_and_not_from_day_to_day() -> None:
    monthly_heap = [60.0, 0.0]  # before the first whole week, counted back from the last night
    even_weeks = [0.0, 0.0, 10.0, 0.0, 0.0] * 4
    assert spread_of(monthly_heap + even_weeks) == pytest.approx(LEAST_SPREAD, rel=0.1)
    assert spread_of(even_weeks + monthly_heap) > 2 * LEAST_SPREAD
    assert spread_of(([0.0] * 5 + [0.0, 0.0, 40.0, 0.0, 0.0]) * 2) > 2 * LEAST_SPREAD
