"""Numbers, days and moments as people write them: read as written, or reported; never read as something else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from connectors.read import read_source
from connectors.source_config import CsvSource
from reconciliation.reading.dates import moment, read_day
from reconciliation.reading.numbers import TwoNumbers, read_number
from tests.reconciliation.drafting.test_transforms import made

READ = {
    "'7340,50'": 7340.5,
    "1 234,50 kr": 1234.5,
    "kr 7.340,50": 7340.5,
    "7 340,-": 7340.0,
    "7\u00a0340,50": 7340.5,
    "7\u202f340": 7340.0,
    "1’200": 1200.0,
    "(1 200)": -1200.0,
    "(kr 1 200)": -1200.0,
    "1200-": -1200.0,
    "\u2212 5": -5.0,
    "7,340.50": 7340.5,
    "1.234.567": 1234567.0,
    "0,125": 0.125,
    "54,5 m²": 54.5,
    "301.0": 301.0,
}


@pytest.mark.parametrize("text", READ)
def test_a_number_is_read_with_what_people_write_around_it(text: str) -> None:
    assert read_number(text) == READ[text]


@pytest.mark.parametrize("text", ["2 3", "75 00", "7.340.50", "10 %", "7500 kr/år", "1E3", "tre", "--5", "-5-", "1,2,3"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "decimal", "value"), [("7.340", ",", 7340), ("7.340", ".", 7.34), ("7,340", ",", 7.34), ("7,340", ".", 7340)]
)
def test_a_mark_before_three_digits_is_what_the_file_s_decimal_mark_makes_it(text: str, decimal: str, value: float) -> None:
    assert read_number(text, decimal) == value
    with pytest.raises(TwoNumbers):
        read_number(text)


def rents(folder: Path, *texts: str, **settings: object) -> tuple[list[float | None], list[tuple[str, str]], str]:
    text = "Nr\tLeie\n" + "".join(f"{row}\t{text}\n" for row, text in enumerate(texts, 1))
    fields = {"manedsleie": {"column": "Leie", "as": "number"}}
    done = made(folder, text, fields, **settings)
    own = {"kind": "csv", "title": "L", "owner": "b", "path": "liste.csv", "key": ["Nr"], "fields": fields, **settings}
    notes = " ".join(read_source("liste", CsvSource.model_validate(own), folder).notes)
    return done.rows.get_column("manedsleie").to_list(), done.deviations.select("rule", "value").rows(), notes


@pytest.mark.parametrize("proof", ["7340,50", "7.340,5", "12 500,125", "7340,-", "1.234.567", "0,5"])
def test_one_value_with_a_decimal_comma_tells_how_the_column_is_written_and_it_is_stated(proof: str, tmp_path: Path) -> None:
    values, deviations, notes = rents(tmp_path, "7.340", proof)
    assert values[0] == 7340
    assert deviations == []
    assert "decimal comma under Leie" in notes


@pytest.mark.parametrize("proof", ["7340.50", "7,340.5", "301.0", "1,234,567", "0.5"])
def test_and_one_with_a_decimal_point_likewise(proof: str, tmp_path: Path) -> None:
    values, deviations, notes = rents(tmp_path, "7,340", proof)
    assert values[0] == 7340
    assert deviations == []
    assert "decimal point under Leie" in notes


def test_where_nothing_tells_the_row_is_reported_and_no_rent_is_a_thousandth(tmp_path: Path) -> None:
    values, deviations, notes = rents(tmp_path, "7.340", "8000")
    assert values == [None, 8000]
    assert deviations == [("V03", "7.340")]
    assert "decimal" not in notes


def test_nor_where_the_column_has_dates_in_both_orders(tmp_path: Path) -> None:
    assert rents(tmp_path, "7.340", "80,5", "80.5")[:2] == ([None, 80.5, 80.5], [("V03", "7.340")])


@pytest.mark.parametrize(("decimal", "value"), [(",", 7340), (".", 7.34)])
def test_what_the_municipality_says_of_its_decimal_mark_wins(decimal: str, value: float, tmp_path: Path) -> None:
    assert rents(tmp_path, "7.340", decimal=decimal)[:2] == ([value], [])


MOMENTS = {
    "29.03.2023 22:05:36.367": datetime(2023, 3, 29, 22, 5, 36, 367000),
    "2023-03-29T22:05:36.3671234": datetime(2023, 3, 29, 22, 5, 36, 367123),
    "2023-12-31T00:00:00": datetime(2023, 12, 31),
    "31.12.23": datetime(2023, 12, 31),
    "1.1.99": datetime(1999, 1, 1),
    "31. desember 2023": datetime(2023, 12, 31),
    "31.des.23": datetime(2023, 12, 31),
    "1. sept. 2023": datetime(2023, 9, 1),
    "31-12-2023": datetime(2023, 12, 31),
    "20231231": datetime(2023, 12, 31),
    "31.12.2023 kl. 14.30": datetime(2023, 12, 31, 14, 30),
    "45291": datetime(2023, 12, 31),
    "45291.5": datetime(2023, 12, 31, 12),
    "12/31/2023 11:59:59 PM": datetime(2023, 12, 31, 23, 59, 59),
    "12/31/2023 12:05 a.m.": datetime(2023, 12, 31, 0, 5),
    "20231231T235959": datetime(2023, 12, 31, 23, 59, 59),
    "2023-12-31T23:30:00Z": datetime(2024, 1, 1, 0, 30),
    "2023-07-01 12:00+00:00": datetime(2023, 7, 1, 14),
}


@pytest.mark.parametrize("text", MOMENTS)
def test_a_moment_is_kept_to_its_parts_of_a_second_in_norwegian_time(text: str) -> None:
    assert moment(text) == MOMENTS[text]
    assert read_day(text) == MOMENTS[text].date()


@pytest.mark.parametrize("text", ["12/2023", "31.02.2023", "13/31/2023", "32122023", "2023", "1.2.3", "12.345", "i går", "99999", "25:00"])
def test_what_names_no_day_is_none(text: str) -> None:
    assert moment(text) is None
    assert read_day(text) is None
