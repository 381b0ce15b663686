"""Which register entry a dwelling is, and when a person is asked."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.model.decision_evidence import evidence_of
from tests.reconciliation.merge.test_merging import decision
from tests.strategies import WHOLE_NIGHTS, World, entries_of, links, municipality, none_known, register, standing_rows, worlds

HOUSE = municipality()
GROUND = {"gardsnummer": 5, "bruksnummer": 7}


def ours(*rows: dict[str, Any]) -> pl.DataFrame:
    numbered = [{"source": "fdv", "source_key": str(number), **row} for number, row in enumerate(rows, start=1)]
    return merge(standing_rows(*numbered), none_known(), None, HOUSE).dwellings


def matched_rows(
    dwellings: pl.DataFrame, entries: pl.DataFrame, linked: pl.DataFrame | None = None, decided: pl.DataFrame | None = None
) -> list[Any]:
    pairs = match(dwellings, entries, links() if linked is None else linked, decided)
    return pairs.select("leverandor_bolig_id", "kobo_id", "key", "certain", "reason").rows()


CERTAIN = {
    "our id in the register": ({"nummer": 3}, {"leverandor_bolig_id": "fdv-1"}, "leverandor_bolig_id", "leverandor_bolig_id"),
    "address and unit number": (
        {"bruksenhetsnummer": "H0102"}, {"adressenavn": "STORGATA", "bruksenhetsnummer": "H0102"}, "address", "address_unit",
    ),
    "matrikkel and unit number": (
        {**GROUND, "bruksenhetsnummer": "H0102"},
        {**GROUND, "bruksenhetsnummer": "H0102", "adressenavn": None, "nummer": None},
        "matrikkel",
        "matrikkel",
    ),
    "blank against H0101 in a house": ({**GROUND}, {**GROUND, "bruksenhetsnummer": "H0101", "manedsleie": 9.0}, "address", "single"),
    "blank against H0101, the rent drifted and the bedrooms are equal": (
        {"antall_soverom": 2, "manedsleie": 10000.0},
        {"bruksenhetsnummer": "H0101", "antall_soverom": 2, "manedsleie": 10300.0},
        "address",
        "single",
    ),
    "a lease in a unit": (
        {"bruksenhetsnummer": "H0101", "ekstra_referanse": "Rom 1"},
        {"bruksenhetsnummer": "H0101", "ekstra_referanse": "ROM 1"},
        "address",
        "address_unit",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CERTAIN.values(), ids=CERTAIN.keys())
def test_certain_pairs_and_their_keys(case: tuple[dict[str, Any], dict[str, Any], str, str]) -> None:
    dwelling, entry, key, reason = case
    assert matched_rows(ours(dwelling), register({"kobo_id": "k1", **entry})) == [("fdv-1", "k1", key, True, reason)]


ASKED = {
    "the register has another letter": (
        {**GROUND, "bruksenhetsnummer": "H0101"},
        {**GROUND, "bruksenhetsnummer": "H0101", "bokstav": "F"},
        "protected_differs",
    ),
    "the register has another postcode": (
        {"bruksenhetsnummer": "H0101"}, {"bruksenhetsnummer": "H0101", "postnummer": "9999"}, "protected_differs",
    ),
    "blank against H0101 and the number of rooms differs": (
        {"antall_soverom": 2}, {"bruksenhetsnummer": "H0101", "antall_soverom": 3}, "candidate",
    ),
    "blank against H0101 and nothing but a drifted rent": (
        {"manedsleie": 10000.0}, {"bruksenhetsnummer": "H0101", "manedsleie": 10300.0}, "candidate",
    ),
    "another unit number at an address where each side has one home": (
        {"bruksenhetsnummer": "H0101"}, {"bruksenhetsnummer": "H0102"}, "candidate",
    ),
    "the street is misspelt": (
        {"adressenavn": "Storgata", "bruksenhetsnummer": "H0101"}, {"adressenavn": "Stoorgata", "bruksenhetsnummer": "H0101"}, "candidate",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ASKED.values(), ids=ASKED.keys())
def test_pairs_that_a_person_must_see(case: tuple[dict[str, Any], dict[str, Any], str]) -> None:
    dwelling, entry, reason = case
    ((_, _, _, certain, why),) = matched_rows(ours(dwelling), register({"kobo_id": "k1", **entry}))
    assert (certain, why) == (False, reason)


APART = {
    "gnr/bnr alone": ({**GROUND, "nummer": 1}, {**GROUND, "nummer": 9, "adressenavn": "Fjellveien", "bruksenhetsnummer": "H0301"}),
    "another lease in the unit": (
        {"bruksenhetsnummer": "H0101", "ekstra_referanse": "Rom 1"},
        {"bruksenhetsnummer": "H0101", "ekstra_referanse": "Rom 2"},
    ),
    "a deleted entry": ({"bruksenhetsnummer": "H0101"}, {"bruksenhetsnummer": "H0101", "slettet": True}),
}


@pytest.mark.parametrize("case", APART.values(), ids=APART.keys())
def test_what_is_no_pair_at_all(case: tuple[dict[str, Any], dict[str, Any]]) -> None:
    dwelling, entry = case
    assert matched_rows(ours(dwelling), register({"kobo_id": "k1", **entry})) == []


def test_the_link_goes_before_every_key() -> None:
    entries = register({"kobo_id": "k1", "bruksenhetsnummer": "H0101"}, {"kobo_id": "k2", "nummer": 9})
    assert matched_rows(ours({"bruksenhetsnummer": "H0101"}), entries, links(**{"fdv-1": "k2"})) == [("fdv-1", "k2", "link", True, "link")]


def test_a_linked_entry_with_another_suppliers_id_is_a_question() -> None:
    entries = register({"kobo_id": "k1", "leverandor_bolig_id": "somebody-else"})
    assert matched_rows(ours({}), entries, links(**{"fdv-1": "k1"})) == [("fdv-1", "k1", "link", False, "carries_another_id")]


def test_two_entries_that_fit_one_dwelling_are_rivals() -> None:
    entries = register(*({"kobo_id": name, "bruksenhetsnummer": "H0101"} for name in ("k1", "k2")))
    assert {(certain, why) for *_, certain, why in matched_rows(ours({"bruksenhetsnummer": "H0101"}), entries)} == {(False, "rival")}


def test_a_person_said_same_and_it_is_certain() -> None:
    entries = register({"kobo_id": "k1", "nummer": 9})
    assert matched_rows(ours({}), entries, decided=decision("same", "fdv:1", "kobo:k1")) == [("fdv-1", "k1", "decision", True, "decision")]


def test_a_person_said_different_and_it_is_not_asked_again() -> None:
    entries = register({"kobo_id": "k1", "bruksenhetsnummer": "H0101"})
    assert matched_rows(ours({"bruksenhetsnummer": "H0101"}), entries, decided=decision("different", "fdv-1", "kobo:k1")) == []


def test_a_person_said_new_and_no_candidate_is_offered() -> None:
    entries = register({"kobo_id": "k1", "bruksenhetsnummer": "H0101", "antall_soverom": 3})
    assert matched_rows(ours({"antall_soverom": 2}), entries, decided=decision("new", "fdv:1")) == []


def test_a_decision_on_other_evidence_is_asked_again() -> None:
    dwellings, entries = ours({}), register({"kobo_id": "k1", "nummer": 9})
    seen = evidence_of(dwellings.row(0, named=True), entries.row(0, named=True))
    decided = decision("same", "fdv:1", "kobo:k1", evidence=seen)
    assert len(matched_rows(dwellings, entries, decided=decided)) == 1
    assert matched_rows(dwellings, register({"kobo_id": "k1", "nummer": 11}), decided=decided) == []


def test_new_on_other_evidence_is_asked_again() -> None:
    dwellings, entries = ours({"antall_soverom": 2}), register({"kobo_id": "k1", "bruksenhetsnummer": "H0101", "antall_soverom": 3})
    decided = decision("new", "fdv:1", evidence=evidence_of(dwellings.row(0, named=True)))
    assert matched_rows(dwellings, entries, decided=decided) == []
    assert len(matched_rows(ours({"antall_soverom": 4}), entries, decided=decided)) == 1


def test_a_candidate_tells_field_by_field_what_agrees() -> None:
    pairs = match(
        ours({"antall_soverom": 2}), register({"kobo_id": "k1", "bruksenhetsnummer": "H0101", "antall_soverom": 3}), links(), None
    )
    compared = {comparison["field"]: comparison for comparison in json.loads(pairs["details"][0])["compared"]}
    assert compared["antall_soverom"] == {"field": "antall_soverom", "ours": "2", "theirs": "3", "level": "different"}
    assert compared["bruksenhetsnummer"]["level"] == "first"


def test_a_renumbered_municipality_is_the_same_place() -> None:
    entries = register({"kobo_id": "k1", "kommunenummer": "9801", "bruksenhetsnummer": "H0101"})
    pairs = match(
        ours({"bruksenhetsnummer": "H0101"}), entries, links(), None, same_place=lambda number: {"9801": "9902"}.get(number, number)
    )
    assert pairs.select("kobo_id", "certain").rows() == [("k1", True)]


@WHOLE_NIGHTS
@given(worlds(), st.integers(0, 2**32))
def test_no_wrong_pair_is_ever_certain(world: World, seed: int) -> None:
    entries, truth = entries_of(world, Random(seed))
    dwellings = merge(world.rows, none_known(), None, HOUSE).dwellings
    keys = dict(dwellings.select("leverandor_bolig_id", "source_keys").iter_rows())
    for dwelling, entry in match(dwellings, entries, links(), None).filter("certain").select("leverandor_bolig_id", "kobo_id").rows():
        assert {world.truth[key] for key in keys[dwelling]} == {truth.get(entry)}


@WHOLE_NIGHTS
@given(worlds(), st.integers(0, 2**32))
def test_each_side_is_in_at_most_one_certain_pair_in_any_order(world: World, seed: int) -> None:
    random = Random(seed)
    entries, _ = entries_of(world, random)
    dwellings = merge(world.rows, none_known(), None, HOUSE).dwellings
    pairs = match(dwellings, entries, links(), None)
    certain = pairs.filter("certain")
    assert certain["leverandor_bolig_id"].is_unique().all()
    assert certain["kobo_id"].is_unique().all()
    shuffled = match(dwellings.sample(fraction=1, shuffle=True, seed=1), entries.sample(fraction=1, shuffle=True, seed=2), links(), None)
    assert pairs.equals(shuffled)


def test_a_question_of_one_night_is_not_forgotten_when_its_neighbour_was_created() -> None:
    """How a street is spelt at one house is settled by the rows there; a candidate in the next house must not hang on that."""
    home = ours(
        {"adressenavn": "Kirkegata", "nummer": 4, "bruksenhetsnummer": "H0101", "bruksareal": 36.0, **GROUND},
        {"adressenavn": "Kirkegt", "nummer": 4, "bruksenhetsnummer": "H0102", "bruksareal": 65.0, **GROUND},
    )
    asked = {"kobo_id": "k1", "adressenavn": "Kirkegata", "nummer": 4, "bokstav": "F", "bruksareal": 36.0}
    created = {
        "kobo_id": "k2",
        "leverandor_bolig_id": "fdv-2",
        "adressenavn": "Kirkegt",
        "nummer": 4,
        "bruksenhetsnummer": "H0102",
        **GROUND,
    }
    first = matched_rows(home, register(asked))
    second = matched_rows(home, register(asked, created), links(**{"fdv-2": "k2"}))
    assert ("fdv-1", "k1", "candidate", False, "candidate") in first
    assert ("fdv-1", "k1", "candidate", False, "candidate") in second


@given(worlds(), st.integers(0, 2**32))
@WHOLE_NIGHTS
def test_a_night_on_which_all_are_linked_says_what_it_would_say_beside_something_new(world: World, seed: int) -> None:
    """Nothing new takes a short way; one dwelling far away makes it the long one."""
    random = Random(seed)
    entries, _ = entries_of(world, random)
    dwellings = merge(world.rows, none_known(), None, HOUSE).dwellings
    theirs = [*entries["kobo_id"], *(f"gone-{number}" for number in range(dwellings.height))]
    random.shuffle(theirs)
    linked = links(**dict(zip(dwellings["leverandor_bolig_id"], theirs, strict=False)))
    far = merge(
        standing_rows({"source": "x", "source_key": "far", "adressenavn": "Fjerntliggende", "nummer": 99}), none_known(), None, HOUSE
    )
    beside = match(pl.concat([dwellings, far.dwellings]), entries, linked, None)
    assert match(dwellings, entries, linked, None).equals(beside.filter(pl.col("leverandor_bolig_id") != "x-far"))
