"""A workbook is read by its format: the same list, written as other programs write it, gives the same rows and facts."""

from __future__ import annotations

import datetime as dt
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from connectors.read_faults import SourceFault
from connectors.read_result import SourceRead, Verdict
from pipelines.commands.resolve_list import read_list
from tests.connectors.binary_workbook import binary_workbook
from tests.connectors.made_sources import read

FIELDS = {
    "adresse": {"column": "Adresse", "as": "address"},
    "bruksareal": {"column": "BRA", "as": "number"},
    "oppdatert": {"column": "Endret", "as": "timestamp"},
}


def book(file: Path, **options: bool) -> None:
    with xlsxwriter.Workbook(str(file), options) as made:
        sheet = made.add_worksheet("Liste")
        form = None if options else made.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["Nr", "Adresse", "BRA", "Endret"])
        for number in range(1, 5):
            sheet.write_row(number, 0, [number, f"Ospestien {number}", 50 + number])
            sheet.write_datetime(number, 3, dt.datetime(2022, 5, 10 + number), form)
        sheet.write_formula(2, 2, "=1/0", None, "#DIV/0!")
        sheet.set_row(3, None, None, {"hidden": True})


def written(folder: Path, change: Callable[[str], str] = str, rename: Callable[[str], str] = str) -> Path:
    book(folder / "plain.xlsx")
    with zipfile.ZipFile(folder / "plain.xlsx") as old, zipfile.ZipFile(folder / "annet.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(rename(name)), change(old.read(name).decode()))
    return folder / "annet.xlsx"


def strict(text: str) -> str:
    return text.replace(
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"
    ).replace(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships"
    )


WRITERS: dict[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "plain": (str, str),
    "cells without a place": (lambda text: re.sub(r'<c r="[A-Z]+\d+"', "<c", text), str),
    "rows without a number either": (lambda text: re.sub(r'(<c|<row) r="[A-Z]*\d+"', r"\1", text), str),
    "place behind other attributes": (lambda text: re.sub(r'<c (r="[A-Z]+\d+")( t="\w+")', r"<c\2 \1", text), str),
    "single quotes": (lambda text: re.sub(r"<(c|row)( [^>]*?)(/?)>", lambda tag: tag[0].replace('"', "'"), text), str),
    "backslashes": (str, lambda name: name.replace("/", "\\")),
    "another name": (
        lambda text: text.replace("xl/workbook.xml", "xl/bok.xml"),
        lambda name: name.replace("workbook.xml", "bok.xml"),
    ),
    "strict": (strict, str),
    "another folder": (
        lambda text: text.replace('"xl/workbook.xml"', '"bok/min.xml"').replace('"/xl/', '"/bok/'),
        lambda name: (
            name.replace("xl/workbook.xml", "bok/min.xml")
            .replace("xl/_rels/workbook.xml.rels", "bok/_rels/min.xml.rels")
            .replace("xl/", "bok/")
        ),
    ),
    "shared texts by another name": (
        lambda text: text.replace("sharedStrings.xml", "tekster.xml"),
        lambda name: name.replace("sharedStrings.xml", "tekster.xml"),
    ),
}


def asked(file: Path) -> SourceRead:
    return read(file.parent, kind="excel", path=file.name, key=["Nr"], fields=FIELDS, ignore=[], sheets=[{"name": "Liste"}])


@pytest.mark.parametrize("writer", WRITERS)
def test_the_same_list_written_otherwise_is_the_same_read(tmp_path: Path, writer: str) -> None:
    change, rename = WRITERS[writer]
    result = asked(written(tmp_path, change, rename))
    assert result.verdict is Verdict.COMPLETE, result.message
    assert result.rows["BRA"].to_list() == ["51", "#DIV/0!", "53", "54"]
    assert [text[:10] for text in result.rows["Endret"]] == ["2022-05-11", "2022-05-12", "2022-05-13", "2022-05-14"]
    assert any("1 error cell(s)" in note for note in result.notes)
    assert any("1 hidden row(s)" in note for note in result.notes)


def test_days_counted_from_1904_in_cells_without_a_date_format_are_those_days(tmp_path: Path) -> None:
    book(tmp_path / "mac.xlsx", date_1904=True)
    serial = (dt.date(2022, 5, 11) - dt.date(1899, 12, 30)).days
    assert asked(tmp_path / "mac.xlsx").rows["Endret"].to_list() == [str(serial + number) for number in range(4)]


def test_one_long_text_in_many_cells_is_judged_by_what_it_becomes(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "liten.xlsx")) as made:
        sheet = made.add_worksheet("Liste")
        sheet.write_row(0, 0, ["Nr", "Adresse", "BRA", "Endret"])
        for number in range(1, 2001):
            sheet.write_row(number, 0, [number, "gjentatt", 50, "gjentatt"])
    with zipfile.ZipFile(tmp_path / "liten.xlsx") as old, zipfile.ZipFile(tmp_path / "stor.xlsx", "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<t>gjentatt</t>", b"<t>" + "Å".encode() * 50_000 + b"</t>"))
    tracemalloc.start()
    result = asked(tmp_path / "stor.xlsx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result.verdict is Verdict.FAILED
    assert "unpacks to 400 MB" in str(result.message)
    assert peak < 20_000_000
    assert asked(tmp_path / "liten.xlsx").verdict is Verdict.COMPLETE


CONTENT = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:spreadsheet>
 <table:table table:name="Liste">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""


def test_an_open_document_is_read_and_what_cannot_be_known_of_it_is_said(tmp_path: Path) -> None:
    lines = [("Nr", "Adresse", "BRA", "Endret"), ("1", "Ospestien 1", "51", "2022-05-11")]
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join(f"<table:table-row>{''.join(map(cell.format, line))}</table:table-row>" for line in lines)
    with zipfile.ZipFile(tmp_path / "liste.ods", "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("content.xml", CONTENT.format(rows=rows))
        made.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
    result = asked(tmp_path / "liste.ods")
    assert result.verdict is Verdict.COMPLETE, result.message
    assert result.rows.select("Nr", "Adresse", "BRA").rows() == [lines[1][:3]]
    assert any("error cells look like blank ones" in note for note in result.notes)


def opened(folder: Path, rows: str) -> SourceRead:
    with zipfile.ZipFile(folder / "liste.ods", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("content.xml", CONTENT.format(rows=rows))
        made.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
    return asked(folder / "liste.ods")


def row(*texts: str, repeated: int = 1, blank_before: int = 0) -> str:
    blank = f'<table:table-cell table:number-columns-repeated="{blank_before}"/>' if blank_before else ""
    cells = "".join(f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts)
    return f'<table:table-row table:number-rows-repeated="{repeated}">{blank}{cells}</table:table-row>'


HEAD = row("Nr", "Adresse", "BRA", "Endret")
HOME = ("1", "Ospestien 1", "51", "2022-05-11")
BOMBS = {
    "a row a million times": (HEAD + row(*HOME, repeated=1_048_574), "unpacks to"),
    "a long text many times": (HEAD + row("1", "Å" * 30_000, "51", "x", repeated=20_000), "unpacks to"),
    "a cell far to the right, often": (HEAD + row("x", repeated=5_000, blank_before=16_383), "reaches to row 5001 and column XFD"),
    "a row below a million blank ones": (HEAD + row("", repeated=1_000_000) + row(*HOME), "unpacks to"),
    "a count that no sheet has": (HEAD + row(*HOME, repeated=10**14), "too much to be a list"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_an_open_document_that_repeats_without_end_is_refused_before_it_is_opened(tmp_path: Path, bomb: str) -> None:
    rows, words = BOMBS[bomb]
    tracemalloc.start()
    result = opened(tmp_path, rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result.verdict is Verdict.FAILED
    assert words in str(result.message)
    assert peak < 20_000_000


def test_the_blank_rows_that_an_office_program_writes_below_a_list_are_no_bomb(tmp_path: Path) -> None:
    below = (
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert opened(tmp_path, HEAD + row(*HOME) + below).verdict is Verdict.COMPLETE


def test_a_binary_workbook_is_read_by_position_and_what_cannot_be_known_of_it_is_said(tmp_path: Path) -> None:
    lines = [["Nr", "Adresse", "BRA", "Endret"], [1.0, "Ospestien 1", 51.5, "2022-05-11"], [2.0, "Blåbærveien 2", None, ""]]
    (tmp_path / "liste.xlsb").write_bytes(binary_workbook("Liste", lines))
    result = asked(tmp_path / "liste.xlsb")
    assert result.verdict is Verdict.COMPLETE, result.message
    assert result.rows.select("Nr", "Adresse", "BRA", "row").rows() == [("1", "Ospestien 1", "51.5", 2), ("2", "Blåbærveien 2", None, 3)]
    assert any("error cells look like blank ones" in note for note in result.notes)
    cut = (tmp_path / "liste.xlsb").read_bytes()
    (tmp_path / "liste.xlsb").write_bytes(cut[: len(cut) // 2])
    assert asked(tmp_path / "liste.xlsb").verdict is Verdict.FAILED


def test_map_reads_what_the_connector_reads(tmp_path: Path) -> None:
    (tmp_path / "liste.xlsb").write_bytes(binary_workbook("Liste", [["Nr", "Adresse"], [1.0, "Ospestien 1"]]))
    opened(tmp_path, HEAD + row(*HOME))
    elsewhere = written(tmp_path, *WRITERS["another folder"])
    for file in (tmp_path / "liste.xlsb", tmp_path / "liste.ods", elsewhere):
        result = read_list(file, ["Nr", "Adresse"])
        assert (result.sheet, result.rows["Adresse"][0]) == ("Liste", "Ospestien 1")
    opened(tmp_path, BOMBS["a row a million times"][0])
    with pytest.raises(SourceFault) as refused:
        read_list(tmp_path / "liste.ods", ["Nr", "Adresse"])
    assert refused.value.code == "packed_bomb"
