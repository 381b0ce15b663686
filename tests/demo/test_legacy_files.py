"""The legacy files: the same bytes every time, in their systems' shapes, and each row where truth.json says it is."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import zipfile
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
import yaml

from demo import legacy_boei, legacy_care_workbook, legacy_facilit, story, truth
from tests.demo.conftest import Night

CONFIG = Path(__file__).parents[2] / "config" / "demo.yaml"
FILES = ("facilit/Seksjon.csv", "facilit/Grunneiendom.csv", "helse_omsorg.xlsx", "boei.sqlite", "kobo_import_before.csv")


def test_a_night_is_the_same_bytes_whatever_lay_there_before(last: Night, tmp_path: Path) -> None:
    story.write_night(tmp_path, story.NIGHTS[2])
    story.write_night(tmp_path, last.as_of)
    story.write_register_before(tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (last.folder / name).read_bytes(), name


def test_another_seed_is_another_municipality(last: Night, tmp_path: Path) -> None:
    story.write_night(tmp_path, last.as_of, seed=7)
    assert (tmp_path / FILES[0]).read_bytes() != (last.folder / FILES[0]).read_bytes()


def test_a_date_between_two_nights_shows_the_earlier_one(tmp_path: Path) -> None:
    between = story.NIGHTS[2] + timedelta(days=1)
    assert between not in story.NIGHTS
    assert truth.of(between)["rows"] == truth.of(story.NIGHTS[2])["rows"]


def test_truth_json_is_written_for_the_night(last: Night, tmp_path: Path) -> None:
    path = truth.write_truth(tmp_path, last.as_of)
    assert path == tmp_path / "truth.json"
    assert json.loads(path.read_text(encoding="utf-8")) == last.truth


def _facilit(folder: Path) -> dict[tuple[str | None, int], str | None]:
    lines = (folder / "facilit" / "Seksjon.csv").read_bytes().decode("iso-8859-1").split("\r\n")
    return {(None, number): line.split(";")[0] or None for number, line in enumerate(lines, start=1) if number > 1 and line}


def _care(folder: Path) -> dict[tuple[str | None, int], str | None]:
    book = openpyxl.load_workbook(folder / "helse_omsorg.xlsx")
    keys: dict[tuple[str | None, int], str | None] = {}
    for sheet in book:
        for row in range(legacy_care_workbook.HEADER_ROW + 1, sheet.max_row + 1):
            key = sheet.cell(row, 1).value
            filled = any(sheet.cell(row, column).value is not None for column in range(2, 18))
            if filled and key != "Sum":
                keys[sheet.title, row] = key
    return keys


def _boei(folder: Path) -> dict[tuple[str | None, int], str | None]:
    query = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["sources"]["boei"]["query"]
    connection = sqlite3.connect(folder / "boei.sqlite")
    try:
        return {(None, ordinal): "-".join(row[:4]) for ordinal, row in enumerate(connection.execute(query), start=1)}
    finally:
        connection.close()


@pytest.mark.parametrize(("source", "read"), [("facilit", _facilit), ("helse_omsorg", _care), ("boei", _boei)])
@pytest.mark.parametrize("when", ["first", "last"])
def test_the_truth_names_the_place_of_every_row(source: str, read: object, when: str, request: pytest.FixtureRequest) -> None:
    night: Night = request.getfixturevalue(when)
    source_keys = {(row["sheet"], row["row"]): row["source_key"] for row in night.truth["rows"] if row["source"] == source}
    assert callable(read)
    assert read(night.folder) == source_keys


def test_the_fdv_export_has_its_headings_and_its_encoding(last: Night) -> None:
    for name, headings, count in (("Seksjon.csv", legacy_facilit.SECTION, 27), ("Grunneiendom.csv", legacy_facilit.PROPERTY, 20)):
        raw = (last.folder / "facilit" / name).read_bytes()
        with pytest.raises(UnicodeDecodeError):
            raw.decode("utf-8")
        rows = list(csv.reader(raw.decode("iso-8859-1").splitlines(), delimiter=";"))
        assert rows[0] == headings
        assert len(headings) == count
        assert {len(row) for row in rows} == {count}


def test_each_property_of_the_fdv_export_is_found_by_its_number(last: Night) -> None:
    def column(name: str, heading: str) -> list[str]:
        text = (last.folder / "facilit" / name).read_text(encoding="iso-8859-1")
        return [row[heading] for row in csv.DictReader(text.splitlines(), delimiter=";")]

    properties = column("Grunneiendom.csv", "Eiendom")
    assert len(properties) == len(set(properties))
    assert set(column("Seksjon.csv", "Eiendom")) == set(properties)


def test_the_workbook_has_all_that_makes_it_hard_to_read(last: Night) -> None:
    book = openpyxl.load_workbook(last.folder / "helse_omsorg.xlsx")
    assert book.sheetnames == ["Omsorgsboliger", "Institusjonsplasser"]
    for sheet in book:
        headings = [cell.value for cell in sheet[3]]
        assert headings[: len(legacy_care_workbook.HEADINGS[sheet.title])] == legacy_care_workbook.HEADINGS[sheet.title]
        assert sheet.cell(sheet.max_row, 1).value == "Sum"
        assert len(sheet.merged_cells.ranges) > 4
    homes = book["Omsorgsboliger"]
    place = {cell.value: cell.column for cell in homes[3]}
    areas = [homes.cell(row, place["Areal m²"]).value for row in range(4, homes.max_row)]
    assert {type(area) for area in areas} >= {str, int}
    assert isinstance(homes.cell(4, place["Sist endret"]).value, int)


def test_one_night_the_workbook_is_half_copied(tmp_path: Path) -> None:
    failing = [as_of for as_of in story.NIGHTS if not story.reads_care(as_of)]
    assert failing == [story.NIGHTS[4]]
    story.write_night(tmp_path, failing[0])
    with pytest.raises(zipfile.BadZipFile):
        openpyxl.load_workbook(tmp_path / "helse_omsorg.xlsx")


def test_boei_has_neither_unit_number_nor_matrikkel_nor_names(last: Night) -> None:
    connection = sqlite3.connect(last.folder / "boei.sqlite")
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {row[1] for table in tables for row in connection.execute(f"PRAGMA table_info({table})")}
    finally:
        connection.close()
    assert len(tables) == 9
    assert not {c for c in columns if re.search("bruksenhet|matrikkel|fornavn|etternavn|personnr|fodt", c, re.IGNORECASE)}
    assert "hemmeligAdresse" in columns


def test_no_number_in_any_file_could_be_a_real_person_s(last: Night) -> None:
    texts = [(last.folder / name).read_text(encoding="iso-8859-1") for name in FILES if name.endswith(".csv")]
    with zipfile.ZipFile(last.folder / "helse_omsorg.xlsx") as book:
        texts += [book.read(name).decode() for name in book.namelist()]
    numbers = {number for text in texts for number in re.findall(r"(?<!\d)\d{11}(?!\d)", text)}
    synthetic = {number for number in numbers if 81 <= int(number[2:4]) <= 92 and int(number[:2]) <= 31}
    assert synthetic, "the mask must have something to do"
    assert {number[0] for number in numbers - synthetic} <= {"8", "9"}, "only section numbers, whose first two digits are no day"


def test_some_synthetic_numbers_are_in_a_column_that_is_read(last: Night) -> None:
    text = (last.folder / "facilit" / "Seksjon.csv").read_text(encoding="iso-8859-1")
    names = [row["Navn"] for row in csv.DictReader(text.splitlines(), delimiter=";")]
    assert 1 <= sum(bool(re.search(r"\d{11}", name)) for name in names) <= 10


def test_boei_places_follow_the_key(last: Night) -> None:
    rows = story.rows_on(last.as_of)["boei"]
    places = legacy_boei.places(rows)
    assert sorted(row for _, _, row in places) == list(range(1, len(rows) + 1))
