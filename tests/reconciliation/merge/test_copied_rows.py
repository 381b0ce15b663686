"""A row that was copied with one sign changed is no second home unless a person says so."""

from __future__ import annotations

import pytest

from tests.reconciliation.small_nights import ALIKE, LARGER, PARCEL, Row, flat, night

COPIES: dict[str, tuple[Row, Row, bool]] = {
    "a letter that nobody else at the number has": ({}, {"bokstav": "B"}, True),
    "such a letter, in a list without rents": ({"manedsleie": None}, {"manedsleie": None, "bokstav": "B"}, True),
    "the other side of the road, on the same parcel": ({}, {"nummer": 2}, True),
    "one section under two unit numbers": ({"seksjonsnummer": 4}, {"seksjonsnummer": 4, "bruksenhetsnummer": "H0102"}, True),
    "one section under two letters": ({"seksjonsnummer": 4, "bokstav": "A"}, {"seksjonsnummer": 4, "bokstav": "B"}, True),
    "the old address, on the same parcel": ({}, {"adressenavn": "Furulia", "nummer": 9}, True),
    "one section in two streets": ({"seksjonsnummer": 4}, {"seksjonsnummer": 4, "adressenavn": "Furulia", "nummer": 9}, True),
    "a letter lost, and the unit number": ({"bokstav": "A"}, {"bruksenhetsnummer": None}, True),
    "two streets, two sections": ({"seksjonsnummer": 4}, {"seksjonsnummer": 5, "adressenavn": "Furulia", "nummer": 9}, False),
    "flats that are alike": ({}, {"bruksenhetsnummer": "H0102"}, False),
    "a house of two homes": ({"bokstav": "A"}, {"bokstav": "B"}, False),
    "another rent": ({}, {"bokstav": "B", "manedsleie": 7350.0}, False),
}


@pytest.mark.parametrize("case", COPIES.values(), ids=COPIES.keys())
def test_a_row_that_was_copied_with_one_sign_changed_waits_beside_the_one_that_another_list_confirms(case: tuple[Row, Row, bool]) -> None:
    original, changed, asked = case
    same = {**PARCEL, **ALIKE, "bruksenhetsnummer": "H0101"}
    rows = [flat("a1", "1", **{**same, **original}), flat("a2", "2", **{**same, **changed})]
    alone = night({"fdv": rows})
    assert set(alone.classes().values()) == ({"review"} if asked else {"create"})
    confirmed = night({"fdv": rows, "omsorg": [flat("b1", "1", **{**same, **original})]})
    assert confirmed.classes() == {"fdv-a1": "create", "fdv-a2": "review" if asked else "create"}


@pytest.mark.parametrize("unit", ["H0201", None])
def test_a_copy_in_a_street_that_is_spelt_nearly_alike_is_asked_about_in_a_house_of_several_homes(unit: str | None) -> None:
    home = flat("a1", "1", **PARCEL, **ALIKE, adressenavn="Nyveien", bruksenhetsnummer="H0201")
    below = flat("a2", "2", **PARCEL, **LARGER, adressenavn="Nyveien", bruksenhetsnummer="H0101")
    copy = {**home, "key": "a3", "adressenavn": "Ny vei", "bruksenhetsnummer": unit}
    assert night({"fdv": [home, below, copy]}).classes() == {"fdv-a1": "review", "fdv-a2": "create", "fdv-a3": "review"}


def test_one_street_and_number_under_two_postal_codes_is_two_homes_where_they_are_measured_otherwise() -> None:
    homes = [flat("a1", "1", bruksenhetsnummer="H0101", **ALIKE), flat("a2", "2", bruksenhetsnummer="H0101", postnummer="9920", **LARGER)]
    alone = night({"fdv": homes})
    assert (alone.rejected, alone.classes()) == ([], {"fdv-a1": "create", "fdv-a2": "create"})
    typed_twice = night({"fdv": [homes[0], {**homes[0], "key": "a2", "postnummer": "9920", "manedsleie": 7000.0}]})
    assert (typed_twice.rejected, set(typed_twice.classes().values()), typed_twice.asked("fdv:a1", "fdv:a2")) == ([], {"review"}, True)
    other = flat("b1", "2", bruksenhetsnummer="H0101", postnummer="9920", **LARGER)
    both = night({"fdv": homes, "omsorg": [other]})
    assert (both.rejected, both.asked("fdv:a2", "omsorg:b1")) == ([], True)


def test_a_copy_with_the_next_number_and_last_years_rent_is_asked_about_where_parcels_have_one_address() -> None:
    same = {**PARCEL, "bruksenhetsnummer": "H0101"}
    ours = [flat("a1", "1", **same, **ALIKE, nummer=25), flat("a2", "1", **same, **{**ALIKE, "manedsleie": 6900.0}, nummer=27)]
    lists = {"fdv": ours, "omsorg": [flat("b1", "1", **same, **ALIKE, nummer=25)]}
    assert night(lists).classes() == {"fdv-a1": "create", "fdv-a2": "review"}
    terraces = [
        flat(f"t{number}", f"t{number}", gardsnummer=40 + number // 4, bruksnummer=1, bruksenhetsnummer="H0101", nummer=number)
        for number in (40, 42, 44, 46)
    ]
    measured = [{**row, "bruksareal": 50.0 + row["nummer"]} for row in terraces]
    assert night({**lists, "fdv": [*ours, *measured]}).classes()["fdv-a2"] == "create"
