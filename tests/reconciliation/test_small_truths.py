"""Small worlds with the answer: two or three lists in which a number names another home than its row. What may be one is asked about."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.reconciliation.small_nights import PARCEL, Row, flat, night


def test_two_offices_that_number_the_same_flats_in_opposite_order() -> None:
    def listed(office: str, backwards: bool) -> list[Row]:
        flats = []
        for number in range(1, 7):
            label = 7 - number if backwards else number
            measures = {"bruksareal": 61.0, "manedsleie": 8000.0} if number % 2 else {"bruksareal": 52.0, "manedsleie": 7000.0}
            flats.append(flat(f"{office}{number}", str(number), **PARCEL, leilighetsnummer=str(label), **measures))
        return flats

    result = night({"fdv": listed("a", False), "omsorg": listed("b", True)})
    assert result.mixed == []
    assert all(result.asked(f"fdv:a{number}", f"omsorg:b{number}") for number in range(1, 7))
    same = night({"fdv": listed("a", False), "omsorg": listed("b", False)})
    assert same.mixed == []


def test_running_numbers_that_shifted_mix_no_two_homes() -> None:
    def villas(numbers: list[tuple[str, int]]) -> list[Row]:
        return [
            flat(
                key,
                str(house),
                adressenavn="Hegrevika",
                nummer=house,
                bruksareal=51.0 + 3 * (house - 12),
                manedsleie=5710.0 + 155 * (house - 12),
            )
            for key, house in numbers
        ]

    ours = villas([(f"a{house}", house) for house in range(12, 24, 2)])
    before = night({"fdv": ours, "omsorg": villas([(str(at), 10 + 2 * at) for at in range(1, 7)])})
    assert before.dwellings.height == 6
    shifted = [("1", 12), ("2", 14), ("3", 60), ("4", 16), ("5", 18), ("6", 20), ("7", 22)]
    after = night({"fdv": ours, "omsorg": villas(shifted)}, before=before)
    assert after.mixed == []
    assert "60" in {after.home[key] for keys in after.dwellings.get_column("source_keys") if len(keys) == 1 for key in keys}


def test_a_renamed_street_and_a_section_that_one_source_knows() -> None:
    ours = [
        flat("a1", "1", **PARCEL, nummer=21, bruksenhetsnummer="H0302", bruksareal=58.5, manedsleie=7600.0),
        flat("a2", "2", **PARCEL, nummer=23, bruksenhetsnummer="H0201", bruksareal=71.0, manedsleie=8800.0),
    ]
    theirs = [
        flat("c1", "1", **PARCEL, adressenavn="Gamle Ospestien", nummer=21, bruksenhetsnummer="H0302", seksjonsnummer=9, bruksareal=58.0),
        flat("c2", "2", **PARCEL, adressenavn="Gamle Ospestien", nummer=23, bruksenhetsnummer="H0201", bruksareal=71.0),
    ]
    result = night({"fdv": ours, "eiendom": theirs})
    assert result.mixed == []
    assert result.asked("fdv:a1", "eiendom:c1")
    assert result.asked("fdv:a2", "eiendom:c2")


@pytest.mark.parametrize("houses", [6, 14])
def test_a_wrong_house_number_on_a_crowded_parcel(houses: int) -> None:
    parcel = {"gardsnummer": 44, "bruksnummer": 2, "adressenavn": "Svanevika", "bruksenhetsnummer": "H0101", "bruksareal": 66.0}

    def terrace(office: str) -> list[Row]:
        return [flat(f"{office}{at}", str(at), **parcel, nummer=1 + at // 2, bokstav="AB"[at % 2]) for at in range(houses)]

    ours = [*terrace("a"), flat("a90", "30A", **parcel, nummer=32, bokstav="A", manedsleie=8200.0)]
    theirs = [*terrace("c"), flat("c90", "30A", **parcel, nummer=30, bokstav="A", etasjenummer=1)]
    result = night({"fdv": ours, "eiendom": theirs})
    assert result.mixed == []
    assert result.asked("fdv:a90", "eiendom:c90")
    assert sum(len(candidates) for candidates in result.dwellings.get_column("candidates")) == 2


def test_a_unit_number_that_the_rows_own_floor_contradicts() -> None:
    ours = [
        flat("a1", "H0101", bruksenhetsnummer="H0101", bruksareal=49.0),
        flat("a2", "H0301", bruksenhetsnummer="H0301", bruksareal=49.0),
    ]
    ours.append(flat("a3", "H0102", nummer=3, bruksenhetsnummer="H0102", bruksareal=55.0))
    theirs = [flat("b1", "H0301", bruksenhetsnummer="H0101", bruksareal=49.0, etasjenummer=3)]
    theirs.append(flat("b3", "H0102", nummer=3, bruksenhetsnummer="H0102", bruksareal=55.0, etasjenummer=1))
    result = night({"fdv": ours, "omsorg": theirs})
    assert result.mixed == []
    assert result.asked("omsorg:b1", "fdv:a2")
    assert result.dwellings.filter(pl.col("source_keys").list.len() == 2).get_column("source_keys").to_list() == [["fdv:a3", "omsorg:b3"]]


TWIN = {"adressenavn": "Hegrevika", "nummer": 3, "bruksenhetsnummer": "H0201"}
COPIES = {
    "the floor contradicts the copy": {"bruksareal": 77.0, "manedsleie": 9100.0, "etasjenummer": 3},
    "the other source contradicts the copy": {"bruksareal": 77.0, "manedsleie": 9100.0},
    "the copy has last year's rent": {"bruksareal": 51.0, "manedsleie": 6400.0},
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES.keys())
def test_a_clean_row_goes_on_beside_its_wrong_copy(copy: Row) -> None:
    clean = {**TWIN, "bruksareal": 51.0, "manedsleie": 6700.0}
    ours = [flat("a1", "H0201", **clean), flat("a3", "H0301", **TWIN, **copy)]
    result = night({"fdv": ours, "omsorg": [flat("b1", "H0201", **clean)]})
    assert result.rejected == ["a3"]
    assert result.dwellings.get_column("source_keys").to_list() == [["fdv:a1", "omsorg:b1"]]
    assert sorted(night({"fdv": [ours[0], flat("a4", "H0201", **clean)], "omsorg": [flat("b1", "H0201", **clean)]}).rejected) == [
        "a1",
        "a4",
    ]


IN_KOBO: dict[str, tuple[Row, Row, list[str]]] = {
    "rent and bedrooms are the entry's, and the other's are not": ({}, {"manedsleie": 9100.0, "antall_soverom": 3}, ["a3"]),
    "the area too": ({"bruksareal": 51.0}, {"bruksareal": 77.0, "manedsleie": 9100.0}, ["a3"]),
    "the floor contradicts the other": ({}, {"etasjenummer": 3}, ["a3"]),
    "the entry has neither rent": ({"manedsleie": 5100.0}, {"manedsleie": 9100.0, "antall_soverom": 3}, ["a1", "a3"]),
    "the entry has the rent of both": ({}, {"bruksareal": 77.0}, ["a1", "a3"]),
    "the entry may have last year's rent, and so the copy": ({"manedsleie": 6900.0}, {"manedsleie": 6700.0}, ["a1", "a3"]),
    "one of the two may have last year's rent": ({}, {"manedsleie": 6900.0, "bruksareal": 58.0}, ["a1", "a3"]),
    "the bedrooms are the other's": ({"antall_soverom": 2}, {"manedsleie": 9100.0, "antall_soverom": 1}, ["a1", "a3"]),
}


@pytest.mark.parametrize(("values", "copy", "rejected"), IN_KOBO.values(), ids=IN_KOBO.keys())
def test_of_two_rows_for_one_unit_the_one_that_the_entry_in_kobo_confirms_goes_on(values: Row, copy: Row, rejected: list[str]) -> None:
    in_kobo = {"antall_soverom": 1, "manedsleie": 6700.0}
    clean = {**TWIN, **in_kobo, "bruksareal": 51.0} | values
    ours = [flat("a1", "H0201", **clean), flat("a3", "H0203", **{**clean, **copy})]
    area = {"bruksareal": 51.0} if "bruksareal" in values else {}
    seen = {**TWIN, **in_kobo, **area, "kobo_id": "k1"}
    assert night({"fdv": ours}, [seen]).rejected == rejected
    assert sorted(night({"fdv": ours}, [{**seen, "slettet": True}]).rejected) == ["a1", "a3"], "a deleted entry confirms nothing"


def test_an_entry_typed_with_the_neighbours_unit_holds_both_homes() -> None:
    def home(unit: str, **values: Any) -> Row:
        return {**PARCEL, "nummer": 40, "bruksenhetsnummer": unit, "etasjenummer": int(unit[2]), **values}

    small, large = {"antall_soverom": 1, "manedsleie": 6600.0}, {"antall_soverom": 2, "manedsleie": 8300.0}
    homes = {
        "H0101": home("H0101", **small),
        "H0102": home("H0102", **small),
        "H0201": home("H0201", **large),
        "H0202": home("H0202", **small),
    }
    entries = [{"kobo_id": f"k{unit}", **homes[unit], "etasjenummer": None} for unit in ("H0101", "H0102")]
    entries.append({"kobo_id": "k3", **homes["H0202"], **large, "etasjenummer": None})
    result = night({"fdv": [flat(unit, unit, **values) for unit, values in homes.items()]}, entries)
    assert result.classes() == {"fdv-H0101": "update", "fdv-H0102": "update", "fdv-H0201": "review", "fdv-H0202": "review"}
