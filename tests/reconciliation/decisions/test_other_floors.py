"""A unit number that names another floor than its row gives is asked for once, of the owner of that row."""

from __future__ import annotations

import pytest

from reconciliation.decisions.answer_checks import AnswerOutcome
from reconciliation.decisions.question import UNIT
from reconciliation.ledger import Ledger
from reporting.asked_in_words import asked_in_words
from tests.reconciliation.decisions.test_answer_checks import Town
from tests.reconciliation.decisions.test_choosing import Row, omsorg
from tests.strategies import municipality


def test_a_number_that_names_another_floor_than_its_row_is_asked_for_and_the_answer_stands(ledger: Ledger) -> None:
    """A column slid one row down: the rows of one list are never candidates of each other, so their numbers are asked for."""
    rows = [{"bruksenhetsnummer": unit, "etasjenummer": floor} for unit, floor in (("H0101", 2), ("H0102", 1), ("H0201", 1))]
    town = Town(ledger, rows, [])
    asked = town.open()
    assert [(question.about, question.dwelling, question.reason) for question in asked] == [
        (UNIT, "fdv-1", "unit_contradicts_floor"),
        (UNIT, "fdv-3", "unit_contradicts_floor"),
    ]
    for question, unit in zip(asked, ("H0201", "H0101"), strict=True):
        assert town.say(question, unit) is AnswerOutcome.STORED
    assert town.open() == []
    assert town.night().merged.dwellings["bruksenhetsnummer"].to_list() == ["H0201", "H0102", "H0101"]
    assert town.night().item("fdv-1")["class"] == "create"


def test_whoever_has_the_row_whose_number_contradicts_its_floor_is_asked_and_the_row_is_named(ledger: Ledger) -> None:
    """The home of two lists is known, and not in Kobo yet; the row of the one that gives no floor is not what is asked about."""
    rows = [{"bruksenhetsnummer": "H0101"}, {"bruksenhetsnummer": "H0301"}, omsorg("1", bruksenhetsnummer="H0101", owner="omsorg")]
    town = Town(ledger, rows, [])
    assert town.open() == []
    rows[-1]["etasjenummer"] = 2
    (question,) = town.open()
    assert (question.about, question.dwelling, question.owner, question.contradicting) == (UNIT, "fdv-1", "omsorg", ("omsorg:1",))
    assert "rad 1, har bruksenhetsnummer H0101 og etasje 2." in asked_in_words(question, municipality())
    assert [answer.code for answer in question.answers] == ['value:"H0101"', "new", "unsure", "split"]
    assert town.say(question, 'value:"H0101"') is AnswerOutcome.STORED
    assert town.open() == []
    assert town.night().item("fdv-1")["class"] == "create"


OTHER_FLOOR = {"bruksenhetsnummer": "H0101", "etasjenummer": 3, "manedsleie": 7000.0, "bruksareal": 49.0}


@pytest.mark.parametrize(("code", "unit"), [("H0301", "H0301"), ("H0101", "H0101"), ("new", "H0101"), ("unsure", None)])
def test_such_a_number_is_asked_for_once_also_of_a_row_that_is_alone_in_its_house(ledger: Ledger, code: str, unit: str | None) -> None:
    """Kobo lets nobody change a unit number afterwards."""
    town = Town(ledger, [dict(OTHER_FLOOR)], [])
    (question,) = town.open()
    assert (question.about, question.dwelling, question.reason) == (UNIT, "fdv-1", "unit_contradicts_floor")
    assert town.night().item()["class"] == "review"
    assert town.say(question, code) is AnswerOutcome.STORED
    assert town.open() == []
    assert town.night().item()["class"] == ("create" if unit else "review")
    assert town.night().merged.dwellings["bruksenhetsnummer"].to_list() == [unit or "H0101"]


def test_two_lists_that_contradict_themselves_alike_are_asked_for_the_number_once_they_are_one_home(ledger: Ledger) -> None:
    upstairs = {"bruksenhetsnummer": "H0201", "etasjenummer": 2, "bruksareal": 80.0, "manedsleie": 9900.0}
    town = Town(ledger, [dict(OTHER_FLOOR), omsorg("1", **OTHER_FLOOR), upstairs, omsorg("2", **upstairs)], [])
    (pair,) = town.open()
    assert town.say(pair, "same") is AnswerOutcome.STORED
    (number,) = town.open()
    assert (number.about, number.reason) == (UNIT, "unit_contradicts_floor")
    assert town.say(number, "new") is AnswerOutcome.STORED
    assert town.open() == []
    assert town.night().item(number.dwelling)["class"] == "create"


def test_a_number_that_one_of_two_lists_gives_without_a_floor_is_not_asked_for(ledger: Ledger) -> None:
    town = Town(ledger, [dict(OTHER_FLOOR), omsorg("1", bruksenhetsnummer="H0101")], [])
    (pair,) = town.open()
    assert town.say(pair, "same") is AnswerOutcome.STORED
    assert town.open() == []
    assert town.night().plan.items["class"].to_list() == ["create"]


@pytest.mark.parametrize("neighbours", [[], [{"bruksenhetsnummer": "H0201"}]])
def test_a_home_that_has_its_number_in_kobo_stays_in_sync_when_its_list_gives_another_floor(ledger: Ledger, neighbours: list[Row]) -> None:
    entry = {"kobo_id": "k1", "leverandor_bolig_id": "fdv-1", **OTHER_FLOOR}
    town = Town(ledger, [{**OTHER_FLOOR, "etasjenummer": None}, *neighbours], [entry], own="yes")
    assert town.night().item()["class"] == "in_sync"
    town.rows[0]["etasjenummer"] = 3
    assert (town.night().item()["class"], town.open()) == ("in_sync", [])
    town.rows[0]["bruksenhetsnummer"] = "H0201" if not neighbours else "H0401"
    assert town.night().item()["class"] in ("conflict", "review"), "a number that Kobo does not have is asked about"
