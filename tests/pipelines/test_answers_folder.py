"""The answers folder: good files are used, the others are reported and put aside, and no night fails because of one."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sheet_texts import UnreadableSheetError, sheet_texts
from pipelines.exit_codes import DONE
from tests.pipelines.test_clarifications import answer, receipts, run_night, with_a_conflict, workbook
from tests.pipelines.village import THIRD, Village, inhabited

SHEET = "xl/worksheets/sheet{}.xml"
TOP = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = b"</sheetData></worksheet>"


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    with inhabited(tmp_path, monkeypatch, answers="svar/") as village:
        yield village


def asked_in(book: Path) -> str:
    """The part that holds the sheet Avklaringer."""
    with zipfile.ZipFile(book) as archive:
        names = archive.read("xl/workbook.xml").decode()
    place = names.split('name="Avklaringer"')[0].count("<sheet ")
    return SHEET.format(place)


def with_sheet(book: Path, target: Path, *parts: bytes) -> None:
    """The workbook with other contents in that sheet."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != asked_in(book):
                new.writestr(name, old.read(name))
        with new.open(asked_in(book), "w", force_zip64=True) as stream:
            for part in parts:
                stream.write(part)


def changed(book: Path, target: Path, at: int, bit: int, header: int | None = None) -> None:
    """One bit of the sheet's entry in the archive's index is flipped, and one of its own header."""
    content = bytearray(book.read_bytes())
    entry = content.rfind(b"PK\x01\x02", 0, content.rfind(asked_in(book).encode()))
    content[entry + at] ^= bit
    if header is not None:
        with zipfile.ZipFile(book) as archive:
            content[archive.getinfo(asked_in(book)).header_offset + header] ^= bit
    target.write_bytes(content)


def write_damaged(book: Path, folder: Path) -> dict[str, str]:
    """File -> what its receipt must say."""
    (folder / "hilsen.txt").write_text("Samme bolig, hilsen Eiendom", encoding="utf-8")
    (folder / "mal.xltx").write_bytes(book.read_bytes())
    (folder / "tekst.xlsx").write_text("Samme bolig", encoding="utf-8")
    (folder / "tom.xlsx").touch()
    (folder / "kort.xlsx").write_bytes(book.read_bytes()[:-900])
    changed(book, folder / "sum.xlsx", 16, 1)
    changed(book, folder / "laast.xlsx", 8, 1, 6)
    with zipfile.ZipFile(book) as archive:
        sheet = archive.read(asked_in(book))
    with_sheet(book, folder / "halv.xlsx", sheet[: len(sheet) // 2])
    with_sheet(book, folder / "bred.xlsx", TOP, *(row(number, 8000) for number in range(1, 900)), END)
    with_sheet(book, folder / "fjern.xlsx", TOP, row(1, 1), b'<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>', END)
    with_sheet(book, folder / "blank.xlsx", TOP, END)
    (folder / ("langt navn " * 20 + ".xlsx")).write_text("x", encoding="utf-8")
    return {
        "hilsen.txt": "Excel-arbeidsbok",
        "mal.xltx": "ikke lagret som .xlsx",
        "tekst.xlsx": "Excel-arbeidsbok",
        "tom.xlsx": "er tom",
        "kort.xlsx": "skadet",
        "sum.xlsx": "skadet",
        "laast.xlsx": "passord",
        "halv.xlsx": "skadet",
        "bred.xlsx": "uvanlig stor",
        "fjern.xlsx": "Slett det som ligger utenfor tabellen",
        "blank.xlsx": "mangler overskrifter",
        "langt navn": "Excel-arbeidsbok",
    }


def row(number: int, cells: int) -> bytes:
    return b'<row r="%d">' % number + b"<c><v>2</v></c>" * cells + b"</row>"


def test_no_file_in_the_folder_fells_a_night_and_each_is_reported_and_put_aside(village: Village) -> None:
    with_a_conflict(village)
    folder = village.home / "svar"
    folder.mkdir()
    damaged = write_damaged(workbook(village), folder)
    answer(workbook(village), folder / "svar.xlsx", {"Svar": "Behold Kobos verdi", "Avgjort av": "KN"})
    (folder / "~$svar.xlsx").touch()
    assert run_night(village, THIRD) == DONE
    assert village.summary()["dwellings"]["in_sync"] == 4, "the good one beside them is used"
    assert sorted(path.name for path in folder.iterdir()) == ["mottatt", "~$svar.xlsx"]
    assert len(list((folder / "mottatt").iterdir())) == len(damaged) + 1
    sentences = [str(line["Hva skjedde"]) for line in receipts(village)]
    for name, words in damaged.items():
        (sentence,) = [line for line in sentences if name in line]
        assert words in sentence


def test_a_sheet_that_unfolds_to_gigabytes_takes_no_memory(village: Village, tmp_path: Path) -> None:
    with_a_conflict(village)
    with_sheet(workbook(village), tmp_path / "stor.xlsx", TOP, *(row(number, 8000) for number in range(1, 900)), END)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableSheetError, match="unpacks to"):
            sheet_texts(tmp_path / "stor.xlsx", "Avklaringer")
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
