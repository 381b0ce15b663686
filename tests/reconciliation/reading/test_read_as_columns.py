"""What a value means is decided by its column where it alone could mean two things, and by its form where it can mean only one."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.date_order import date_notes, date_orders_of
from connectors.read import read_source
from connectors.read_result import Verdict
from connectors.source_config import CsvSource
from reconciliation.model.municipality import Municipality
from reconciliation.reading.numbers import read_number
from reconciliation.reading.standardise import Standardised, standardise
from tests.pipelines.village import CONFIG

MUNICIPALITY = Municipality.model_validate(CONFIG)


def listed(endret: list[str], **settings: str) -> tuple[Standardised, tuple[str, ...]]:
    source = CsvSource.model_validate(
        {"kind": "csv", "title": "Liste", "owner": "bolig", "path": "liste.csv", "key": ["Nr"]}
        | {"fields": {"oppdatert": {"column": "Endret", "as": "timestamp"}, "kategori": {"constant": "ordinar"}}}
        | settings
    )
    with tempfile.TemporaryDirectory() as home:
        lines = ["Nr;Endret", *(f"{place};{text}" for place, text in enumerate(endret))]
        Path(home, "liste.csv").write_text("\n".join(lines), encoding="utf-8")
        read = read_source("fdv", source, Path(home))
    assert read.verdict is Verdict.COMPLETE, read.message
    assert date_notes(date_orders_of(read.rows, source)) == tuple(note for note in read.notes if "month" in note)
    return standardise(read, source, MUNICIPALITY), read.notes


def days(endret: list[str], **settings: str) -> list[date | None]:
    done, _ = listed(endret, **settings)
    return [value.date() if value else None for value in done.rows["oppdatert"]]


def test_one_value_that_can_be_only_one_thing_decides_for_its_column() -> None:
    written = ["03/08/2020", "10/19/2020", "6/5/2022 14:02:11", "07/07/2021"]
    done, notes = listed(written)
    assert [value.date() for value in done.rows["oppdatert"]] == [date(2020, 3, 8), date(2020, 10, 19), date(2022, 6, 5), date(2021, 7, 7)]
    assert any("month before day under Endret" in note for note in notes)
    assert days(["03/08/2020", "19/10/2020"]) == [date(2020, 8, 3), date(2020, 10, 19)]
    assert days(["03.08.2020", "04.09.2020"]) == [date(2020, 8, 3), date(2020, 9, 4)]


def test_dates_without_marks_are_of_their_column_too() -> None:
    assert days(["03082020", "10192020"]) == [date(2020, 3, 8), date(2020, 10, 19)]
    assert days(["03082020", "19102020"]) == days(["03082020", "20201019"]) == [date(2020, 8, 3), date(2020, 10, 19)]
    done, _ = listed(["03082020", "19102020", "10192020"])
    assert [None if day is None else day.date() for day in done.rows["oppdatert"]] == [None, date(2020, 10, 19), date(2020, 10, 19)]
    assert done.deviations["rule"].to_list() == ["V04W"]


@pytest.mark.parametrize("written", [["03/08/2020", "04-09-2020"], ["03/08/2020", "19/10/2020", "10/19/2020"]])
def test_where_nothing_or_both_tell_the_ambiguous_are_reported_and_left_out(written: list[str]) -> None:
    done, _ = listed(written)
    assert done.rows["oppdatert"][0] is None
    assert "V04W" in done.deviations["rule"].to_list()
    assert done.deviations["severity"].unique().to_list() == ["warning"]
    assert all(done.rows["oppdatert"][place] is not None for place, text in enumerate(written) if "19" in text.split("/20")[0])
    assert days(written, date_order="month")[0] == date(2020, 3, 8)


@given(
    st.lists(st.dates(date(2001, 1, 1), date(2030, 12, 31)), min_size=1, max_size=12), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y"])
)
def test_no_date_of_a_column_is_another_than_was_written(dates: list[date], form: str) -> None:
    days_read = days([day.strftime(form) for day in dates])
    assert all(read is None or read == meant for read, meant in zip(days_read, dates, strict=True))
    assert None not in days_read or (form != "%d.%m.%Y" and all(day.day <= 12 for day in dates))


NO_DATES = (
    *("9999-12-31", "0001-01-01", "1900-01-00", "2999-12-31", "01.01.0001", "31.12.9999", "9999-12-31 00:00:00", "00.00.0000", "00.00.00"),
    *("1/0/1900", "0.1.1900", "12/31/9999 12:00:00 AM", "0", "0.0", "2958465", "2958465.99999"),
)
"""The last ones are day nought and the last day of a spreadsheet, as counted."""


@pytest.mark.parametrize("text", NO_DATES)
def test_what_systems_write_for_no_date_is_none_and_no_fault(text: str) -> None:
    done, _ = listed([text])
    assert done.rows["oppdatert"].to_list() == [None]
    assert done.deviations.is_empty()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2023/03/29", date(2023, 3, 29)),
        ("2023.03.29", date(2023, 3, 29)),
        ("14012026", date(2026, 1, 14)),
        ("20260114", date(2026, 1, 14)),
        ("20012010", date(2010, 1, 20)),
        ("01142026", date(2026, 1, 14)),
        ("20230329T220536", date(2023, 3, 29)),
        ("20230329220536", date(2023, 3, 29)),
        ("2023-03-29Z", date(2023, 3, 29)),
        ("2023\u201103\u201129", date(2023, 3, 29)),
        ("29/3 2023", date(2023, 3, 29)),
        ("(29.03.2023.)", date(2023, 3, 29)),
        ("29MAR2023", date(2023, 3, 29)),
        ("Mar 29, 2023", date(2023, 3, 29)),
        ("onsdag 29. mars 2023", date(2023, 3, 29)),
        ("12/31/2023 11:59:59 PM", date(2023, 12, 31)),
    ],
)
def test_forms_with_one_meaning_have_it(text: str, meant: date) -> None:
    assert days([text]) == [meant]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("50 kvm.", 50),
        ("39,5kvm", 39.5),
        ("44 kvadratmeter", 44),
        ("7340kr/mnd", 7340),
        ("kr 7340 pr. mnd.", 7340),
        ("6 250 kr per måned", 6250),
        ("5890,- kr / md", 5890),
        ("481.0", 481),
        ("7340:-", 7340),
        ("kr 7340 i mnd", 7340),
        ("7340 kr mnd", 7340),
        ("BRA 50 m^2", 50),
        ("50 kvm BRA", 50),
        ("3 soverom", 3),
    ],
)
def test_numbers_with_their_units_are_numbers(text: str, meant: float) -> None:
    assert read_number(text) == meant
