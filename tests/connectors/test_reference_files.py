"""Public files byte for byte as they were published, with the dirt they were published with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest

from connectors.read_result import SourceRead, Verdict
from tests.connectors.made_sources import read


def read_all(real_data: Path, path: str, headings: list[str], **settings: Any) -> SourceRead:
    fields = {f"felt_{number}": {"column": heading} for number, heading in enumerate(headings)}
    result = read(real_data, **{"kind": "csv", "path": path, "key": headings[:1], "fields": fields, "ignore": [], **settings})
    assert result.verdict is Verdict.COMPLETE, result.message
    return result


def first_line(real_data: Path, path: str, encoding: str, separator: str) -> list[str]:
    line = (real_data / path).read_bytes().decode(encoding).splitlines()[0]
    return [heading.strip().strip('"') for heading in line.split(separator)]


KOMMUNE = "reference/kommune/"


@pytest.mark.parametrize(
    ("name", "encoding", "rows", "headings"),
    [
        ("real_kommuner_med_endringer_2019_2020.csv", "cp1252", 313, None),
        ("real_latin1_ssb_kommunekoder_2020.csv", "cp1252", 357, 6),
        ("real_lost_zeros_municipality_2011_2020_semicolon.csv", "utf-8", 436, None),
    ],
)
def test_byte_exact_dirty_files_are_read_whole(real_data: Path, name: str, encoding: str, rows: int, headings: int | None) -> None:
    path = KOMMUNE + name
    there = first_line(real_data, path, encoding, ";")
    result = read_all(real_data, path, there[:headings], ignore=there[headings or len(there) :])
    assert result.rows.height == rows
    assert result.notes[0] == f"{path}: {encoding}, separator ';', quote \", headings on line 1"
    assert not any(0x80 <= ord(letter) < 0xA0 for letter in str(result.rows.to_dicts()))


def test_the_dash_with_hard_spaces_and_the_letter_that_latin_1_lacks_are_read_right(real_data: Path) -> None:
    path = KOMMUNE + "real_kommuner_med_endringer_2019_2020.csv"
    result = read_all(real_data, path, first_line(real_data, path, "cp1252", ";"))
    assert result.rows["kommuner_2019"][0] == "0101\u00a0-\u00a0Halden"
    assert any("š" in value for value in result.rows["kommuner_2020"])


def test_the_official_addresses_keep_their_bom_out_of_the_first_heading_and_their_zeros_in(real_data: Path) -> None:
    path = "dev/elverum_dev.csv"
    headings = first_line(real_data, path, "utf-8-sig", ";")
    result = read_all(real_data, path, headings)
    assert result.rows.height == 5871
    assert result.masked == {}
    assert result.rows["row"].to_list() == list(range(2, 5873))
    fast = pl.read_csv(real_data / path, separator=";", infer_schema=False, encoding="utf8-lossy")
    assert result.rows[headings[1]].to_list() == fast[:, 1].to_list()


def test_the_postal_workbook_keeps_its_zeros(real_data: Path) -> None:
    path = "reference/postnr/2020-Postnummerregister-Excel.xlsx"
    book = fastexcel.read_excel(real_data / path)
    sheet = book.sheet_names[0]
    headings = [str(value) for value in book.load_sheet(sheet, header_row=None, dtypes="string").to_polars().row(0)]
    fields = {f"felt_{number}": {"column": heading} for number, heading in enumerate(headings)}
    settings: dict[str, Any] = {"key": headings[:1], "fields": fields, "ignore": [], "ignore_sheets": book.sheet_names[1:]}
    result = read(real_data, kind="excel", path=path, sheets=[{"name": sheet}], **settings)
    assert result.verdict is Verdict.COMPLETE, result.message
    assert result.rows.height == 5093
    assert result.rows[headings[0]][0] == "0001"
