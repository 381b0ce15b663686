"""Two tenants' rows for one home: one list has a row for each lease of the home, another list has the home once."""

from __future__ import annotations

from tests.reconciliation.small_nights import PARCEL, flat, night

HOME = {**PARCEL, "bruksenhetsnummer": "H0101", "bruksareal": 70.0}


def test_two_tenants_rows_for_one_home_are_two_rows_of_one_unit_and_the_home_of_the_other_list_goes_on() -> None:
    leases = [flat("a1", "1", **HOME, manedsleie=4000.0), flat("a2", "1", **HOME, manedsleie=4100.0)]
    result = night({"fdv": leases, "omsorg": [flat("b1", "1", **HOME)]})
    assert sorted(result.rejected) == ["a1", "a2"]
    assert result.classes() == {"omsorg-b1": "create"}


def test_two_tenants_rows_for_one_home_with_leases_of_their_own_make_the_whole_home_wait() -> None:
    leases = [flat(f"a{at}", "1", **HOME, ekstra_referanse=f"Rom {at}") for at in (1, 2)]
    result = night({"fdv": leases, "omsorg": [flat("b1", "1", **HOME)]})
    assert result.classes()["omsorg-b1"] == "review"
    assert all(result.asked(f"fdv:a{at}", "omsorg:b1") for at in (1, 2))
