"""What the structure of a house tells where no measure does: gaps of a list, a house under two names, copies among the last ones."""

from __future__ import annotations

import pytest

from tests.reconciliation.small_nights import PARCEL, Row, entry, flat, night

UNITS = ("H0101", "H0102", "H0103", "H0201")


def house(office: str, *without: str, **common: object) -> list[Row]:
    """Flats with nothing measured."""
    return [flat(f"{office}{unit}", unit, **common, nummer=5, bruksenhetsnummer=unit) for unit in UNITS if unit not in without]


ALONE_BESIDE: dict[str, Row] = {
    "the next number": {"nummer": 3, "bruksenhetsnummer": "H0103"},
    "a letter too many": {"nummer": 5, "bokstav": "B", "bruksenhetsnummer": "H0103"},
}


@pytest.mark.parametrize("row", ALONE_BESIDE.values(), ids=ALONE_BESIDE.keys())
def test_a_row_alone_beside_a_house_in_which_its_list_lacks_just_that_flat_is_asked_about(row: Row) -> None:
    strayed = flat("a1", "H0103", **row)
    result = night({"fdv": [*house("a", "H0103"), strayed], "eiendom": house("c")})
    assert result.classes()["fdv-a1"] == "review"
    beside = night({"fdv": [*house("a", "H0103"), strayed], "eiendom": [*house("c"), flat("c1", "other", **row)]})
    assert beside.classes()["fdv-a1"] == "create", "another list has a home there too"


def test_a_row_without_unit_number_alone_beside_a_house_without_unit_numbers_is_asked_about() -> None:
    flats = [{"nummer": 5, "leilighetsnummer": str(at), "etasjenummer": at} for at in (1, 2, 3)]
    ours, theirs = ([flat(f"{office}{at}", str(at), **row) for at, row in enumerate(flats)] for office in "ac")
    ours[0] |= {"nummer": 3, "leilighetsnummer": None}
    assert night({"fdv": ours, "eiendom": theirs}).classes()["fdv-a0"] == "review"


def test_a_house_of_which_several_homes_are_asked_about_under_another_name_is_asked_about_whole() -> None:
    """H0103 has nothing measured in common with its row in the other list, not even the ground."""
    ours, theirs = (
        [row | PARCEL | {"bruksareal": 40.0 + 3 * at} for at, row in enumerate(house(office, adressenavn=f"{first} Nytorpbakken"))]
        for office, first in (("a", "Nordre"), ("c", "Professor"))
    )
    theirs[2] |= {"gardsnummer": None, "bruksnummer": None, "bruksareal": None}
    result = night({"fdv": ours, "eiendom": theirs})
    assert all(result.asked(f"fdv:a{unit}", f"eiendom:c{unit}") for unit in UNITS)


def test_a_row_without_unit_number_that_equals_another_of_its_list_is_not_the_last_home_of_the_house_unless_the_areas_are_equal() -> None:
    ours = [
        flat("a1", "H0101", **PARCEL, bruksareal=53.9, bruksenhetsnummer="H0101"),
        flat("a2", "H0101", **PARCEL, bruksareal=53.9),
    ]
    theirs = [
        flat("c1", "H0101", **PARCEL, bruksareal=54.0, bruksenhetsnummer="H0101"),
        flat("c2", "H0102", **PARCEL, bruksareal=49.0, bruksenhetsnummer="H0102", etasjenummer=1),
    ]
    ours[1] |= {"etasjenummer": 1}
    ours[0] |= {"etasjenummer": 1}
    assert night({"fdv": ours, "eiendom": theirs}).mixed == []


def test_an_entry_with_another_section_is_asked_about_although_rooms_and_about_the_rent_agree() -> None:
    home = {"bruksenhetsnummer": "H0102", "antall_soverom": 4}
    ours = [flat("a1", "1", **PARCEL, **home, seksjonsnummer=2, manedsleie=10470.0)]
    result = night({"fdv": ours}, [entry("H0102", antall_soverom=4, seksjonsnummer=4, manedsleie=9840.0)])
    assert result.classes()["fdv-a1"] == "review"


def terrace(beside: Row | None = None, **typed: object) -> list[list[Row]]:
    """One list with no. 7 and no. 9, and another with a row at no. 7 that has the area of no. 9."""
    first = {"nummer": 7, "bruksenhetsnummer": "H0101", "bruksareal": 62.0, "manedsleie": 7130.0}
    ours = [flat("a1", "7", **first), flat("a2", "9", **first | {"nummer": 9, "bruksareal": 55.0, "manedsleie": 7110.0})]
    theirs = [flat("c1", "9", **{**PARCEL, "nummer": 7, "bruksenhetsnummer": "H0101", "bruksareal": 55.0} | typed)]
    return [ours, [*theirs, flat("c2", "9", **beside)] if beside else theirs]


def test_a_row_with_the_area_of_the_next_house_which_its_list_lacks_is_asked_about_with_both() -> None:
    ours, theirs = terrace()
    result = night({"fdv": ours, "eiendom": theirs})
    assert result.mixed == []
    assert set(result.classes().values()) == {"review"}
    assert result.asked("fdv:a1", "eiendom:c1")
    assert result.asked("fdv:a2", "eiendom:c1")


@pytest.mark.parametrize(
    ("beside", "typed"),
    [
        ({"nummer": 9, "bruksenhetsnummer": "H0101", "bruksareal": 54.0}, {}),
        (None, {"bruksareal": 59.0}),
        (None, {"manedsleie": 7130.0}),
        (None, {"nummer": 7, "bruksareal": 50.0}),
    ],
    ids=["its list has the next house", "the area is its own house's", "so is the rent", "the area is nobody's"],
)
def test_a_row_stays_with_its_own_house_where_the_next_one_does_not_fit_or_is_listed(beside: Row | None, typed: Row) -> None:
    ours, theirs = terrace(beside, **typed)
    assert night({"fdv": ours, "eiendom": theirs}).classes()["fdv-a1"] == "create"
