"""Workbooks made for people: titles, merged cells, sums, serial dates, error cells, hidden things."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from connectors.read_result import SourceRead, Verdict
from tests.connectors.made_sources import HEADINGS, read
from tests.connectors.old_workbook import old_workbook

Fill = Callable[[Any, Any], None]


def read_book(home: Path, fill: Fill, sheet: dict[str, Any] | None = None, **settings: Any) -> SourceRead:
    book = xlsxwriter.Workbook(home / "liste.xlsx", {"strings_to_formulas": False})
    fill(book, book.add_worksheet("Boliger"))
    book.close()
    return read_made(home, sheet, **settings)


def read_made(home: Path, sheet: dict[str, Any] | None = None, **settings: Any) -> SourceRead:
    sheets = [{"name": "Boliger", **(sheet or {})}]
    return read(home, **{"kind": "excel", "path": "liste.xlsx", "sheets": sheets, **settings})


def table(sheet: Any, rows: list[tuple[Any, ...]], first: int = 0, left: int = 0) -> None:
    for number, row in enumerate([HEADINGS, *rows], start=first):
        sheet.write_row(number, left, row)


def test_numbers_texts_and_dates_come_as_written(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        table(sheet, [("0301", 301, 54.5), ("0302", "302", "54,5"), ("0303", True, 61.0), ("0304", 12345678901, 45291)])
        sheet.write_datetime("B6", datetime(2023, 12, 31), day)
        sheet.write("A6", "0305")

    result = read_book(tmp_path, fill)
    assert result.rows.select("Nr", "Adresse", "Areal").rows() == [
        ("0301", "301", "54.5"),
        ("0302", "302", "54,5"),
        ("0303", "true", "61"),
        ("0304", "12345678901", "45291"),
        ("0305", "2023-12-31 00:00:00", None),
    ]


@pytest.mark.parametrize(("first", "left"), [(0, 0), (2, 0), (6, 3), (30, 28)])
def test_the_table_may_be_anywhere_and_rows_are_numbered_as_excel_does(tmp_path: Path, first: int, left: int) -> None:
    def fill(_: Any, sheet: Any) -> None:
        if first:
            sheet.write(first - 2, left + 1, "Boliger i kommunen, oppdatert i går")
        table(sheet, [("1", "A 1", 1), (), ("3", "A 3", 3)], first, left)
        sheet.write_formula(first + 3, left + 2, "=NA()", None, "#N/A")

    result = read_book(tmp_path, fill)
    assert result.rows.select("row", "Nr", "Areal").rows() == [(first + 2, "1", "1"), (first + 4, "3", "#N/A")]
    assert any(f"headings in row {first + 1}" in note for note in result.notes)
    assert any(f"1 error cell(s) under 'Areal', the first in row {first + 4} (#N/A)" in note for note in result.notes)


def test_a_styled_blank_column_before_the_table_moves_nothing(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        table(sheet, [("1", "A 1", 1), ("2", "A 2", 2)], 1, 1)
        for row in range(4):
            sheet.write_blank(row, 0, None, book.add_format({"bg_color": "yellow"}))
        sheet.write_formula("D4", "=1/0", None, "#DIV/0!")

    assert read_book(tmp_path, fill).rows["Areal"].to_list() == ["1", "#DIV/0!"]


def test_a_formula_gives_its_last_value_and_one_never_calculated_says_so(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Boliger"
    for row in [HEADINGS, ("1", "A 1", "=1+1", ""), ("2", "A 2", 5, "")]:
        sheet.append(row)
    book.save(tmp_path / "liste.xlsx")
    assert read_made(tmp_path).rows["Areal"].to_list() == ["#UBEREGNET!", "5"]

    def calculated(_: Any, sheet: Any) -> None:
        table(sheet, [("1", "A 1", 0)])
        sheet.write_formula("C2", "=1+1", None, 2)
        sheet.write_formula("A2", '=""', None, "")

    assert read_book(tmp_path, calculated).rows["Areal"].to_list() == ["2"]


def test_an_error_cell_in_a_column_that_is_not_mapped_is_ignored(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        table(sheet, [("1", "A 1", 1)])
        sheet.write_formula("D2", "=NA()", None, "#N/A")

    assert not any("error" in note for note in read_book(tmp_path, fill).notes)


def merged(_: Any, sheet: Any) -> None:
    table(sheet, [("1",), ("2",), ("3",), ("4", "B 4"), ("5",)])
    sheet.merge_range("B2:B4", "A 1")
    sheet.merge_range("C2:C3", 50)


def test_a_merged_cell_fills_its_own_rows_and_no_others(tmp_path: Path) -> None:
    result = read_book(tmp_path, merged, {"fill_down": ["Adresse"]})
    assert result.rows["Adresse"].to_list() == ["A 1", "A 1", "A 1", "B 4", None]
    assert result.rows["Areal"].to_list() == ["50", None, None, None, None]
    assert any("merged cells under Areal give their value to their first row only" in note for note in result.notes)


def test_a_merged_cell_alone_makes_no_row(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        table(sheet, [("1",), (), ("3",)])
        sheet.merge_range("B2:B4", "A 1")

    assert read_book(tmp_path, fill, {"fill_down": ["Adresse"]}).rows.select("row", "Adresse").rows() == [(2, "A 1"), (4, "A 1")]


def test_sums_and_blank_rows_are_no_dwellings(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        table(sheet, [("1", "Sumvegen 1", 10), ("Sum", None, 10), (), (None, "Totalt 1 bolig", 10), ("Summen", "B 2", 2)])

    result = read_book(tmp_path, fill)
    assert result.rows["Nr"].to_list() == ["1", "Summen"]
    assert any("2 total row(s) left out (row 3, 5)" in note for note in result.notes)


def test_sheets_are_read_in_the_configs_order_with_their_constants(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        table(sheet, [("1", "A 1", 1)])
        other = book.add_worksheet("Rom")
        other.write_row(0, 0, ["Nr", "Adresse"])
        other.write_row(1, 0, ["9", "R 9"])
        book.add_worksheet("Lister").hide()

    sheets = [{"name": "Rom", "constants": {"Areal": "12"}}, {"name": "Boliger"}]
    result = read_book(tmp_path, fill, sheets=sheets, ignore_sheets=["Lister"])
    assert result.rows.select("sheet", "row", "Nr", "Areal").rows() == [("Rom", 2, "9", "12"), ("Boliger", 2, "1", "1")]


def test_hidden_rows_and_sheets_are_read_and_named(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        table(sheet, [("1", "A 1", 1), ("2", "A 2", 2)])
        sheet.set_row(2, None, None, {"hidden": True})
        book.add_worksheet("Annet").activate()
        sheet.hide()

    result = read_book(tmp_path, fill, ignore_sheets=["Annet"])
    assert result.rows.height == 2
    assert any("1 hidden row(s)" in note for note in result.notes)
    assert any("sheet 'Boliger' is hidden" in note for note in result.notes)


def test_a_formula_like_text_is_only_a_text(tmp_path: Path) -> None:
    result = read_book(tmp_path, lambda _, sheet: table(sheet, [("1", '=HYPERLINK("http://x")', "+1"), ("2", "@SUM(1)", "-1")]))
    assert result.rows["Adresse"].to_list() == ['=HYPERLINK("http://x")', "@SUM(1)"]


def two_sheets(book: Any, sheet: Any) -> None:
    table(sheet, [("1", "A 1", 1)])
    book.add_worksheet("Bolige r2")


@pytest.mark.parametrize(
    ("fill", "settings", "words"),
    [
        (lambda _, __: None, {}, "sheet 'Boliger' is empty"),
        (lambda _, sheet: table(sheet, []), {}, "has headings but not one row"),
        (two_sheets, {}, "unknown sheet 'Bolige r2'"),
        (two_sheets, {"sheets": [{"name": "Boliger"}, {"name": "Boliger2"}]}, "missing sheet 'Boliger2' (nearest there is 'Bolige r2')"),
        (lambda _, sheet: table(sheet, [("1", "A", 1)]), {"sheet": {"header_row": 2}}, "no row holds the expected headings"),
        (lambda _, sheet: table(sheet, [("1", "A", 1)]), {"sheet": {"header_row": 99}}, "no row holds the expected headings"),
        (lambda _, sheet: table(sheet, [("1", "A", 1, "", "x")]), {}, "unknown heading 'kolonne 5'"),
        (lambda _, sheet: table(sheet, [("1", "A", 1)]), {"sheet": {"constants": {"Areal": "1"}}}, "unknown heading 'Areal'"),
        (lambda _, sheet: sheet.write_row(0, 0, ["Et", "brev"]), {}, "no row holds the expected headings (Nr, Adresse, Areal)"),
    ],
)
def test_a_sheet_that_is_not_as_agreed_is_refused_in_words(tmp_path: Path, fill: Fill, settings: dict[str, Any], words: str) -> None:
    result = read_book(tmp_path, fill, **settings)
    assert result.verdict is Verdict.FAILED
    assert words in str(result.message)
    assert result.melding


def test_an_old_xls_workbook_is_read_whatever_its_name_says(tmp_path: Path) -> None:
    rows = [("Boliger",), (), HEADINGS, ("0301", "Storgata 1", 54.5, ""), ("0302", None, 61.0, ""), (), ("0303", None, 7.0, ""), ("Sum",)]
    (tmp_path / "liste.xlsx").write_bytes(old_workbook("Boliger", rows))
    result = read_made(tmp_path, {"fill_down": ["Adresse"]})
    # An .xls does not tell which cells are merged: a blank takes the value above, inside its block.
    assert result.rows.select("row", "Nr", "Adresse", "Areal").rows() == [
        (4, "0301", "Storgata 1", "54.5"),
        (5, "0302", "Storgata 1", "61"),
        (7, "0303", None, "7"),
    ]
    assert any("error cells look like blank ones" in note for note in result.notes)


def test_dates_are_iso_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Boliger"
    book.active.append(HEADINGS)
    book.active.append(("1", date(2023, 11, 1), 1, ""))
    book.save(tmp_path / "liste.xlsx")
    assert read_made(tmp_path).rows["Adresse"].to_list() == ["2023-11-01 00:00:00"]
