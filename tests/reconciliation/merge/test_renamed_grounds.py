"""A parcel that one list, or Kobo, has in another street with other numbers is asked about."""

from __future__ import annotations

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
