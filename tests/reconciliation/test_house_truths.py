"""A house is judged as a whole: each row is compared with all others of the house, and what remains unexplained is asked about."""

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


def entry(unit: str, **values: Any) -> Row:
    return {**PARCEL, "kobo_id": f"k{unit}", "bruksenhetsnummer": unit, **values}


def test_of_two_entries_with_one_unit_number_the_one_that_agrees_is_taken_and_the_other_is_asked_of_its_neighbour() -> None:
    ours = [
        flat("a1", "H0101", **PARCEL, **ALIKE, bruksenhetsnummer="H0101"),
        flat("a2", "H0102", **PARCEL, **LARGER, bruksenhetsnummer="H0102"),
    ]
    rents = {"antall_soverom": 1, "manedsleie": 7300.0}, {"antall_soverom": 3, "manedsleie": 9800.0}
    result = night({"fdv": ours}, [entry("H0101", **rents[0]), {**entry("H0101", **rents[1]), "kobo_id": "typed wrong"}])
    certain = {(row["leverandor_bolig_id"], row["kobo_id"]): row["certain"] for row in result.matches.iter_rows(named=True)}
    assert certain == {("fdv-a1", "kH0101"): True, ("fdv-a2", "typed wrong"): False}
    assert result.classes()["fdv-a2"] == "review"


def test_an_entry_that_its_own_number_contradicts_is_asked_of_everybody_in_the_house_who_would_be_created() -> None:
    ours = [
        flat("a1", "H0101", **PARCEL, **LARGER, bruksenhetsnummer="H0101"),
        flat("a2", "H0203", **PARCEL, bruksareal=45.0, bruksenhetsnummer="H0203"),
    ]
    result = night({"fdv": ours}, [entry("H0101", antall_soverom=1, manedsleie=6900.0)])
    assert result.classes() == {"fdv-a1": "review", "fdv-a2": "review"}


def test_entries_with_numbers_that_nobody_has_are_homes_that_are_not_listed_unless_one_of_each_side_is_left() -> None:
    ours = [flat(f"a{door}", f"H010{door}", **PARCEL, bruksareal=45.0, bruksenhetsnummer=f"H010{door}") for door in (1, 2)]
    unlisted = [entry("H0203"), entry("H0204"), entry("H0205")]
    assert set(night({"fdv": ours}, unlisted).classes().values()) == {"create"}
    assert night({"fdv": ours[:1]}, unlisted[:1]).classes() == {"fdv-a1": "review"}


HELD_BY_AN_ENTRY: dict[str, tuple[list[Row], Row]] = {
    "next door on one ground, under a number that nobody has": (
        [flat("a1", "1", **PARCEL, nummer=nummer, bruksareal=45.0, bruksenhetsnummer="H0203") for nummer in (5, 9)],
        {**entry("H0203"), "nummer": 7},
    ),
    "the street has a word more, and no ground is known": (
        [flat("a1", "1", adressenavn="Gamle Ospestien", bruksenhetsnummer="H0101", antall_soverom=2, bruksareal=59.0)],
        {"kobo_id": "k", "bruksenhetsnummer": "H0101", "antall_soverom": 2, "manedsleie": 8900.0},
    ),
    "next door with another letter, and no ground is known": (
        [flat("a1", "1", bokstav="B", manedsleie=7300.0)],
        {**entry("H0101", manedsleie=7300.0), "nummer": 3, "bokstav": "A"},
    ),
    "an entry at a house where nobody of ours is, next door to the only one with its unit number": (
        [flat("a1", "1", **PARCEL, bruksenhetsnummer="H0101", bruksareal=45.0)],
        {"kobo_id": "k", "nummer": 3, "bruksenhetsnummer": "H0101", "antall_soverom": 1, "manedsleie": 7300.0},
    ),
    "a street that no list has, with the number, the rooms and about the rent": (
        [flat("a1", "1", adressenavn="Myrlia", bruksenhetsnummer="H0403", antall_soverom=2, manedsleie=8080.0)],
        {"kobo_id": "k", "adressenavn": "Gamlemyrlia", "bruksenhetsnummer": "H0403", "antall_soverom": 2, "manedsleie": 7930.0},
    ),
    "street and house number typed wrong, with the rent": (
        [flat("a1", "1", adressenavn="Ospestein", nummer=3, bruksenhetsnummer="H0101", **ALIKE)],
        {"kobo_id": "k", "bruksenhetsnummer": "H0101", "manedsleie": 7300.0},
    ),
}


@pytest.mark.parametrize("case", HELD_BY_AN_ENTRY.values(), ids=HELD_BY_AN_ENTRY.keys())
def test_nothing_is_created_that_an_entry_without_a_dwelling_may_be(case: tuple[list[Row], Row]) -> None:
    ours, unexplained = case
    result = night({"fdv": [row | {"key": f"a{at}"} for at, row in enumerate(ours, start=1)]}, [unexplained])
    assert set(result.classes().values()) == {"review"}


def test_who_may_be_a_home_that_is_in_kobo_waits_while_the_other_one_is_asked() -> None:
    """The row in the renamed street has others beside it, and is the better known one; but the other is in Kobo."""
    renamed = [
        flat(f"c{nummer}", str(nummer), **PARCEL, **measured, adressenavn="Gamle Ospestien", nummer=nummer, bruksenhetsnummer="H0101")
        for nummer, measured in ((1, ALIKE), (31, LARGER), (33, LARGER))
    ]
    known = flat("a1", "1", **PARCEL, **ALIKE, bruksenhetsnummer="H0101")
    result = night({"fdv": [known], "eiendom": renamed}, [entry("H0101", antall_soverom=1, manedsleie=7300.0)])
    assert result.classes() == {"fdv-a1": "review", "eiendom-c1": "review", "eiendom-c31": "create", "eiendom-c33": "create"}
    reasons = dict(result.items.drop_nulls("leverandor_bolig_id").select("leverandor_bolig_id", "reason").iter_rows())
    assert reasons["eiendom-c1"] == "other_answer_first"
    alone = night({"fdv": [known], "eiendom": renamed})
    assert alone.classes()["eiendom-c1"] == "create"


def test_the_two_without_a_partner_on_a_crowded_parcel_are_asked_about_however_far_apart_their_numbers_are() -> None:
    def terrace(office: str, typed: dict[int, int]) -> list[Row]:
        houses = range(20, 44, 2)
        return [flat(f"{office}{at}", str(at), **PARCEL, **ALIKE, nummer=typed.get(at, at), bruksenhetsnummer="H0101") for at in houses]

    result = night({"fdv": terrace("a", {}), "omsorg": terrace("b", {22: 36})[:8] + terrace("b", {})[9:]})
    assert result.mixed == [{"22", "36"}] or result.asked("fdv:a22", "omsorg:b22")


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


def test_a_rent_that_is_off_is_no_proof_in_a_block_of_a_register_whose_rents_are_right() -> None:
    rents = {f"H0{floor}0{door}": 7000.0 + 500 * floor + 250 * door for floor in (1, 2, 3) for door in (1, 2, 3, 4)}
    ours = [flat(unit, unit, **PARCEL, bruksenhetsnummer=unit, manedsleie=rent, antall_soverom=1) for unit, rent in rents.items()]
    rents_typed = {unit: rent + (200.0 if unit == "H0101" else 0.0) for unit, rent in rents.items()}
    entries = [entry(unit, manedsleie=rent, antall_soverom=1) for unit, rent in rents_typed.items()]
    result = night({"fdv": ours}, entries)
    assert result.classes()["fdv-H0101"] == "review"
    assert night({"fdv": ours}, entries, before=result).classes()["fdv-H0101"] == "review"
    drifted = night({"fdv": ours}, [entry(unit, manedsleie=rent + 100.0, antall_soverom=1) for unit, rent in rents.items()])
    assert set(drifted.classes().values()) == {"update"}


def test_a_copy_without_a_unit_number_is_asked_about_although_the_winning_row_has_a_slip_in_the_street() -> None:
    known = {"bruksenhetsnummer": "H0101", **ALIKE}
    beside = [flat(f"d{nummer}", str(nummer), nummer=nummer, bruksenhetsnummer="H0101") for nummer in (31, 33)]
    slip = flat("a1", "1", adressenavn="Opsestien", **known)
    result = night({"fdv": [slip, *beside], "omsorg": [flat("b1", "1", **known), flat("b2", "1", **ALIKE)]})
    assert result.classes()["omsorg-b2"] == "review"


def test_an_entry_that_the_parcel_ties_to_a_wrong_street_is_still_searched_for_the_right_one() -> None:
    home = {"bruksenhetsnummer": "H0101", **ALIKE}
    ours = {"omsorg": [flat("b1", "1", **ALIKE)], "eiendom": [flat("c1", "1", **PARCEL, **home, adressenavn="Professorveien")]}
    result = night(ours, [entry("H0101", antall_soverom=1, manedsleie=7300.0)])
    assert "create" not in result.classes().values()


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


def test_an_entry_of_the_house_with_a_letter_whose_rooms_and_rent_are_others_is_asked_and_not_a_conflict() -> None:
    home = flat("a1", "1", **PARCEL, nummer=9, bruksenhetsnummer="H0101", antall_soverom=2, manedsleie=7540.0)
    lettered = {**entry("H0101", antall_soverom=3, manedsleie=5040.0), "nummer": 9, "bokstav": "E"}
    assert night({"fdv": [home]}, [lettered]).classes() == {"fdv-a1": "review"}


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


def test_an_entry_in_the_streets_other_name_that_the_neighbours_tell_is_asked_about() -> None:
    ours, theirs = (
        [
            flat(f"{office}{number}{letter}", f"{number}{letter}", gardsnummer=20 + number, bruksnummer=1, bruksenhetsnummer="H0101")
            | {"adressenavn": street, "nummer": number, "bokstav": letter or None, "bruksareal": 50.0 + number}
            for number, letter in homes
        ]
        for office, street, homes in (
            ("a", "Orregata", [(1, "A"), (3, ""), (5, "")]),
            ("b", "Myrplass", [(1, "A"), (1, "B"), (3, ""), (5, "")]),
        )
    )
    entries = [{"kobo_id": "k", "adressenavn": "Orregata", "nummer": 1, "bokstav": "B", "bruksenhetsnummer": "H0101"}]
    assert night({"fdv": ours, "omsorg": theirs}, entries).classes()["omsorg-b1B"] == "review"


def test_who_is_asked_is_shown_every_entry_of_the_house_that_it_may_be() -> None:
    """The entry with a1's number is the large flat's, so a1 is asked anyway; its own entry may be the one whose number no flat has."""
    ours = [flat("a1", "1", **PARCEL, **ALIKE, bruksenhetsnummer="H0101"), flat("a2", "2", **PARCEL, **LARGER, bruksenhetsnummer="H0202")]
    typed = [entry("H0101", antall_soverom=3, manedsleie=9200.0), entry("H0109", antall_soverom=1), entry("H0202", manedsleie=9800.0)]
    pairs = set(night({"fdv": ours}, typed).matches.select("leverandor_bolig_id", "kobo_id").iter_rows())
    assert {("fdv-a1", "kH0101"), ("fdv-a1", "kH0109"), ("fdv-a2", "kH0202")} <= pairs


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
