"""The register's entries of a house: an entry that no dwelling is certain to be is asked about before anything is created beside it."""

from __future__ import annotations

import polars as pl
import pytest

from tests.reconciliation.small_nights import ALIKE, LARGER, PARCEL, Row, entry, flat, night


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
    "a number that nobody has, and the rent that a neighbour pays today and another may have paid": (
        [
            flat("a1", "1", **PARCEL, bruksenhetsnummer="H0102", antall_soverom=2, manedsleie=7800.0),
            flat("a2", "2", **PARCEL, bruksenhetsnummer="H0301", antall_soverom=2, manedsleie=8050.0),
        ],
        entry("H0201", antall_soverom=2, manedsleie=7800.0),
    ),
    "another floor, other rooms and no rent, and nobody else is left in the house": (
        [flat("a1", "1", **PARCEL, bruksenhetsnummer="H0101", antall_soverom=1)],
        entry("H0201", antall_soverom=0),
    ),
    "another floor and other rooms, and nobody else is asked": (
        [flat(f"a{door}", str(door), **PARCEL, bruksenhetsnummer=f"H010{door}", antall_soverom=3, manedsleie=10050.0) for door in (1, 2)],
        entry("H0301", antall_soverom=4, manedsleie=9450.0),
    ),
    "another street and number without a ground, and nobody else in the postal code has the unit, the rooms and the rent": (
        [flat("a1", "1", **PARCEL, bruksenhetsnummer="H0201", bruksareal=66.0, antall_soverom=2, manedsleie=8120.0)],
        {"kobo_id": "k", "adressenavn": "Furulia", "nummer": 23, "bruksenhetsnummer": "H0201", "antall_soverom": 2, "manedsleie": 8120.0},
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


def test_an_entry_that_the_parcel_ties_to_a_wrong_street_is_still_searched_for_the_right_one() -> None:
    home = {"bruksenhetsnummer": "H0101", **ALIKE}
    ours = {"omsorg": [flat("b1", "1", **ALIKE)], "eiendom": [flat("c1", "1", **PARCEL, **home, adressenavn="Professorveien")]}
    result = night(ours, [entry("H0101", antall_soverom=1, manedsleie=7300.0)])
    assert "create" not in result.classes().values()


def test_an_entry_of_the_house_with_a_letter_whose_rooms_and_rent_are_others_is_asked_and_not_a_conflict() -> None:
    home = flat("a1", "1", **PARCEL, nummer=9, bruksenhetsnummer="H0101", antall_soverom=2, manedsleie=7540.0)
    lettered = {**entry("H0101", antall_soverom=3, manedsleie=5040.0), "nummer": 9, "bokstav": "E"}
    assert night({"fdv": [home]}, [lettered]).classes() == {"fdv-a1": "review"}


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


@pytest.mark.parametrize("rent", [7100.0, 6500.0], ids=["last year's", "years old"])
def test_an_entry_beside_a_home_that_has_its_own_is_asked_of_the_next_house_on_the_parcel(rent: float) -> None:
    homes = [flat(f"a{number}", str(number), **PARCEL, **ALIKE, bruksenhetsnummer="H0101", nummer=number) for number in (71, 73, 77)]
    own = entry("H0101", nummer=71, antall_soverom=1, manedsleie=7300.0)
    beside = {**PARCEL, "kobo_id": "k", "nummer": 71, "antall_soverom": 1, "manedsleie": rent}
    assert night({"fdv": homes}, [own, beside]).classes()["fdv-a73"] == "review"


def test_two_entries_with_each_others_numbers_are_asked_about_although_one_of_them_has_no_measures() -> None:
    ours = [flat(unit, unit, bruksenhetsnummer=unit, **(LARGER if unit == "H0201" else ALIKE)) for unit in ("H0101", "H0201", "H0202")]
    typed = {"bruksenhetsnummer": "H0202", "antall_soverom": LARGER["antall_soverom"], "manedsleie": LARGER["manedsleie"]}
    result = night({"fdv": ours}, [{"kobo_id": "of H0201", **typed}, {"kobo_id": "of H0202", "bruksenhetsnummer": "H0201"}])
    assert set(result.classes().values()) == {"review"}
    offered = dict(result.matches.group_by("leverandor_bolig_id").agg("kobo_id").iter_rows())
    assert "of H0201" in offered["fdv-H0201"]
    assert "of H0202" in offered["fdv-H0202"]


def test_who_is_asked_is_shown_every_entry_of_the_house_that_it_may_be() -> None:
    """The entry with a1's number is the large flat's, so a1 is asked anyway; its own entry may be the one whose number no flat has."""
    ours = [flat("a1", "1", **PARCEL, **ALIKE, bruksenhetsnummer="H0101"), flat("a2", "2", **PARCEL, **LARGER, bruksenhetsnummer="H0202")]
    typed = [entry("H0101", antall_soverom=3, manedsleie=9200.0), entry("H0109", antall_soverom=1), entry("H0202", manedsleie=9800.0)]
    pairs = set(night({"fdv": ours}, typed).matches.select("leverandor_bolig_id", "kobo_id").iter_rows())
    assert {("fdv-a1", "kH0101"), ("fdv-a1", "kH0109"), ("fdv-a2", "kH0202")} <= pairs


def test_an_entry_of_another_ground_of_the_same_two_numbers_does_not_hide_the_only_one_of_this_ground() -> None:
    home = flat("a1", "1", **PARCEL, nummer=5, bruksenhetsnummer="H0101", bruksareal=51.2)
    beside = {"kobo_id": "k1", **PARCEL, "nummer": 3, "manedsleie": 8010.0}
    street = {"gardsnummer": 7, "bruksnummer": 31, "adressenavn": "Langgata", "manedsleie": 9010.0}
    elsewhere = [{"kobo_id": f"k{nummer}", "nummer": nummer} | street for nummer in (81, 83, 85)]
    assert night({"fdv": [home]}, [beside, *elsewhere]).classes() == {"fdv-a1": "review"}


def test_an_entry_whose_rent_somebody_pays_in_a_street_named_alike_is_asked_of_its_own_ground_too() -> None:
    home = flat("a1", "1", **PARCEL, nummer=73, bruksenhetsnummer="H0102", antall_soverom=2, manedsleie=9900.0)
    namesake = flat("a2", "2", adressenavn="Gamle Ospestien", nummer=73, bruksenhetsnummer="H0102", antall_soverom=2, manedsleie=10150.0)
    beside = {"kobo_id": "k1", **PARCEL, "nummer": 71, "antall_soverom": 2, "manedsleie": 10150.0}
    others = [flat(f"a{at}", str(at), **PARCEL, **LARGER, nummer=73, bruksenhetsnummer=f"H020{at}") for at in (3, 4)]
    assert night({"fdv": [home, namesake, *others]}, [beside]).classes()["fdv-a1"] == "review"


def test_two_entries_with_one_unit_number_are_not_told_apart_by_the_order_of_two_cadastre_numbers() -> None:
    """Gnr and bnr of the right one were typed in each other's place: by gnr, bnr and unit the wrong one is alone."""
    alike = {"antall_soverom": 2, "manedsleie": 8670.0}
    ours = [flat(unit, unit, **PARCEL, **alike, bruksenhetsnummer=unit) for unit in ("H0201", "H0302")]
    turned = entry("H0302", antall_soverom=3, manedsleie=8150.0) | {"gardsnummer": 7, "bruksnummer": 31, "kobo_id": "right"}
    result = night({"fdv": ours}, [turned, entry("H0302", **alike)])
    asked = result.matches.filter(pl.col("leverandor_bolig_id") == "fdv-H0201")
    assert asked.get_column("kobo_id").to_list() == ["kH0302"], "with which it agrees in everything but the number"


SLID: dict[str, Row] = {
    "the rent, in a house of flats that nothing else tells apart": {"manedsleie": [7000.0, 7400.0, 7800.0, 8200.0, 8600.0, 9000.0]},
    "the bedrooms": {"antall_soverom": [1, 2, 3, 1, 2, 3]},
}


@pytest.mark.parametrize("column", SLID.values(), ids=SLID.keys())
def test_a_column_that_slid_one_line_down_matches_no_home_with_its_neighbours_entry(column: Row) -> None:
    ((name, right),) = column.items()
    units = [f"H0{floor}0{door}" for floor in (1, 2, 3) for door in (1, 2)]
    slid = [right[-1], *right[:-1]]
    # The whole row slid but its unit number, and the column alone: the entries have the values of their homes.
    ours = [flat(f"a{unit}", unit, **PARCEL, bruksenhetsnummer=unit, **{name: value}) for unit, value in zip(units, slid, strict=True)]
    entries = [entry(unit, **{name: value}) for unit, value in zip(units, right, strict=True)]
    result = night({"fdv": ours}, entries)
    pairs = dict(result.matches.filter("certain").select("leverandor_bolig_id", "kobo_id").iter_rows())
    assert all(ours_id == f"fdv-a{kobo_id[1:]}" for ours_id, kobo_id in pairs.items())
    asked = set(result.matches.select("leverandor_bolig_id", "kobo_id").iter_rows())
    assert asked >= {(f"fdv-a{unit}", f"k{unit}") for unit in units}
    assert "create" not in result.classes().values()


def test_unit_numbers_that_slid_one_line_down_name_no_entry_of_the_house() -> None:
    """Every second floor contradicts its number, so that none of the numbers of the house is a certain name; the flats are alike."""
    units = [f"H0{floor}0{door}" for floor in (1, 2, 3) for door in (1, 2)]
    slid = zip(units, [units[-1], *units[:-1]], strict=True)
    ours = [flat(f"a{home}", home, **PARCEL, **ALIKE, bruksenhetsnummer=unit, etasjenummer=int(home[2])) for home, unit in slid]
    result = night({"fdv": ours}, [entry(unit, antall_soverom=1, manedsleie=7300.0) for unit in units])
    assert not result.matches.get_column("certain").any()
    assert set(result.matches.select("leverandor_bolig_id", "kobo_id").iter_rows()) >= {(f"fdv-a{unit}", f"k{unit}") for unit in units}
    assert "create" not in result.classes().values()
