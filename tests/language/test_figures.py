"""Numbers, shares, dates and lists as Norwegian texts write them."""

from __future__ import annotations

from datetime import date

import pytest

from language import counted, day, listed, number, percent, short_day, weekday

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(0, 0, "0"), (1090, 0, f"1{SPACE}090"), (1234567, 0, f"1{SPACE}234{SPACE}567"), (81.44, 1, "81,4"), (-3, 0, "−3"), (-0.01, 1, "0,0")],
)
def test_numbers(value: float, decimals: int, text: str) -> None:
    assert number(value, decimals) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0"), (1, "100"), (0.814, "81"), (0.9999, "99"), (0.0001, "1")], ids=["none", "all", "some", "almost", "barely"]
)
def test_percent_is_100_only_when_all_is_done(share: float, text: str) -> None:
    assert percent(share) == f"{text}{SPACE}%"


def test_dates_leave_out_the_year_that_goes_without_saying() -> None:
    assert day(date(2024, 1, 9), 2024) == f"9.{SPACE}januar"
    assert day(date(2024, 1, 9), 2023) == f"9.{SPACE}januar 2024"
    assert short_day(date(2024, 1, 9)) == "9.1.2024"
    assert weekday(date(2023, 12, 8)) == "fredag"


@pytest.mark.parametrize(("value", "text"), [(0, "0 boliger"), (1, "1 bolig"), (2, "2 boliger"), (1090, "1 090 boliger")])
def test_plurals(value: int, text: str) -> None:
    assert counted(value, "bolig") == text.replace(" ", SPACE)


@pytest.mark.parametrize(("parts", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a og b"), (["a", "b", "c"], "a, b og c")])
def test_lists(parts: list[str], text: str) -> None:
    assert listed(parts) == text
