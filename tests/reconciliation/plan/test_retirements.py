"""An entry of ours whose home is in no list any more is deleted only when that is sure."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from reconciliation.model.reasons import english
from reconciliation.model.tables import SOURCE_ROWS
from reconciliation.plan.planning import actionable
from tests.reconciliation.decisions.nights import decided
from tests.reconciliation.plan.small_plans import ENTRY, UNIT, only, planned
from tests.strategies import SOURCES

GONE = {
    "one night is too short": ({}, SOURCES, 2, "retire_waiting"),
    "the second night": ({"old": 1}, SOURCES, 2, None),
    "a source that held it failed": ({"old": 9}, ("omsorg",), 2, "source_incomplete"),
    "another source failed, where it may have moved to": ({"old": 9}, ("fdv",), 2, "source_incomplete"),
}


@pytest.mark.parametrize("case", GONE.values(), ids=GONE.keys())
def test_ours_and_gone_is_retired_only_when_it_is_sure(case: tuple[dict[str, int], tuple[str, ...], int, str | None]) -> None:
    absences, complete, nights, guard = case
    item = only(planned([], [ENTRY], {"old": "k1"}, absences=absences, complete=complete, retire_after_nights=nights))
    assert (item["class"], item["reason"], item["held"]) == ("retire", "gone", guard)
    assert "FDV" in english(item["reason"], json.loads(item["details"])), "the sentence names what it is gone from"


MEASURED = {"gardsnummer": 31, "bruksnummer": 1, "bruksareal": 45.0, "antall_soverom": 1, "manedsleie": 7000.0}
"""In the row that was there, in its entry, and in a row that is new tonight unless the case says otherwise."""
MAY_BE_IT = {
    "the key alone is another": {},
    "its unit number is gone": {"bruksenhetsnummer": None, "manedsleie": 7400.0},
    "its unit number is another": {"bruksenhetsnummer": "H0102"},
    "its unit number is another and the rent went up": {"bruksenhetsnummer": "H0102", "manedsleie": 8000.0},
    "the house got a letter": {"bruksenhetsnummer": None, "bokstav": "A"},
    "the street was renamed": {"adressenavn": "Granveien"},
    "the street has a slip": {"adressenavn": "Storgatta", "bruksenhetsnummer": None},
    "nothing is measured": {"bruksenhetsnummer": None, **dict.fromkeys(MEASURED)},
    "it is measured otherwise, and Kobo would call them one": {"bruksareal": 95.0, "antall_soverom": 4, "manedsleie": 9900.0},
}


@pytest.mark.parametrize("values", MAY_BE_IT.values(), ids=MAY_BE_IT.keys())
def test_a_new_row_that_may_be_the_home_of_an_entry_whose_row_is_gone_is_asked_about_and_the_entry_stays(values: dict[str, Any]) -> None:
    """The same home under a new key: it would be made anew, and its history in Kobo deleted."""
    gone = {**ENTRY, **MEASURED}
    plan = planned([{**UNIT, **MEASURED, **values}], [gone], {"old": "k1"}, retire_after_nights=1)
    assert plan.items.select("class", "reason", "held").rows() == [("retire", "gone", "same_place_asked"), ("review", "home_gone", None)]


ALONE_ALIKE = {**UNIT, "postnummer": "9910", "bruksareal": 45.0, "antall_soverom": 1, "manedsleie": 7000.0}
OTHER_LIST = {"source": "eiendom", "adressenavn": "Skolebakken", "nummer": 7}
NEIGHBOUR = {"source": "eiendom", "adressenavn": "Bakken", "nummer": 4}


ALONE = {
    "alone": ({}, [], True),
    "its area is not known": ({"bruksareal": None}, [], True),
    "its rent is another": ({"manedsleie": 7010.0}, [], False),
    "its postal code is another": ({"postnummer": "9920"}, [], False),
    "a second one is equal": ({}, [NEIGHBOUR], False),
    "a second one has its rent and number": ({}, [{**NEIGHBOUR, "antall_soverom": 3}], False),
    "a neighbour pays another rent": ({}, [{**NEIGHBOUR, "manedsleie": 8000.0}], True),
}


@pytest.mark.parametrize(("row", "neighbours", "asked"), ALONE.values(), ids=ALONE.keys())
def test_a_home_that_comes_in_another_list_under_another_street_is_asked_about_where_it_is_alone_of_its_kind(
    row: dict[str, Any], neighbours: list[dict[str, Any]], asked: bool
) -> None:
    """Its street was renamed, or written otherwise, and no cadastre number tells: it was made anew, and deleted two nights later."""
    coming = [{**ALONE_ALIKE, **OTHER_LIST, **values} for values in (row, *neighbours)]
    beside = {**UNIT, "nummer": 33}
    plan = planned([*coming, beside], [{**ENTRY, **ALONE_ALIKE}], {"old": "k1"}, retire_after_nights=1)
    items = {item["leverandor_bolig_id"]: (item["class"], item["reason"], item["held"]) for item in plan.items.iter_rows(named=True)}
    waits, goes = ("review", "home_gone", None), ("create", "not_in_register", None)
    assert items["eiendom-1"] == (waits if asked else goes)
    assert items["old"] == ("retire", "gone", "same_place_asked" if asked else None)


@pytest.mark.parametrize(("unit", "night_after"), [("H0101", "place_taken"), ("H0102", None)])
def test_once_a_person_said_that_they_are_two_homes_the_one_is_deleted_and_the_other_created(unit: str, night_after: str | None) -> None:
    """Kobo refuses two homes at one place: there the new one is created the night after."""
    another_home = decided({"kind": "match", "subject": "fdv-1", "other": "kobo:k1", "verdict": "different"})
    row, gone = {**MEASURED, "bruksenhetsnummer": unit}, {**ENTRY, **MEASURED}
    plan = planned([row], [gone], {"old": "k1"}, retire_after_nights=1, decisions=another_home)
    assert plan.items.select("class", "held").rows() == [("create", night_after), ("retire", None)]


def test_a_home_that_is_sold_is_deleted_though_another_one_is_bought_in_its_house() -> None:
    other = {**UNIT, **MEASURED, "bruksenhetsnummer": "H0301", "bruksareal": 95.0, "antall_soverom": 4, "manedsleie": 9900.0}
    plan = planned([other], [{**ENTRY, **MEASURED}], {"old": "k1"}, retire_after_nights=1)
    assert plan.items.select("class", "held").rows() == [("create", None), ("retire", None)]


def test_no_entry_is_deleted_where_a_row_that_may_be_its_home_waits_for_any_reason() -> None:
    doubted = [{**UNIT, "bruksareal": 40.0}, {"source": "eiendom", **UNIT, "bruksareal": 80.0}]
    for house, guard in ((1, "same_place_asked"), (31, None)):
        plan = planned(doubted, [{**ENTRY, "nummer": house}], {"old": "k1"}, retire_after_nights=1)
        assert {(item["class"], item["held"]) for item in plan.items.iter_rows(named=True)} == {("review", None), ("retire", guard)}


@pytest.mark.parametrize(("house", "guard"), [(1, "same_place_asked"), (31, None)])
def test_no_entry_is_deleted_where_a_row_that_may_be_its_home_is_rejected(house: int, guard: str | None) -> None:
    row = {**dict.fromkeys(SOURCE_ROWS), "source": "fdv", "source_key": "new", "kommunenummer": "9902"}
    rejected = pl.DataFrame([{**row, "adressenavn": "STORGATEN", "nummer": house, "manedsleie": 7000.0}], schema=SOURCE_ROWS)
    plan = planned([], [{**ENTRY, **MEASURED}], {"old": "k1"}, rejected=rejected, retire_after_nights=1)
    assert only(plan)["held"] == guard


BESIDE = {
    "in another house": ({"nummer": 3}, None),
    "under another unit number": ({"bruksenhetsnummer": "H0102"}, None),
    "at the same place, perhaps the home's own row written twice": ({}, "same_place_asked"),
    "without a unit number in the same house": ({"bruksenhetsnummer": None}, "same_place_asked"),
}


@pytest.mark.parametrize(("values", "guard"), BESIDE.values(), ids=BESIDE.keys())
def test_a_rejected_row_that_was_beside_the_home_in_its_list_is_not_waited_for_where_it_is(
    values: dict[str, Any], guard: str | None
) -> None:
    """The entry of a home that was sold stayed for ever, and nobody was asked."""
    row = {
        **dict.fromkeys(SOURCE_ROWS),
        "source": "fdv",
        "source_key": "next",
        "kommunenummer": "9902",
        "adressenavn": "Storgata",
        "nummer": 1,
    }
    rejected = pl.DataFrame([{**row, **UNIT, **MEASURED, **values}], schema=SOURCE_ROWS)
    gone = {**ENTRY, **MEASURED, "adressenavn": "Storgata"}
    for beside, expected in (((), "same_place_asked"), ((("old", "fdv:next"),), guard)):
        item = only(planned([], [gone], {"old": "k1"}, rejected=rejected, beside=beside, retire_after_nights=1))
        assert item["held"] == expected
        if expected:
            assert "FDV: next" in english(item["held"], json.loads(item["details"])), "the row that is waited for has a name"


def test_every_source_that_ever_held_it_must_be_complete() -> None:
    plan = planned([], [ENTRY], {"old": "k1"}, complete=("fdv",), held_by=("fdv", "eiendom"))
    assert only(plan)["held"] == "source_incomplete"
    assert actionable(plan).is_empty()


def test_nothing_remembered_of_who_held_it_is_nothing_sure() -> None:
    assert only(planned([], [ENTRY], {"old": "k1"}, held_by=()))["held"] == "source_incomplete"


def test_the_entry_of_a_dwelling_that_a_person_joined_with_another_is_retired() -> None:
    """Its row is the other dwelling's now; it is gone, and no list lacks it."""
    joined = decided({"kind": "merge", "subject": "fdv:1", "other": "omsorg:2", "verdict": "same"})
    for decisions, guard in ((None, "source_incomplete"), (joined, None)):
        plan = planned([], [ENTRY], {"omsorg-2": "k1"}, held_by=(), absences={"omsorg-2": 1}, decisions=decisions)
        assert only(plan)["held"] == guard
