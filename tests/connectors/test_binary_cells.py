"""What an .xls or .xlsb becomes in memory is known before it is opened, and what the reader panics at is one sentence."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from connectors import opened_workbook as opening
from connectors.binary_cells import Spread, spread_of_xls, spread_of_xlsb
from connectors.read_faults import SourceFault
from tests.connectors.binary_workbook import binary_workbook
from tests.connectors.old_workbook import compound_file, old_workbook

ROWS = [["Nr", "Adresse"], [1.0, "Ospestien 1"], [2.0, None]]


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def old(texts: list[bytes], *cells: bytes, sheets: int = 1) -> bytes:
    """texts: the record of shared texts and its continuations."""
    shared = record(0xFC, struct.pack("<II", 9, 9) + texts[0]) + b"".join(record(0x3C, more) for more in texts[1:])
    sheet = record(0x809, bytes(16)) + b"".join(cells) + record(0x0A)
    return compound_file("Workbook", record(0x809, bytes(16)) + shared + record(0x0A) + sheet * sheets)


def pointer(row: int, column: int, text: int) -> bytes:
    return record(0xFD, struct.pack("<HHHI", row, column, 0, text))


def shapes(spreads: list[Spread]) -> list[tuple[int, int, int]]:
    return [(spread.rows, spread.columns, spread.texts) for spread in spreads]


def test_the_rectangle_around_the_cells_is_counted() -> None:
    assert shapes(spread_of_xls(old_workbook("Boliger", ROWS))) == [(3, 2, 0)]
    with zipfile.ZipFile(io.BytesIO(binary_workbook("Boliger", ROWS))) as archive:
        assert shapes(list(spread_of_xlsb(archive).values())) == [(3, 2, 0)]


def test_a_shared_text_counts_for_each_cell_that_points_to_it_wherever_its_record_breaks() -> None:
    whole = [struct.pack("<HB", 3, 0) + b"abc", struct.pack("<HB", 2, 1) + "dø".encode("utf-16-le")]
    rich = struct.pack("<HBHI", 4, 0x0C, 1, 2) + b"efgh" + bytes(4 + 2)
    broken = [whole[0] + struct.pack("<HB", 6, 0) + b"ij", b"\x01" + "klmn".encode("utf-16-le") + rich + whole[1]]
    assert shapes(spread_of_xls(old([whole[0] + whole[1] + rich], pointer(0, 0, 0), pointer(5, 1, 1), pointer(5, 2, 2)))) == [(6, 3, 9)]
    assert shapes(spread_of_xls(old(broken, *(pointer(0, column, column) for column in range(4))))) == [(1, 4, 3 + 6 + 4 + 2)]


def refused(content: bytes, tmp_path: Path, limit: int = 1) -> str:
    path = tmp_path / "liste.xls"
    path.write_bytes(content)
    with pytest.raises(SourceFault) as fault:
        opening.opened_workbook(path, path.name, limit)
    return fault.value.code


def test_cells_far_apart_on_many_sheets_and_one_long_text_for_many_cells_are_refused_before_they_are_opened(tmp_path: Path) -> None:
    far = record(0x203, struct.pack("<HHHd", 65535, 255, 0, 1.0))
    near = record(0x203, struct.pack("<HHHd", 0, 0, 0, 1.0))
    assert refused(old([b""], near, far, sheets=3), tmp_path) == "too_many_cells"
    long = struct.pack("<HB", 8000, 0) + b"x" * 8000
    assert refused(old([long], *(pointer(row, 0, 0) for row in range(200))), tmp_path) == "too_big"


def test_a_damaged_file_is_reported_and_nothing_but_that_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole = old_workbook("Boliger", ROWS)
    assert refused(whole[:700], tmp_path) == "damaged_workbook"
    assert refused(whole[:512] + b"\x00" * len(whole[512:]), tmp_path) == "damaged_workbook"
    formula = record(0x06, bytes(20) + b"\x09\x00" + b"\x44\x00")
    stream = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + formula
    bound = struct.pack("<HBB", 0, 1, 0) + b"A"
    head = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    book = head + record(0x85, struct.pack("<I", len(head) + 4 + 4 + len(bound) + 4) + bound) + record(0x0A) + stream + record(0x0A)
    assert refused(compound_file("Workbook", book), tmp_path) == "damaged_workbook"
    assert capfd.readouterr() == ("", "")
