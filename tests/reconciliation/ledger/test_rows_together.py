"""Which rejected rows were in a list together with the row of a home that is gone."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from reconciliation.ledger import Ledger
from tests.reconciliation.ledger.test_remembering import FIRST, PLACE, deviation, deviations, items, night

SOURCES = ("facilit", "excel")


def a_night(ledger: Ledger, number: int, *, home: dict[str, str], rejected: list[str], read: bool = True) -> None:
    """home: source -> key of the home's rows, none when it is gone. rejected: keys in facilit. read: whether both sources were."""
    run_id, as_of = night(ledger, number), FIRST + timedelta(days=number)
    keys = pl.DataFrame(
        [(source, key, "home") for source, key in home.items()], schema=["source", "source_key", "leverandor_bolig_id"], orient="row"
    )
    ledger.save_memberships(PLACE, keys.cast(pl.String()), as_of)
    ledger.record_deviations(run_id, as_of, deviations(*map(deviation, rejected)), ["facilit"])
    gone = items(("retire", "home", "k1")) if read and not home else items()
    ledger.record_plan(run_id, gone, "x", refusals=[], register_verdict="complete", gone=["home"] if gone.height else [])
    verdicts = {"facilit": {"verdict": "complete"}, "excel": {"verdict": "complete" if read else "failed"}}
    ledger.finish_run(run_id, "done", {}, verdicts)


def beside(ledger: Ledger, number: int) -> set[tuple[str, str]]:
    return set(ledger.rejected_beside(PLACE, ["home"], FIRST + timedelta(days=number), SOURCES))


HOME = {"facilit": "1"}
ROW = {("home", "facilit:2")}


@pytest.mark.parametrize("home", [HOME, {**HOME, "excel": "9"}], ids=["in one list", "in two"])
def test_a_row_that_was_rejected_when_the_home_came_was_beside_it(home: dict[str, str], ledger: Ledger) -> None:
    a_night(ledger, 0, home=home, rejected=["2"])
    a_night(ledger, 1, home={}, rejected=["2", "3"])
    assert beside(ledger, 2) == ROW, "not the one that came when the home went: it may be its row under a new key"


def test_a_row_that_came_later_was_beside_the_home_on_a_night_when_all_was_read(ledger: Ledger) -> None:
    a_night(ledger, 0, home=HOME, rejected=[])
    a_night(ledger, 1, home=HOME, rejected=["2"])
    a_night(ledger, 2, home={}, rejected=["2", "3"], read=False)
    a_night(ledger, 3, home={}, rejected=["2", "3"])
    assert beside(ledger, 4) == ROW, "while a list was unread, nobody knows whether the home was there"


def test_of_a_home_in_two_lists_nobody_knows_when_it_left_the_one(ledger: Ledger) -> None:
    a_night(ledger, 0, home={**HOME, "excel": "9"}, rejected=[])
    a_night(ledger, 1, home={"excel": "9"}, rejected=["2"])
    a_night(ledger, 2, home={}, rejected=["2"])
    assert beside(ledger, 3) == set()


def test_a_row_that_was_mended_in_between_was_not_there_all_along(ledger: Ledger) -> None:
    a_night(ledger, 0, home=HOME, rejected=["2"])
    a_night(ledger, 1, home=HOME, rejected=[])
    a_night(ledger, 2, home={}, rejected=["2"])
    assert beside(ledger, 3) == set()
