"""A parcel that one list, or Kobo, has in another street with other numbers is asked about."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reconciliation.small_nights import PARCEL, Row, flat, night
from tests.reconciliation.test_house_truths import ALIKE

RENAMED = {
    "a terrace of homes that are alike": [{**ALIKE, "nummer": number, "bruksenhetsnummer": "H0101"} for number in (1, 3, 5)],
    "flats of which one list has the numbers only": [{"bruksenhetsnummer": unit, "bruksareal": 45.0} for unit in ("H0101", "H0102")],
    "flats without numbers": [{**ALIKE, "leilighetsnummer": label} for label in "12"],
    "one home of which nothing is known": [{}],
}


@pytest.mark.parametrize("homes", RENAMED.values(), ids=RENAMED.keys())
def test_a_street_that_one_list_or_kobo_has_renamed_and_renumbered_is_asked_about(homes: list[Row]) -> None:
    ours = [flat(f"a{at}", str(at), **{**PARCEL, **home}) for at, home in enumerate(homes)]
    moved = [{**PARCEL, **home, "adressenavn": "Furulia", "nummer": home.get("nummer", 1) + 11} for home in homes]
    theirs = [flat(f"b{at}", str(at), **{**home, "bruksareal": None}) for at, home in enumerate(moved)]
    result = night({"fdv": ours, "omsorg": theirs})
    assert result.mixed == []
    assert set(result.classes().values()) == {"review"}
    entries = [{**home, "kobo_id": f"k{at}", "bruksareal": None, "leilighetsnummer": None} for at, home in enumerate(moved)]
    assert "create" not in night({"fdv": ours}, entries).classes().values()


def test_two_streets_at_one_corner_that_a_list_knows_both_of_are_two() -> None:
    ours = [flat(f"a{at}", str(at), **PARCEL, **ALIKE, adressenavn=street) for at, street in enumerate(("Ospestien", "Furulia"))]
    result = night({"fdv": ours, "omsorg": [flat("b1", "1", **PARCEL, **ALIKE, adressenavn="Furulia")]})
    assert set(result.classes().values()) == {"create"}


@pytest.mark.parametrize("same_rent", [True, False])
def test_numbers_of_the_cadastre_the_other_way_round_in_another_street_are_another_ground_unless_the_rent_ties_the_two(
    *, same_rent: bool
) -> None:
    ours = [flat("a1", "1", **{**PARCEL, "gardsnummer": 12, "bruksnummer": 40}, bruksenhetsnummer="H0101", manedsleie=8000.0)]
    turned = {**PARCEL, "gardsnummer": 40, "bruksnummer": 12, "adressenavn": "Furulia", "nummer": 9, "bruksenhetsnummer": "H0101"}
    rent = 8000.0 if same_rent else None
    result = night({"fdv": ours, "omsorg": [flat("b1", "1", **turned, bruksareal=45.0, manedsleie=rent)]})
    assert ("review" in result.classes().values()) == same_rent


def test_a_home_of_a_corner_house_is_asked_about_where_no_measure_parts_it_from_one_round_the_corner() -> None:
    def home(key: str, street: str, unit: str, area: float, rent: float | None = None) -> Row:
        measured = {"bruksenhetsnummer": unit, "bruksareal": area, "manedsleie": rent}
        return flat(key, str(area), **PARCEL, adressenavn=street, nummer=8 if street == "Furulia" else 1, **measured)

    ours = [home("a1", "Ospestien", "H0101", 50.0, 7000.0), home("a2", "Ospestien", "H0102", 60.0), home("a3", "Furulia", "H0101", 72.0)]
    # The list gives all three the address of the one entrance.
    theirs = [home("b1", "Furulia", "H0101", 72.0), home("b2", "Furulia", "H0102", 60.0), home("b3", "Furulia", "H0103", 50.0, 7000.0)]
    result = night({"fdv": ours, "omsorg": theirs})
    assert result.mixed == []
    assert result.asked("fdv:a1", "omsorg:b3")
    assert result.asked("fdv:a2", "omsorg:b2")
    assert {name for name, kind in result.classes().items() if kind == "review"} >= {"fdv-a1", "fdv-a2"}


@pytest.mark.parametrize("sizes", [(61.0, 72.0, 66.0), (61.0,) * 5])
def test_a_terrace_that_one_list_letters_and_another_numbers_is_asked_about_with_the_right_answer_offered(sizes: tuple[float, ...]) -> None:
    ours = [flat(f"a{at}", str(at), **PARCEL, bokstav="ABCDE"[at], bruksareal=size, manedsleie=8000.0) for at, size in enumerate(sizes)]
    theirs = [flat(f"b{at}", str(at), **PARCEL, nummer=1 + 2 * at, bruksareal=size) for at, size in enumerate(sizes)]
    result = night({"fdv": ours, "omsorg": theirs})
    assert result.mixed == []
    assert all(result.asked(f"fdv:a{at}", f"omsorg:b{at}") for at in range(len(sizes)))
    assert set(result.classes().values()) == {"review"}


AREAS, RENTS = (61.0, 74.0, 58.0, 90.0, 66.0), (7100.0, 8200.0, 6900.0, 9700.0, 7350.0)
UNGROUNDED: dict[str, dict[str, list[Any]]] = {
    "areas in the same order": {"bruksareal": list(AREAS)},
    "a terrace of homes that are alike": {"bruksareal": [61.0] * 5},
    "each home has a rent of its own": {"bruksareal": list(AREAS), "manedsleie": list(RENTS)},
}


@pytest.mark.parametrize("measured", UNGROUNDED.values(), ids=UNGROUNDED.keys())
def test_a_street_renamed_and_renumbered_without_a_cadastre_number_is_told_by_its_homes_together(measured: dict[str, list[Any]]) -> None:
    def street(office: str, name: str, first: int, **values: list[Any]) -> list[Row]:
        place = {"adressenavn": name, "bruksenhetsnummer": "H0101"}
        measures = [{field: column[at] for field, column in values.items()} for at in range(5)]
        return [flat(f"{office}{at}", str(at), **place, nummer=first + 2 * at, **measures[at]) for at in range(5)]

    ours, theirs = street("a", "Orregata", 1, **measured), street("b", "Myrplass", 12, **measured)
    result = night({"fdv": ours, "omsorg": theirs})
    assert result.mixed == []
    assert all(result.asked(f"fdv:a{at}", f"omsorg:b{at}") for at in range(5))
    turned = {name: [*values[3:], *values[:3]] for name, values in measured.items() if name == "bruksareal" and len(set(values)) > 1}
    if turned:
        assert set(night({"fdv": ours, "omsorg": street("b", "Myrplass", 12, **turned)}).classes().values()) == {"create"}
