"""kommunenummer in the plan: names of one place are no difference, and nothing is created with a number that is not in use."""

from __future__ import annotations

from datetime import date

import pytest

from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.plan.planning import Plan, actionable, make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from tests.strategies import SOURCES, bases_of, links, municipality, none_known, register, standing_rows

BEFORE, AFTER = date(2023, 12, 31), date(2024, 1, 1)


def planned(ours: str, theirs: str | None, as_of: date) -> Plan:
    """The plan for one dwelling under the number `ours`, linked with an entry under `theirs` where there is one."""
    house = municipality()
    merged = merge(standing_rows({"source": "fdv", "source_key": "1", "kommunenummer": ours}), none_known(), None, house)
    (known,) = merged.dwellings["leverandor_bolig_id"]
    seen = register() if theirs is None else register({"kobo_id": "k1", "kommunenummer": theirs})
    linked = links() if theirs is None else links(**{known: "k1"})
    matches = match(merged.dwellings, seen, linked, None)
    return make_plan(merged, seen, matches, Reading(frozenset(SOURCES)), Remembered(linked, bases_of(seen)), house, as_of)


@pytest.mark.parametrize(("ours", "theirs"), [("3301", "3005"), ("1508", "1507"), ("3420", "0427")])
def test_an_entry_that_kobo_has_under_the_number_of_before_the_reform_is_no_conflict(ours: str, theirs: str) -> None:
    assert planned(ours, theirs, AFTER).items["class"].to_list() == ["in_sync"]


def test_an_entry_in_another_municipality_is_one() -> None:
    assert planned("3301", "3303", AFTER).items["class"].to_list() == ["conflict"]


def test_a_number_that_ended_holds_its_own_dwellings_and_no_others() -> None:
    house = municipality()
    rows = (
        {"source": "fdv", "source_key": key, "kommunenummer": number, "nummer": int(key)} for key, number in (("1", "3005"), ("2", "3301"))
    )
    merged = merge(standing_rows(*rows), none_known(), None, house)
    matches = match(merged.dwellings, register(), links(), None)
    plan = make_plan(merged, register(), matches, Reading(frozenset(SOURCES)), Remembered(links(), bases_of(register())), house, AFTER)
    guards = dict(plan.items.select("leverandor_bolig_id", "held").iter_rows())
    assert guards == {"fdv-1": "number_not_in_use", "fdv-2": None}


@pytest.mark.parametrize(
    ("number", "as_of", "guard"),
    [
        ("3005", BEFORE, None),
        ("3005", AFTER, "number_not_in_use"),
        ("1507", AFTER, "number_not_in_use"),
        ("3301", BEFORE, "number_not_in_use"),
        ("9901", AFTER, None),
    ],
)
def test_nothing_is_created_with_a_number_that_is_not_in_use_on_the_nights_date(number: str, as_of: date, guard: str | None) -> None:
    plan = planned(number, None, as_of)
    assert plan.items.select("class", "held").rows() == [("create", guard)]
    assert actionable(plan).height == (guard is None)
