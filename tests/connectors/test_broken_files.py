"""Files that are not what they say: each ends in a sentence, in bounded memory, and none in a crash."""

from __future__ import annotations

import io
import random
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from connectors.read_result import SourceRead, Verdict
from connectors.source_files import cannot_open
from tests.connectors.made_sources import HEADINGS, ROWS, read, write_csv, write_excel
from tests.connectors.old_workbook import compound_file

MEGABYTE = 1_000_000


def read_as(kind: str, home: Path, content: bytes, **settings: Any) -> SourceRead:
    (home / "liste").write_bytes(content)
    sheets = {"sheets": [{"name": "Boliger"}]} if kind == "excel" else {}
    return read(home, **{"kind": kind, "path": "liste", **sheets, **settings})


def workbook(home: Path) -> bytes:
    write_excel(home, HEADINGS, ROWS)
    return (home / "liste.xlsx").read_bytes()


def refused(result: SourceRead) -> str:
    assert result.verdict is Verdict.FAILED
    assert result.rows.is_empty()
    assert result.melding
    assert "nobody has foreseen" not in str(result.message)
    return str(result.message)


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Type /Catalog>> endobj\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\r\n \r\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (PDF, "it starts like a PDF"),
        (b"PK\x03\x04" + bytes(50), "it starts like a zip archive or an .xlsx workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "it starts like an old Office file"),
        (b"<!DOCTYPE html><html>Logg inn</html>", "it starts like a web page"),
        (b"\x1f\x8b\x08" + bytes(30), "it starts like a gzip archive"),
        (b"Nr;Adresse;Areal;Merknad\n1;A\0B;5;\n", "holds NUL bytes from byte 29 on"),
        (bytes(4096), "NUL bytes"),
        (b"x" * 300_000, "no row holds the expected headings"),
        (b"\xff\xfeN\x00r", "the text is utf-16, but damaged there"),
        (b'"' * 5000, "no row holds the expected headings"),
        (b'Nr;Adresse;Areal;"Merknad\n1;A;5;\n', "heading"),
        (";".join(f"k{n}" for n in range(16_384)).encode(), "no row holds the expected headings"),
        (b"Nr;Adresse;Areal;Merknad;" + ";".join(f"k{n}" for n in range(16_380)).encode(), "unknown heading 'k0'"),
    ],
)
def test_what_is_no_list_in_text_is_reported(tmp_path: Path, content: bytes, words: str) -> None:
    result = read_as("csv", tmp_path, content)
    assert words in refused(result)
    assert len(str(result.message)) < 1500


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (PDF, "it starts like a PDF"),
        (b"Nr;Adresse\n1;A\n", "it starts like text"),
        (b"<?xml version='1.0'?><Workbook/>", "it starts like an XML file"),
        (b"PK\x03\x04", "the archive has no end"),
        (compound_file("EncryptedPackage", bytes(4096)), "is protected by a password"),
        (compound_file("WordDocument", bytes(4096)), "damaged workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600, "damaged workbook"),
    ],
)
def test_what_is_no_workbook_is_reported(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in refused(read_as("excel", tmp_path, content))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_workbook_cut_short_is_reported(tmp_path: Path, share: float) -> None:
    whole = workbook(tmp_path)
    assert "damaged workbook" in refused(read_as("excel", tmp_path, whole[: int(len(whole) * share)]))


def repacked(whole: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = change(part, old.read(part))
            if content is not None:
                new.writestr(part, content)
    return out.getvalue()


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
@pytest.mark.parametrize("content", [None, b"", b"<not closed", bytes(100), b"<a/>"])
def test_a_workbook_with_a_part_gone_or_spoilt_never_gives_rows_that_were_not_there(
    tmp_path: Path, part: str, content: bytes | None
) -> None:
    spoilt = repacked(workbook(tmp_path), lambda name, old: content if name == part else old)
    refused(read_as("excel", tmp_path, spoilt))


def test_flipped_bits_never_crash_a_read_of_a_workbook(tmp_path: Path) -> None:
    whole, chance = workbook(tmp_path), random.Random(7)
    for _ in range(60):
        spoilt = bytearray(whole)
        for _ in range(chance.randint(1, 20)):
            spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
        result = read_as("excel", tmp_path, bytes(spoilt))
        assert result.verdict is not Verdict.COMPLETE or result.rows.select("Nr", "Adresse", "Areal").rows() == [row[:3] for row in ROWS]
        assert result.message is None or "nobody has foreseen" not in result.message


def bombed(whole: bytes, part: str, size: int) -> bytes:
    return repacked(whole, lambda name, old: old + b" " * size if name == part else old)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/media/bilde.bin"])
def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, part: str) -> None:
    whole = workbook(tmp_path)
    if "media" in part:
        out = io.BytesIO(whole)
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(part, bytes(1))
        whole = out.getvalue()
    content = bombed(whole, part, 80 * MEGABYTE)
    tracemalloc.start()
    result = read_as("excel", tmp_path, content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "It is not opened" in refused(result)
    assert peak < 20 * MEGABYTE


def lying(whole: bytes, part: str, claimed: int) -> bytes:
    """The archive with another unpacked size in its index and at the part itself."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        info = archive.getinfo(part)
    true = struct.pack("<II", info.compress_size, info.file_size)
    assert whole.count(true) == 2
    return whole.replace(true, struct.pack("<II", info.compress_size, claimed))


@pytest.mark.parametrize("claimed", [1_073_741_824, 4_000_000_000])
def test_a_part_that_claims_a_gigabyte_is_not_believed(tmp_path: Path, claimed: int) -> None:
    refused(read_as("excel", tmp_path, lying(workbook(tmp_path), "xl/worksheets/sheet1.xml", claimed)))


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_a_bomb_that_claims_to_be_small_is_found_out(tmp_path: Path, part: str) -> None:
    content = lying(bombed(workbook(tmp_path), part, 80 * MEGABYTE), part, 1000)
    tracemalloc.start()
    result = read_as("excel", tmp_path, content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "damaged workbook" in refused(result)
    assert peak < 20 * MEGABYTE


def test_a_row_without_end_is_reported(tmp_path: Path) -> None:
    def endless(name: str, old: bytes) -> bytes:
        return old.replace(b"</row>", b" " * 20 * MEGABYTE + b"</row>", 1) if name == "xl/worksheets/sheet1.xml" else old

    whole = workbook(tmp_path)
    stored = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as new:
        for part in old.namelist():
            new.writestr(part, endless(part, old.read(part)))
    assert "too much to be a list of dwellings" in refused(read_as("excel", tmp_path, stored.getvalue()))


def test_a_lone_cell_in_the_last_corner_is_reported_and_not_filled_with_seventeen_billion_cells(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    sheet = book.add_worksheet("Boliger")
    for number, row in enumerate([HEADINGS, *ROWS]):
        sheet.write_row(number, 0, row)
    sheet.write(1_048_575, 16_383, "her")
    book.close()
    result = read_as("excel", tmp_path, (tmp_path / "b.xlsx").read_bytes())
    assert "reaches to row 1048576 and column XFD" in refused(result)


def test_a_sheet_of_16384_columns_is_reported_in_few_words(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    sheet = book.add_worksheet("Boliger")
    sheet.write_row(0, 0, [*HEADINGS, *(f"k{n}" for n in range(16_380))])
    sheet.write_row(1, 0, ROWS[0])
    book.close()
    result = read_as("excel", tmp_path, (tmp_path / "b.xlsx").read_bytes())
    assert "unknown heading 'k0'" in refused(result)
    assert len(str(result.message)) < 1500


@pytest.mark.parametrize("kind", ["csv", "excel"])
def test_a_file_over_the_limit_is_not_opened(tmp_path: Path, kind: str) -> None:
    with (tmp_path / "liste").open("wb") as stream:
        stream.truncate(3_000_000_000)  # a sparse file: it claims three gigabytes and takes none
    sheets: dict[str, Any] = {"sheets": [{"name": "Boliger"}]} if kind == "excel" else {}
    assert "is 3000 MB, more than the limit of 500 MB" in refused(read(tmp_path, kind=kind, path="liste", **sheets))


@pytest.mark.parametrize("kind", ["csv", "excel"])
def test_a_folder_is_no_file(tmp_path: Path, kind: str) -> None:
    (tmp_path / "liste").mkdir()
    sheets: dict[str, Any] = {"sheets": [{"name": "Boliger"}]} if kind == "excel" else {}
    assert "liste is a folder" in refused(read(tmp_path, kind=kind, path="liste", **sheets))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FileNotFoundError(2, "x"), "missing_file"),
        (NotADirectoryError(20, "x"), "missing_file"),
        (IsADirectoryError(21, "x"), "is_folder"),
        (PermissionError(13, "x"), "not_permitted"),
        (OSError(5, "Input/output error"), "not_openable"),
    ],
)
def test_what_the_operating_system_refuses_has_its_sentence(error: OSError, code: str) -> None:
    assert cannot_open(Path("liste"), error).code == code


@pytest.mark.parametrize("path", ["a" * 300, "a\0b", "liste.csv/under"])
def test_a_path_that_can_be_none_is_reported(tmp_path: Path, path: str) -> None:
    write_csv(tmp_path, HEADINGS, ROWS)
    refused(read(tmp_path, kind="csv", path=path))


def test_a_deflated_stream_that_ends_early_is_reported(tmp_path: Path) -> None:
    whole = workbook(tmp_path)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    spoilt = bytearray(whole)
    at = whole.index(b"xl/worksheets/sheet1.xml") + len(b"xl/worksheets/sheet1.xml")
    spoilt[at : at + info.compress_size] = zlib.compress(b"x")[2:].ljust(info.compress_size, b"\xff")
    assert "damaged workbook" in refused(read_as("excel", tmp_path, bytes(spoilt)))


@given(content=st.binary(max_size=400), kind=st.sampled_from(["csv", "excel"]))
def test_any_bytes_at_all_end_in_a_verdict_with_words(tmp_path_factory: pytest.TempPathFactory, content: bytes, kind: str) -> None:
    result = read_as(kind, tmp_path_factory.getbasetemp(), content)
    assert result.verdict is Verdict.COMPLETE or (result.message and result.melding)
    assert result.message is None or "nobody has foreseen" not in result.message


@given(st.text(alphabet="1;,\"'\n\r\t åN\0\x85", max_size=120))
def test_any_text_under_the_right_headings_ends_in_rows_and_counted_bad_lines(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    result = read_as("csv", tmp_path_factory.getbasetemp(), f"Nr;Adresse;Areal;Merknad\n{text}".encode())
    assert result.message is None or "nobody has foreseen" not in result.message
    assert (result.unreadable is not None) <= (result.verdict is Verdict.SUSPICIOUS)
