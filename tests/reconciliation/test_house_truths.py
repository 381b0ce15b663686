"""A house is judged as a whole: each row is compared with all others of the house, and what remains unexplained is asked about."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.reconciliation.small_nights import ALIKE, LARGER, PARCEL, Row, flat, night


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
    result = night({"fdv": stairs("a"), "omsorg": stairs("b", **slid)})
    assert result.mixed == []
    assert all(result.asked(f"fdv:a{slid[home]}", f"omsorg:b{home}") for home in homes)
    assert "create" not in result.classes().values()


def test_one_pair_that_cannot_be_stops_the_unit_numbers_of_the_house_for_flats_that_nothing_else_tells_apart() -> None:
    """H0101 of one list is the large flat: what the list means by its numbers is unknown."""
    result = night({"fdv": stairs("a"), "omsorg": stairs("b", H0101="H0302", H0302="H0101")})
    assert result.mixed == []
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
    "another floor and the area a little off, where each list has one home": {**PARCEL, "bruksenhetsnummer": "H0201", "bruksareal": 48.0},
    "next door on another floor, with the area and the rent": {"nummer": 3, "bruksenhetsnummer": "H0201", **ALIKE},
    "next door on the ground, and nothing else is known": {"nummer": 3, **PARCEL, "antall_soverom": 1},
    "an old name of the street and other rooms, with the area and the unit": {
        "adressenavn": "Gamle Ospestien",
        "bruksenhetsnummer": "H0101",
        "bruksareal": 45.0,
        "antall_soverom": 0,
    },
    "another postcode and the next house, with the rent": {"nummer": 3, "postnummer": "9960", "bruksenhetsnummer": "H0101", **ALIKE},
}


@pytest.mark.parametrize("stray", STRAYS.values(), ids=STRAYS.keys())
def test_a_stray_row_waits_for_the_answer_and_the_better_known_one_goes_on(stray: Row) -> None:
    lettered = {"bokstav": "A"} if "bruksenhetsnummer" not in stray else {}
    known = {**PARCEL, **ALIKE, **lettered, "bruksenhetsnummer": "H0101"}
    result = night({"fdv": [flat("a1", "1", **known)], "omsorg": [flat("b1", "1", **known)], "eiendom": [flat("c1", "1", **stray)]})
    assert result.classes() == {"fdv-a1": "create", "eiendom-c1": "review"}


def test_two_rows_of_one_list_for_a_unit_spelt_as_two_streets_are_asked_about() -> None:
    ours = [
        flat("a1", "H0101", **PARCEL, bruksenhetsnummer="H0201", bruksareal=40.0),
        flat("a2", "H0201", **PARCEL, adressenavn="Opsestien", bruksenhetsnummer="H0201", bruksareal=56.0),
    ]
    theirs = [flat("c2", "H0201", **PARCEL, bruksenhetsnummer="H0201", bruksareal=53.0)]
    result = night({"fdv": ours, "eiendom": theirs})
    assert result.mixed == []
    assert "create" not in result.classes().values()


def test_the_two_without_a_partner_on_a_crowded_parcel_are_asked_about_however_far_apart_their_numbers_are() -> None:
    def terrace(office: str, typed: dict[int, int]) -> list[Row]:
        houses = range(20, 44, 2)
        return [flat(f"{office}{at}", str(at), **PARCEL, **ALIKE, nummer=typed.get(at, at), bruksenhetsnummer="H0101") for at in houses]

    result = night({"fdv": terrace("a", {}), "omsorg": terrace("b", {22: 36})[:8] + terrace("b", {})[9:]})
    assert result.mixed == [{"22", "36"}] or result.asked("fdv:a22", "omsorg:b22")


def test_a_row_that_two_without_a_partner_are_equally_like_is_asked_about_both() -> None:
    def row_of_houses(office: str, *numbers: str, **typed: str) -> list[Row]:
        homes = [
            flat(f"{office}{at}", at, **PARCEL, **ALIKE, nummer=int(at[:2]), bokstav=at[2:], bruksenhetsnummer="H0101") for at in numbers
        ]
        return [home | ({"bokstav": None, "bruksenhetsnummer": "H0201"} if home["home"] in typed.values() else {}) for home in homes]

    both = ("80A", "81A", "82A")
    result = night({"fdv": row_of_houses("a", *both, "83A", wrong="83A"), "omsorg": row_of_houses("b", *both, "83A", "84A")})
    assert result.classes()["fdv-a83A"] == "review"


ODD_PAIRS: dict[str, Row] = {
    "the area differs by a sixth, and nothing else is known of both": {"bruksareal": 54.0},
    "the rent differs by a sixth, and nothing else is known of both": {"manedsleie": 8700.0},
}


@pytest.mark.parametrize("odd", ODD_PAIRS.values(), ids=ODD_PAIRS.keys())
def test_one_measure_that_differs_where_it_agrees_in_all_other_houses_is_asked(odd: Row) -> None:
    houses = [flat(str(nummer), str(nummer), nummer=nummer, bruksenhetsnummer="H0101") for nummer in range(1, 24, 2)]
    ours, theirs = ([row | {"bruksareal": 45.0, "manedsleie": 7300.0} for row in houses] for _ in range(2))
    theirs[0] = {name: value for name, value in theirs[0].items() if name not in ("bruksareal", "manedsleie")} | odd
    result = night({"fdv": ours, "omsorg": theirs})
    assert result.dwellings.height == len(houses) + 1
    assert result.asked("fdv:1", "omsorg:1")
    second = night({"fdv": ours, "omsorg": theirs}, before=result)
    assert second.dwellings.height == len(houses) + 1, "the others are joined by now, and agree all the same"


def test_a_copy_without_a_unit_number_is_asked_about_although_the_winning_row_has_a_slip_in_the_street() -> None:
    known = {"bruksenhetsnummer": "H0101", **ALIKE}
    beside = [flat(f"d{nummer}", str(nummer), nummer=nummer, bruksenhetsnummer="H0101") for nummer in (31, 33)]
    slip = flat("a1", "1", adressenavn="Opsestien", **known)
    result = night({"fdv": [slip, *beside], "omsorg": [flat("b1", "1", **known), flat("b2", "1", **ALIKE | {"antall_soverom": None})]})
    assert result.classes()["omsorg-b2"] == "review"


def test_a_copy_that_lacks_nothing_but_the_unit_number_is_told_and_nobody_waits_for_it() -> None:
    known = {"bruksenhetsnummer": "H0101", **ALIKE}
    result = night({"fdv": [flat("a1", "1", **known)], "omsorg": [flat("b1", "1", **known), flat("b2", "1", **ALIKE)]})
    assert (result.classes(), result.rejected) == ({"fdv-a1": "create"}, ["b2"])


def test_two_lists_that_have_an_equal_home_without_a_unit_number_have_two_homes_and_are_asked() -> None:
    known = {"bruksenhetsnummer": "H0101", **ALIKE}
    result = night({name: [flat(f"{name[0]}1", "1", **known), flat(f"{name[0]}2", "2", **ALIKE)] for name in ("fdv", "omsorg")})
    assert (result.rejected, result.asked("fdv:f2", "omsorg:o2")) == ([], True)
    assert result.classes() == {"fdv-f1": "create", "fdv-f2": "review", "omsorg-o2": "review"}


@pytest.mark.parametrize(("our_street", "their_street"), [("Solveien", "Solvegen"), ("Ringveien", "Ring veien")])
def test_two_streets_that_are_spelt_alike_are_asked_about_where_their_next_houses_are_two_homes(our_street: str, their_street: str) -> None:
    ours = [flat(f"a{home}", home, nummer=number, adressenavn=our_street, **ALIKE) for home, number in (("1", 3), ("2", 5))]
    theirs = [flat("b1", "3", nummer=3, adressenavn=their_street, **ALIKE), flat("b2", "4", nummer=5, adressenavn=their_street, **LARGER)]
    lists = {name: [{**row, "bruksenhetsnummer": "H0101"} for row in rows] for name, rows in (("fdv", ours), ("omsorg", theirs))}
    two = night(lists)
    assert (two.mixed, two.asked("fdv:a1", "omsorg:b1")) == ([], True)
    theirs[1] |= ALIKE
    alike = night({name: [{**row, "bruksenhetsnummer": "H0101"} for row in rows] for name, rows in (("fdv", ours), ("omsorg", theirs))})
    assert alike.dwellings.height == 2


def test_a_known_home_without_a_unit_number_is_no_copy_of_a_neighbour_that_is_new() -> None:
    home = flat("a1", "1", **ALIKE)
    first = night({"fdv": [home]})
    second = night({"fdv": [home, flat("a2", "2", bruksenhetsnummer="H0102", **ALIKE)]}, before=first)
    assert (second.rejected, second.classes()) == ([], {"fdv-a1": "review", "fdv-a2": "review"}), "the new one may be it, with its number"


def test_who_is_asked_about_is_asked_in_one_way_whatever_the_order() -> None:
    lists = {"fdv": stairs("a"), "omsorg": stairs("b", H0101="H0302", H0302="H0101")}
    turned = {source: rows[::-1] for source, rows in reversed(lists.items())}
    first, second = night(lists), night(turned)
    assert first.dwellings.select("leverandor_bolig_id", "candidates").equals(second.dwellings.select("leverandor_bolig_id", "candidates"))
    assert isinstance(first.dwellings, pl.DataFrame)


def test_a_section_copied_from_the_neighbour_together_with_the_unit_does_not_outweigh_an_area_far_off() -> None:
    flats = [
        {**PARCEL, "nummer": 11, "seksjonsnummer": at, "bruksenhetsnummer": f"H{at:02d}01", "bruksareal": 60.0 + at} for at in range(1, 13)
    ]
    ours, theirs = ([flat(f"{office}{at}", str(at), **home) for at, home in enumerate(flats)] for office in "ab")
    theirs[4] |= {"bruksareal": 90.0}
    result = night({"fdv": ours, "omsorg": theirs})
    assert result.dwellings.height == len(flats) + 1
    assert result.asked("fdv:a4", "omsorg:b4")


def test_a_section_that_two_rows_of_one_list_have_hides_no_renamed_street() -> None:
    def renamed(office: str, street: str, *, copied: bool) -> list[Row]:
        homes = [(1, "H0101", 2), (2, "H0201", 3), (3, "H0301", 5)]
        return [
            flat(
                f"{office}{at}", str(at), **PARCEL, adressenavn=street, nummer=3, bruksenhetsnummer=unit, bruksareal=50.0 + 6 * at,
                seksjonsnummer=3 if copied and at == 3 else section,
            )
            for at, unit, section in homes
        ]  # fmt: skip

    result = night({"fdv": renamed("a", "Vardøvegen", copied=True), "omsorg": renamed("b", "Kvernplass", copied=False)})
    assert all(result.asked(f"fdv:a{at}", f"omsorg:b{at}") for at in (1, 2, 3))


def test_labels_that_run_along_a_row_of_houses_are_no_flats() -> None:
    def row_of_houses(office: str, **named: Any) -> list[Row]:
        return [
            flat(f"{office}{at}", str(at), **PARCEL, nummer=nummer, bruksareal=86.0, **{name: value(at) for name, value in named.items()})
            for at, nummer in enumerate(range(9, 17, 2), start=1)
        ]

    units, labels = row_of_houses("a", bruksenhetsnummer=lambda _: "H0101"), row_of_houses("b", leilighetsnummer=lambda at: f"00{at}")
    result = night({"fdv": units, "omsorg": labels})
    assert result.dwellings.height == len(units)
    assert (result.mixed, set(result.classes().values())) == ([], {"create"})


def test_a_known_key_whose_row_names_another_unit_and_floor_tonight_is_no_key_although_the_flats_are_alike() -> None:
    def listed(office: str, **floors: int) -> list[Row]:
        return [
            flat(f"{office}{at}", unit, **PARCEL, **ALIKE, bruksenhetsnummer=unit, etasjenummer=floor)
            for at, (unit, floor) in enumerate(floors.items())
        ]

    theirs = listed("b", H0101=1, H0201=2)
    first = night({"fdv": listed("a", H0101=1, H0201=2), "omsorg": theirs})
    later = night({"fdv": listed("a", H0101=1, H0102=1), "omsorg": theirs}, before=first)
    assert later.mixed == []
    assert "create" not in {kind for name, kind in later.classes().items() if name != "fdv-a0"}


def test_a_street_of_the_same_name_in_another_part_of_the_municipality_is_another_street() -> None:
    here = flat("a1", "1", **PARCEL, **ALIKE, bruksenhetsnummer="H0101")
    there = flat("b1", "2", **ALIKE, gardsnummer=88, bruksnummer=2, postnummer="9925", bruksenhetsnummer="H0101")
    assert night({"fdv": [here], "omsorg": [there]}).mixed == []
    assert len(night({"fdv": [here], "omsorg": [there | {"postnummer": "9910"}]}).dwellings) == 1


def test_a_row_with_the_facts_of_another_flat_is_asked_about_the_flat_of_its_number_too() -> None:
    """Its floor contradicts its number, and its area the flat of that number: which of the two it is only a person can tell."""
    homes = {"H0101": 46.0, "H0201": 60.0, "H0402": 68.0}
    flats = [flat(f"b{unit}", unit, **PARCEL, bruksenhetsnummer=unit, bruksareal=area) for unit, area in homes.items()]
    swapped = flat("a1", "H0402", **PARCEL, bruksenhetsnummer="H0402", etasjenummer=1, bruksareal=46.0)
    result = night({"fdv": [swapped], "omsorg": flats})
    assert result.mixed == []
    assert all(result.asked("fdv:a1", f"omsorg:b{unit}") for unit in ("H0101", "H0402"))


def test_who_is_asked_is_shown_everybody_who_is_asked_about_it() -> None:
    """A terrace whose list gives no unit numbers: the home at its own address is among the answers, not only its neighbours."""
    homes = {"A": 7980.0, "C": 7740.0, "D": 7980.0}
    ours, theirs = (
        [
            flat(f"{office}{letter}", letter, nummer=19, bokstav=letter, bruksareal=87.0, manedsleie=rent, **more)
            for letter, rent in homes.items()
        ]
        for office, more in (("a", {"bruksenhetsnummer": "H0101", **PARCEL}), ("b", {}))
    )
    result = night({"fdv": [*ours, flat("a", "whole", nummer=19, **PARCEL)], "omsorg": theirs})
    offered = dict(result.dwellings.select("leverandor_bolig_id", "candidates").iter_rows())
    assert all(f"omsorg-b{letter}" in offered[f"fdv-a{letter}"] for letter in homes if offered.get(f"fdv-a{letter}"))
    assert result.mixed == []
