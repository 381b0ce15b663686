"""What differs between any two nights: the figures add up, the page shows the typed data, and nothing shielded is named."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reconciliation.ledger import OPEN_DEVIATIONS
from reconciliation.ledger.plans import CLASS_CHANGES
from reporting.changes_page import CHANGES_PAGE, DATA, changes_since_last_night
from reporting.night_changes import CLASSES, between, night_log
from reporting.night_report import DecidedThatDay, NightResult
from reporting.publish import publish
from tests.reporting.example import AS_OF, NIGHTS, dwellings, items, night
from tests.reporting.test_browser import browser, page  # noqa: F401 - fixtures

DAYS = [date(2023, 10, 31) + timedelta(days=number) for number in NIGHTS]
SECRET = "facilit-000003"
CAME, WENT, MOVED, LONG = "facilit-000000", "facilit-000999", "boei-000002", "boei-000005"


def stays(*lives: tuple[str, str, int, int]) -> pl.DataFrame:
    """(dwelling, class, first night, last night it was noted)."""
    return pl.DataFrame([(home, DAYS[first], kind, DAYS[last]) for home, kind, first, last in lives], schema=CLASS_CHANGES, orient="row")


def fault(key: str, since: int, fixed: int | None = None, first: int | None = None) -> dict[str, Any]:
    return {
        **dict.fromkeys(OPEN_DEVIATIONS),
        "source": "facilit",
        "owner": "boligkontoret",
        "source_key": key,
        "file": "drop/Seksjon.csv",
        "row": 7 + int(key),
        "heading": "Adresse",
        "rule": "A02",
        "severity": "error",
        "first_seen": DAYS[since if first is None else first],
        "since": DAYS[since],
        "fixed": None if fixed is None else DAYS[fixed],
        "times_returned": 0,
    }


def result_with_lives(**changes: Any) -> NightResult:
    homes = dwellings(12)
    lives = stays(
        (CAME, "create", 3, 3), (CAME, "in_sync", 4, 4),
        (LONG, "in_sync", 0, 0),
        (MOVED, "review", 0, 2), (MOVED, "in_sync", 3, 3), (MOVED, "conflict", 5, len(DAYS) - 1),
        (SECRET, "create", 1, 1), (SECRET, "in_sync", 2, 2),
        (WENT, "in_sync", 0, 0), (WENT, "retire", 4, 5),
    )  # fmt: skip
    log = pl.DataFrame(
        [fault("900", 0, 2), fault("901", 1), fault("902", 4, None, 0), fault("903", 2, 3), fault("3", 1, 5)], OPEN_DEVIATIONS
    )
    answers = (DecidedThatDay(DAYS[2], "facilit:1: Samme bolig"), DecidedThatDay(DAYS[4], None))
    made = night(dwellings=homes, items=items(homes), class_changes=lives, deviation_log=log, answers=answers)
    return replace(made, **changes)


def test_dwellings_come_go_and_change_class() -> None:
    log = night_log(result_with_lives())
    night_changes = between(log, 2, 4)
    assert night_changes.came == ((CAME, "in_sync"),)
    assert set(night_changes.moved) == {(MOVED, "review", "in_sync"), (WENT, "in_sync", "retire")}
    assert between(log, 4, len(DAYS) - 1).went == ((WENT, "retire"),)
    assert log.whole == {"in_sync": 1}, "what never changes is counted and not listed"


def test_a_shielded_dwelling_is_counted_and_never_named(tmp_path: Path) -> None:
    log = night_log(result_with_lives())
    assert between(log, 0, 2).came == ((None, "in_sync"),)
    assert [deviation.place for deviation in between(log, 4, 5).fixed] == [None], "nor is a deviation of its row"
    folder = publish(result_with_lives(), tmp_path).folder
    written = (folder / CHANGES_PAGE).read_text(encoding="utf-8") + (folder / "boliger" / DATA).read_text(encoding="utf-8")
    assert SECRET not in written
    assert "rad 10," not in written


def test_deviations_come_return_are_fixed_and_pass_by() -> None:
    log = night_log(result_with_lives())
    night_changes = between(log, 0, 4)
    assert [len(some) for some in (night_changes.new, night_changes.returned, night_changes.fixed)] == [2, 1, 1]
    assert night_changes.passing == 1
    assert night_changes.fixed[0].place == "Seksjon.csv, rad 907, Adresse"


def test_answers_are_those_of_the_days_between() -> None:
    log = night_log(result_with_lives())
    assert [answer.in_words for answer in between(log, 1, 3).answered] == ["facilit:1: Samme bolig"]
    assert len(between(log, 0, 5).answered) == 2


@pytest.mark.parametrize(("first", "other"), [*pairwise(range(6)), (0, 5), (2, 4)])
def test_the_figures_of_two_nights_agree(first: int, other: int) -> None:
    log = night_log(result_with_lives())
    night_changes = between(log, first, other)
    before, now = log.count(first), log.count(other)
    assert sum(before.values()) + len(night_changes.came) - len(night_changes.went) == sum(now.values())
    for kind in CLASSES:
        into = sum(after == kind for *_, after in (*night_changes.came, *night_changes.moved))
        out = sum(then == kind for _, then, *_ in (*((home, then) for home, then in night_changes.went), *night_changes.moved))
        assert before.get(kind, 0) + into - out == now.get(kind, 0)
    opened = sum(fault.since <= first and (fault.fixed is None or fault.fixed > first) for fault in log.faults)
    left = sum(fault.since <= other and (fault.fixed is None or fault.fixed > other) for fault in log.faults)
    assert opened + len(night_changes.new) + len(night_changes.returned) - len(night_changes.fixed) == left


def test_a_night_that_is_played_again_knows_nothing_of_later_ones() -> None:
    log = night_log(result_with_lives(as_of=DAYS[2]))
    assert log.nights == DAYS[:3]
    assert all(fault.fixed is None or fault.fixed <= 2 for fault in log.faults)


def test_the_page_says_what_differs_since_the_night_before() -> None:
    assert changes_since_last_night(night_log(night()))[0].startswith("Ingen ")
    assert changes_since_last_night(night_log(result_with_lives(as_of=DAYS[4]))) == [
        "Boliger: 0\N{NO-BREAK SPACE}nye, 0 borte, 2 i en ny gruppe.",
        "Avvik: 0\N{NO-BREAK SPACE}nye, 1 tilbake, 0 rettet.",
        "1 besvart.",
    ]


@pytest.mark.browser
def test_any_two_nights_can_be_chosen_and_say_what_the_data_says(page: Any, tmp_path: Path) -> None:  # noqa: F811 - fixture
    result = result_with_lives()
    folder = publish(result, tmp_path).folder
    log = night_log(result)
    page.goto(f"{(folder / CHANGES_PAGE).as_uri()}?fra={DAYS[0]}&til={DAYS[4]}")
    for first, other in ((0, 4), (2, 5)):
        page.select_option("#a", str(first))
        page.select_option("#b", str(other))
        rows = page.eval_on_selector_all("#d table", "all => all.map(t => [...t.rows].map(r => [...r.cells].map(c => c.textContent)))")
        night_changes = between(log, first, other)
        homes, faults = rows[0], next(table for table in rows if table[0][0] == "Dataeier")
        total = [sum(log.count(first).values()), len(night_changes.came), len(night_changes.went), sum(log.count(other).values())]
        assert [int(cell) for cell in homes[-1][1:]] == total
        assert [int(cell) for cell in faults[-1][2:5]] == [len(night_changes.new), len(night_changes.returned), len(night_changes.fixed)]
    page.goto((folder / CHANGES_PAGE).as_uri())
    assert page.evaluate("document.getElementById('a').value") == str(len(DAYS) - 2)
    assert json.loads(json.dumps(page.evaluate("document.documentElement.scrollWidth <= innerWidth")))
    assert DAYS[-1] == AS_OF
