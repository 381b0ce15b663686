"""Case and ending of a street's name are no difference where the municipality has one such street."""

from __future__ import annotations

import pytest

from reconciliation.addresses.one_street import comparison_keys
from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.plan.planning import make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from tests.strategies import NIGHT, SOURCES, bases_of, links, municipality, none_known, register, standing_rows

UNIT = {"bruksenhetsnummer": "H0101"}


def classes(ours: list[str], theirs: list[str], official: list[str] | None) -> list[str]:
    """The classes of linked dwellings whose streets are written so on either side."""
    house = municipality()
    rows = [{"source": "fdv", "source_key": str(at), "adressenavn": name, "nummer": 10 + at, **UNIT} for at, name in enumerate(ours)]
    merged = merge(standing_rows(*rows), none_known(), None, house)
    by_number = dict(merged.dwellings.select("nummer", "leverandor_bolig_id").iter_rows())
    seen = register(*({"kobo_id": f"k{at}", "adressenavn": name, "nummer": 10 + at, **UNIT} for at, name in enumerate(theirs)))
    linked = links(**{by_number[10 + at]: f"k{at}" for at in range(len(ours))})
    streets = (lambda: official) if official is not None else None
    matches = match(merged.dwellings, seen, linked, None)
    plan = make_plan(merged, seen, matches, Reading(frozenset(SOURCES), None, streets), Remembered(linked, bases_of(seen)), house, NIGHT)
    return sorted(plan.items["class"])


@pytest.mark.parametrize("theirs", ["STORGATA", "Storgaten", "storgate", "Storgt."])
@pytest.mark.parametrize("official", [None, ["Storgata", "Kirkevegen"]])
def test_a_spelling_of_the_same_street_is_no_conflict(theirs: str, official: list[str] | None) -> None:
    assert classes(["Storgata", "Storgata"], [theirs, theirs], official) == ["in_sync", "in_sync"]


def test_two_official_streets_that_differ_by_their_ending_are_two() -> None:
    assert classes(["Solbergveg"], ["Solbergvegen"], ["Solbergveg", "Solbergvegen"]) == ["conflict"]


def test_without_official_streets_a_side_that_writes_both_has_two_streets() -> None:
    assert classes(["Solbergveg", "Solbergvegen"], ["Solbergvegen", "Solbergvegen"], None) == ["conflict", "in_sync"]


def test_another_street_is_another_street() -> None:
    assert classes(["Storgata"], ["Kirkegata"], ["Storgata", "Kirkegata"]) == ["conflict"]


def test_keys_are_folded_names_where_nothing_says_more() -> None:
    keys = comparison_keys(["Storgata"], ["Storgaten"], ["Kirkegata"])
    assert keys["Storgata"] != keys["Storgaten"]
