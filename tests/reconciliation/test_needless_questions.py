"""A person is not asked where the house as a whole leaves one answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reconciliation.small_nights import ALIKE, PARCEL, Row, flat, night

SMALL = {"bruksareal": 41.0, "antall_soverom": 1}
LARGE = {"bruksareal": 66.0, "antall_soverom": 3}


def numbered(office: str, labels: dict[str, str | None], **values: Any) -> list[Row]:
    """Six flats on three floors, each of another size; labels: unit -> the office's own number of the flat."""
    listed = []
    for at, (unit, label) in enumerate(labels.items()):
        measured = {"bruksareal": 40.0 + 6 * at, "antall_soverom": at % 3 + 1, "etasjenummer": at // 2 + 1}
        listed.append(flat(f"{office}{at}", unit, leilighetsnummer=label, **measured, **values))
    return listed


def test_a_label_that_one_list_lost_leaves_the_labels_of_the_house_a_key() -> None:
    units = [f"H0{floor}0{door}" for floor in (1, 2, 3) for door in (1, 2)]
    labels: dict[str, str | None] = {unit: str(at) for at, unit in enumerate(units, start=1)}
    theirs = [row | {"bruksenhetsnummer": row["home"]} for row in numbered("b", labels | {"H0302": None}, **PARCEL)]
    result = night({"fdv": numbered("a", labels), "omsorg": theirs})
    assert result.mixed == []
    assert result.dwellings.height == len(units)


KNOWN = [flat("a2", "known", nummer=9, bruksenhetsnummer="H0101", bruksareal=90.0), flat("a3", "known too", nummer=11, bruksareal=120.0)]


@pytest.mark.parametrize(
    ("known", "classes"), [(KNOWN, ["create"]), ([], ["review", "review"])], ids=["in a street that is known", "where both may be streets"]
)
def test_a_slip_in_a_street_that_nobody_else_names(known: list[Row], classes: list[str]) -> None:
    row = flat("b1", "1", adressenavn="Ospesien", **SMALL)
    result = night({"fdv": [flat("a1", "1", **PARCEL, **SMALL, bruksenhetsnummer="H0101"), *known], "eiendom": [row]})
    others = [f"fdv-{neighbour['key']}" for neighbour in known]
    assert sorted(kind for name, kind in result.classes().items() if name not in others) == classes
    assert result.mixed == []


def test_an_entry_is_not_asked_of_flats_that_pay_what_others_pay_too_where_a_likelier_one_is_asked() -> None:
    rent = {"manedsleie": 7300.0}
    ours = [flat(f"a{at}", f"H0{at}01", **PARCEL, **SMALL, **rent, bruksenhetsnummer=f"H0{at}01") for at in (1, 2, 3)]
    ours += [flat("a4", "no number", **PARCEL, **SMALL, **rent, leilighetsnummer="4", etasjenummer=5)]
    result = night({"fdv": ours}, [{**PARCEL, "kobo_id": "k5", "bruksenhetsnummer": "H0501", "antall_soverom": 1, **rent}])
    assert result.classes()["fdv-a4"] == "review"


def test_leaving_out_candidates_makes_no_creation_of_a_question() -> None:
    """The register's H0502 was typed H0501: a rent that neighbours have too is weak evidence, but no other dwelling can be it."""
    rent = {"manedsleie": 7300.0}
    ours = [flat(f"a{door}", f"H050{door}", **PARCEL, **SMALL, **rent, bruksenhetsnummer=f"H050{door}") for door in (2, 3)]
    entry = {**PARCEL, "kobo_id": "k5", "bruksenhetsnummer": "H0501", "antall_soverom": 1, **rent}
    result = night({"fdv": ours}, [entry])
    assert set(result.classes().values()) == {"review"}
    assert result.matches.get_column("kobo_id").to_list() == ["k5", "k5"]


def test_an_entry_next_door_on_ground_of_its_own_is_not_asked_about_for_its_rent() -> None:
    rent = {"manedsleie": 7300.0}
    ours = flat("a1", "1", **PARCEL, **SMALL, **rent, bruksenhetsnummer="H0101")
    beside = {**PARCEL, "bruksnummer": 99, "nummer": 3, "kobo_id": "k3", "bruksenhetsnummer": "H0101", "antall_soverom": 1, **rent}
    assert night({"fdv": [ours]}, [beside]).classes() == {"fdv-a1": "create"}


def test_the_only_one_in_the_house_with_its_rent_is_found_without_its_unit_number() -> None:
    ours = [
        flat("a1", "H0101", **PARCEL, **SMALL, manedsleie=7300.0, bruksenhetsnummer="H0101"),
        flat("a2", "H0201", **PARCEL, **LARGE, manedsleie=9900.0, etasjenummer=2, leilighetsnummer="2"),
    ]
    entry = {**PARCEL, "kobo_id": "k2", "bruksenhetsnummer": "H0201", "antall_soverom": 3}
    matches = night({"fdv": ours}, [{**entry, "manedsleie": 9900.0}]).matches
    assert matches.select("leverandor_bolig_id", "certain", "reason").rows() == [("fdv-a2", True, "only_rent")]
    both = [ours[0] | {"manedsleie": 9900.0}, ours[1]]
    assert not night({"fdv": both}, [{**entry, "manedsleie": 9900.0}]).matches.get_column("certain").any()


def test_homes_in_a_street_spelt_nearly_alike_are_no_rivals_where_they_are_measured_otherwise() -> None:
    block = [flat(f"a{at}", f"other {at}", adressenavn="Ospastien", bruksenhetsnummer=f"H0{at}01", bruksareal=80.0 + at) for at in (1, 2)]
    home = flat("a9", "1", **PARCEL, **SMALL, bruksenhetsnummer="H0101")
    result = night({"fdv": [home, *block], "eiendom": [flat("b1", "1", **SMALL)]})
    assert result.mixed == []
    assert result.dwellings.height == 3


@pytest.mark.parametrize(("beside", "joined"), [({**ALIKE, "bruksareal": 47.5, "manedsleie": 7450.0}, True), (ALIKE, False)])
def test_the_only_home_at_an_address_is_known_beside_a_street_spelt_nearly_alike_unless_its_home_is_equal_too(
    beside: Row, joined: bool
) -> None:
    lists = {
        "fdv": [
            flat("a1", "1", bruksenhetsnummer="H0101", **ALIKE),
            flat("a2", "2", adressenavn="Ospestigen", bruksenhetsnummer="H0101", **beside),
        ],
        "omsorg": [flat("b1", "1", **ALIKE)],
    }
    assert night(lists).classes().get("omsorg-b1") == (None if joined else "review")


def three_lists(odd: Row) -> dict[str, list[Row]]:
    """Twelve houses; in the first, the row of the first list is measured as `odd` says."""
    houses = [flat(f"{nummer}", f"{nummer}", nummer=nummer, bruksenhetsnummer="H0101") for nummer in range(1, 24, 2)]
    lists = {"fdv": {"bruksareal": 45.0}, "omsorg": ALIKE, "eiendom": ALIKE}
    rows = {source: [row | values for row in houses] for source, values in lists.items()}
    rows["fdv"][0] |= odd
    return rows


def test_a_difference_of_two_lists_is_settled_by_a_third_that_agrees_with_either() -> None:
    lists = three_lists({})
    lists["omsorg"][0] |= {"bruksareal": 46.4}
    lists["eiendom"][0] |= {"bruksareal": 45.4}
    assert set(night(lists).classes().values()) == {"create"}
    lists["eiendom"][0] |= {"manedsleie": 9100.0}
    assert night(lists).classes()["omsorg-1"] == "review", "no third row that agrees with both"


def test_of_three_rows_with_one_unit_the_odd_one_is_asked_about_and_the_two_that_agree_go_on() -> None:
    lists = three_lists({"bruksareal": 49.0})
    first = night(lists)
    assert first.dwellings.height == 13
    assert [ours for ours, kind in first.classes().items() if kind == "review"] == ["fdv-1"]
    in_kobo = night(lists, [{"kobo_id": "k1", "nummer": 1, "bruksenhetsnummer": "H0101", "manedsleie": 7300.0, "antall_soverom": 1}])
    assert in_kobo.matches.filter("certain").select("leverandor_bolig_id", "kobo_id").rows() == [("omsorg-1", "k1")]
    assert in_kobo.classes()["fdv-1"] == "review"
