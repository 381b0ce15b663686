"""What was asked stays asked until somebody answers, although a rent rises or a neighbour is answered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reconciliation.small_nights import Night, Row, flat, night

HOME: Row = {"bruksenhetsnummer": "H0101", "bruksareal": 48.0, "antall_soverom": 1, "etasjenummer": 1, "manedsleie": 6540.0}
ENTRY: Row = {
    "kobo_id": "k",
    "adressenavn": "Bakkegata",
    "nummer": 9,
    "bruksenhetsnummer": "H0101",
    "antall_soverom": 1,
    "manedsleie": 6540.0,
}


def two_nights(change: Row) -> tuple[Night, Night]:
    rows = [flat("a1", "1", adressenavn="Lokevegen nord", nummer=7, **values) for values in (HOME, {**HOME, **change})]
    first = night({"fdv": rows[:1]}, [ENTRY])
    return first, night({"fdv": rows[1:]}, [ENTRY], before=first)


def test_a_home_that_may_be_an_entry_is_not_created_because_its_rent_rose() -> None:
    first, second = two_nights({"manedsleie": 6736.0})
    assert (first.classes(), second.classes()) == ({"fdv-a1": "review"}, {"fdv-a1": "review"})
    assert second.matches.select("kobo_id", "reason").rows() == first.matches.select("kobo_id", "reason").rows()


CORRECTED = [{"antall_soverom": 3, "manedsleie": 9900.0}, {"bruksenhetsnummer": "H0203", "etasjenummer": 2, "manedsleie": 6736.0}]


@pytest.mark.parametrize("change", CORRECTED, ids=str)
def test_a_row_that_is_corrected_is_looked_at_anew(change: dict[str, Any]) -> None:
    assert two_nights(change)[1].classes() == {"fdv-a1": "create"}


def test_two_homes_that_may_be_one_are_not_both_created_because_a_rent_rose() -> None:
    ground = {"gardsnummer": 58, "bruksnummer": 623}
    ours = flat("a1", "1", adressenavn="Doktorvegen", nummer=5, bokstav="C", leilighetsnummer="6", **HOME)
    theirs = flat("c1", "1", adressenavn="Doktorvegen", nummer=8, bokstav="C", leilighetsnummer="6", **ground, antall_soverom=1)
    lists = [
        {
            "fdv": [{**ours, **ground, "manedsleie": rent}],
            "omsorg": [{**theirs, "manedsleie": 6540.0}],
        }
        for rent in (6540.0, 6736.0)
    ]
    first = night(lists[0])
    assert first.asked("fdv:a1", "omsorg:c1")
    second = night(lists[1], before=first)
    assert second.asked("fdv:a1", "omsorg:c1")
    assert second.classes() == first.classes()
