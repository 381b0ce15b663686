"""A bruksenhetsnummer in every form people write it; what cannot be one is never made into one, only suggested."""

from __future__ import annotations

import pytest

from language import rendered
from reconciliation.addresses.unit_labels import take_labels
from reconciliation.identifiers import parse_unit
from reconciliation.identifiers.units import meant_unit, without_floor
from tests.reconciliation.reading.village_rows import good, judged, rules


@pytest.mark.parametrize(("text", "unit"), [("H-0201", "H0201"), ("h 02 01", "H0201"), ("U0101", "U0101"), ("leil. K0101", "K0101")])
def test_a_unit_is_read_however_it_is_written(text: str, unit: str) -> None:
    assert parse_unit(text) == unit


@pytest.mark.parametrize("text", ["U0001", "H0001", "L0000", "H0100"])
def test_floor_and_unit_00_do_not_exist(text: str) -> None:
    assert parse_unit(text) is None
    assert without_floor(text)
    assert take_labels(f"Storgata 12 {text}")[0].bruksenhetsnummer is None


@pytest.mark.parametrize(
    ("text", "unit"), [("HO101", "H0101"), ("H0lO2", "H0102"), ("H302", "H0302"), ("h 3 02", "H0302"), ("A0101", None)]
)
def test_letters_for_digits_and_a_lost_zero_are_suggested_and_never_taken(text: str, unit: str | None) -> None:
    assert parse_unit(text) is None
    assert meant_unit(text) == unit


@pytest.mark.parametrize(("text", "words"), [("HO101", "Mente du H0101?"), ("H302", "Mente du H0302?"), ("H0001", "00 finnes ikke")])
def test_the_owner_is_shown_what_it_may_be_and_the_row_waits(text: str, words: str) -> None:
    done = judged(good(Bruksenhet=text))
    assert rules(done) == [(2, "B01")]
    assert words in rendered(done.deviations.item(0, "message"))
    assert done.rejected["bruksenhetsnummer"].to_list() == [None]
