"""A house is one problem: what one row says is held against all others in the house, and what nobody explains is asked about."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.reconciliation.small_nights import PARCEL, Row, flat, night

ALIKE = {"bruksareal": 45.0, "antall_soverom": 1, "manedsleie": 7300.0}
LARGER = {"bruksareal": 66.0, "antall_soverom": 3, "manedsleie": 9800.0}


def stairs(office: str, **units: str | None) -> list[Row]:
    """Six flats on three floors, home by home; units: home -> the unit number that the list gives it."""
    listed = []
    for floor in (1, 2, 3):
        for door in (1, 2):
            home = f"H0{floor}0{door}"
            measured = LARGER if home == "H0302" else ALIKE
            listed.append(flat(f"{office}{home}", home, **PARCEL, **measured, bruksenhetsnummer=units.get(home, home)))
    return listed


def test_a_column_that_slid_one_line_down_joins_no_two_homes_although_the_flats_are_alike() -> None:
    homes = [f"H0{floor}0{door}" for floor in (1, 2, 3) for door in (1, 2)]
    slid = dict(zip(homes, [homes[-1], *homes[:-1]], strict=True))
    found = night({"fdv": stairs("a"), "omsorg": stairs("b", **slid)})
    assert found.mixed == []
    assert all(found.asked(f"fdv:a{slid[home]}", f"omsorg:b{home}") for home in homes)
    assert "create" not in found.classes().values()


def test_one_pair_that_cannot_be_stops_the_unit_numbers_of_the_house_for_flats_that_nothing_else_tells_apart() -> None:
    """H0101 of one list is the large flat: nobody knows what the list means by its numbers."""
    found = night({"fdv": stairs("a"), "omsorg": stairs("b", H0101="H0302", H0302="H0101")})
    assert found.mixed == []
    whole = night({"fdv": stairs("a"), "omsorg": stairs("b")})
    assert whole.dwellings.height == 6


def test_three_flats_that_changed_places_are_seen_as_one_exchange() -> None:
    sizes = [40.0, 55.0, 70.0]
    units = ["H0101", "H0201", "H0301"]
    ours = [
        flat(f"a{at}", str(at), bruksenhetsnummer=unit, bruksareal=size, manedsleie=100.0 * size)
        for at, (unit, size) in enumerate(zip(units, sizes, strict=True))
    ]
    turned = [units[1], units[2], units[0]]
    theirs = [
        flat(f"b{at}", str(at), bruksenhetsnummer=unit, bruksareal=size, manedsleie=100.0 * size)
        for at, (unit, size) in enumerate(zip(turned, sizes, strict=True))
    ]
    assert night({"fdv": ours, "omsorg": theirs}).mixed == []


STRAYS: dict[str, Row] = {
    "a letter of the street lost, in a row that gives no ground": {"adressenavn": "Ospesien", "bruksenhetsnummer": "H0101", **ALIKE},
    "the street's old name, with nothing else in common than what was measured": {
        "adressenavn": "Gamle Ospevei",
        "bruksenhetsnummer": "H0101",
        **ALIKE,
    },
    "the letter of the house lost, and a slip": {"adressenavn": "Osepstien", **PARCEL, **ALIKE},
    "next door, with the unit and the area": {"nummer": 3, "bruksenhetsnummer": "H0101", "bruksareal": 45.0},
    "another floor, in a house where each list has one home": {"bruksenhetsnummer": "H0201", "bruksareal": 45.4},
}


@pytest.mark.parametrize("stray", STRAYS.values(), ids=STRAYS.keys())
def test_a_stray_row_waits_for_the_answer_and_the_better_known_one_goes_on(stray: Row) -> None:
    lettered = {"bokstav": "A"} if "bruksenhetsnummer" not in stray else {}
    known = {**PARCEL, **ALIKE, **lettered, "bruksenhetsnummer": "H0101"}
    found = night({"fdv": [flat("a1", "1", **known)], "omsorg": [flat("b1", "1", **known)], "eiendom": [flat("c1", "1", **stray)]})
    assert found.classes() == {"fdv-a1": "create", "eiendom-c1": "review"}


def test_two_rows_of_one_list_for_a_unit_spelt_as_two_streets_are_asked_about() -> None:
    ours = [
        flat("a1", "H0101", **PARCEL, bruksenhetsnummer="H0201", bruksareal=40.0),
        flat("a2", "H0201", **PARCEL, adressenavn="Opsestien", bruksenhetsnummer="H0201", bruksareal=56.0),
    ]
    theirs = [flat("c2", "H0201", **PARCEL, bruksenhetsnummer="H0201", bruksareal=53.0)]
    found = night({"fdv": ours, "eiendom": theirs})
    assert found.mixed == []
    assert "create" not in found.classes().values()


def entry(unit: str, **said: Any) -> Row:
    return {**PARCEL, "kobo_id": f"k{unit}", "bruksenhetsnummer": unit, **said}


def test_of_two_entries_with_one_unit_number_the_one_that_agrees_is_taken_and_the_other_is_asked_of_its_neighbour() -> None:
    ours = [
        flat("a1", "H0101", **PARCEL, **ALIKE, bruksenhetsnummer="H0101"),
        flat("a2", "H0102", **PARCEL, **LARGER, bruksenhetsnummer="H0102"),
    ]
    rents = {"antall_soverom": 1, "manedsleie": 7300.0}, {"antall_soverom": 3, "manedsleie": 9800.0}
    found = night({"fdv": ours}, [entry("H0101", **rents[0]), {**entry("H0101", **rents[1]), "kobo_id": "typed wrong"}])
    told = {(row["leverandor_bolig_id"], row["kobo_id"]): row["certain"] for row in found.matches.iter_rows(named=True)}
    assert told == {("fdv-a1", "kH0101"): True, ("fdv-a2", "typed wrong"): False}
    assert found.classes()["fdv-a2"] == "review"


def test_an_entry_that_its_own_number_contradicts_is_asked_of_everybody_in_the_house_who_would_be_created() -> None:
    ours = [
        flat("a1", "H0101", **PARCEL, **LARGER, bruksenhetsnummer="H0101"),
        flat("a2", "H0203", **PARCEL, bruksareal=45.0, bruksenhetsnummer="H0203"),
    ]
    found = night({"fdv": ours}, [entry("H0101", antall_soverom=1, manedsleie=6900.0)])
    assert found.classes() == {"fdv-a1": "review", "fdv-a2": "review"}


def test_an_entry_with_a_number_that_nobody_has_may_be_a_home_that_is_not_listed() -> None:
    found = night({"fdv": [flat("a1", "H0101", **PARCEL, bruksareal=45.0, bruksenhetsnummer="H0101")]}, [entry("H0203")])
    assert found.classes() == {"fdv-a1": "create"}


def test_an_entry_that_the_parcel_ties_to_a_wrong_street_is_still_searched_for_the_right_one() -> None:
    home = {"bruksenhetsnummer": "H0101", **ALIKE}
    ours = {"omsorg": [flat("b1", "1", **ALIKE)], "eiendom": [flat("c1", "1", **PARCEL, **home, adressenavn="Professorveien")]}
    found = night(ours, [entry("H0101", antall_soverom=1, manedsleie=7300.0)])
    assert "create" not in found.classes().values()


def test_who_is_asked_about_is_told_in_one_way_whatever_the_order() -> None:
    lists = {"fdv": stairs("a"), "omsorg": stairs("b", H0101="H0302", H0302="H0101")}
    turned = {source: rows[::-1] for source, rows in reversed(lists.items())}
    first, second = night(lists), night(turned)
    assert first.dwellings.select("leverandor_bolig_id", "candidates").equals(second.dwellings.select("leverandor_bolig_id", "candidates"))
    assert isinstance(first.dwellings, pl.DataFrame)
