"""A municipality's number is a name with dates: followed to today, and never an identity."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.identifiers.kommune import Change, Municipalities, kommune_table

TODAY = [
    ("0427", ("3420",), "two changes, one after the other"),
    ("3420", ("3420",), "valid"),
    ("0301", ("0301",), "never changed"),
    ("1507", ("1508", "1580"), "split: only the address can tell"),
    ("1534", ("1508", "1580"), "merged, then split"),
    ("1850", ("1806", "1875"), "split, and renamed under the same number before"),
    ("1613", ("5055", "5056", "5059"), "renumbered, then split in three"),
    ("5001", ("5001",), "took another in, and kept its number"),
    ("1940", ("5540",), "a number used, given up, used again, and changed"),
    ("9999", (), "never was"),
]


@pytest.mark.parametrize(("number", "now", "why"), TODAY, ids=[why for *_, why in TODAY])
def test_a_number_is_followed_to_today(number: str, now: tuple[str, ...], why: str) -> None:
    assert kommune_table().current(number) == now


def test_a_night_of_an_earlier_date_sees_the_number_of_that_date() -> None:
    then = {date(2019, 12, 31): ("0427",), date(2020, 1, 1): ("3420",), date(2023, 6, 1): ("3420",)}
    assert {on: kommune_table().current("0427", on) for on in then} == then
    assert kommune_table().current("3024", date(2023, 12, 31)) == ("3024",)
    assert kommune_table().current("3024", date(2024, 1, 1)) == ("3201",)


WRITTEN = [
    ("301", "0301"), (" 301", "0301"), ("301.0", "0301"), ("0301", "0301"), ("427 (Elverum)", "0427"), ("3420 Elverum", "3420"),
    ("Kommunenr. 3420", "3420"), ("10", None), ("1", None), ("Elverum", None), ("34200", None), ("9999", None), ("", None),
    ("3420/1", None), ("Elverum (3420)", "3420"), ("Oslo 0301", "0301"), ("'0427", "0427"), ("K-3420", "3420"), ("Komm. 3420", "3420"),
    ("301,0", "0301"), ("3420/Elverum", "3420"), ("3420;", "3420"), ("K.3101 / Halden", "3101"), ("Storgata 12", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), WRITTEN)
def test_a_lost_zero_comes_back_and_nothing_is_guessed(text: str, number: str | None) -> None:
    assert kommune_table().repaired(text) == number


def test_the_part_that_a_split_municipality_became_is_decided_by_whose_night_it_is() -> None:
    table = kommune_table()
    assert table.same_place_as("1508")("1507") == "1508"
    assert table.same_place_as("1580")("1504") == "1580"
    assert table.same_place_as("0301")("1507") == "1507", "nothing tells which part it is"
    assert table.same_place_as("9902")("9902") == "9902", "an invented municipality is itself"


@given(
    st.lists(
        st.builds(
            Change,
            st.sampled_from(["0101", "0102", "0103", "0104"]),
            st.sampled_from(["0101", "0102", "0103", "0104"]),
            st.dates(date(2000, 1, 1), date(2006, 1, 1)),
        ),
        max_size=12,
    ),
    st.one_of(st.none(), st.dates(date(1999, 1, 1), date(2007, 1, 1))),
)
def test_no_table_however_tangled_leads_in_circles(changes: list[Change], as_of: date | None) -> None:
    table = Municipalities(changes, ["0101"], date(2006, 1, 1))
    for number in table.known:
        assert set(table.current(number, as_of)) <= table.known
        assert table.current(number, as_of) == tuple(sorted(set(table.current(number, as_of))))


def test_every_number_of_the_last_years_is_known_and_the_splits_are_the_known_ones(real_data: Path) -> None:
    with (real_data / "reference" / "kommune" / "ssb_klass131_kommuner_per_aar.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    table, several = kommune_table(), set()
    for row in rows:
        if row["versjon"] in ("2017", "2019", "2020", "2023") and row["kode"] != "9999":
            now = table.current(row["kode"])
            assert now, row
            assert set(now) <= table.valid, row
            assert table.current(row["kode"], date.fromisoformat(row["gyldig_fra"])) == (row["kode"],)
            if len(now) > 1:
                several.add(row["kode"])
    assert several == {"1504", "1523", "1529", "1534", "1546", "1507", "1850", "1613", "5012"}


def test_the_numbers_among_the_dirty_cases(real_data: Path) -> None:
    lines = (real_data / "dev" / "dirty_cases_dev.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [case for case in map(json.loads, lines) if case["gruppe"] == "kommune"]
    assert cases
    for case in cases:
        number = kommune_table().repaired(case["input"])
        assert number is not None
        expected = case["forventet"]
        if isinstance(expected, dict):
            assert kommune_table().current(number) == (expected["kommune"],)
        else:
            assert number == expected
