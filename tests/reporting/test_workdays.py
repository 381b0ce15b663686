"""Norwegian working days: weekends and public holidays are not counted."""

from __future__ import annotations

from datetime import date

import pytest

from reporting.workdays import add_working_days, working_days_between


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2023, 12, 8), date(2023, 12, 8), 0),
        (date(2023, 12, 8), date(2023, 12, 11), 1),  # over a weekend
        (date(2023, 12, 22), date(2023, 12, 27), 1),  # Christmas day and the day after are holidays
        (date(2024, 3, 27), date(2024, 4, 2), 1),  # Easter
        (date(2023, 12, 21), date(2024, 1, 2), 5),  # over New Year
        (date(2023, 12, 11), date(2023, 12, 8), -1),
    ],
)
def test_working_days(start: date, end: date, days: int) -> None:
    assert working_days_between(start, end) == days
    if days > 0:
        assert add_working_days(start, days) == end


def test_no_working_days_later_is_the_same_day() -> None:
    assert add_working_days(date(2023, 12, 9), 0) == date(2023, 12, 9)
    assert add_working_days(date(2023, 12, 9), 1) == date(2023, 12, 11)
