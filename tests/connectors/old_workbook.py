"""The smallest .xls that is one: a BIFF8 stream in a compound file. No library at hand still writes them."""

from __future__ import annotations

import struct
from collections.abc import Sequence

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def old_workbook(sheet: str, rows: Sequence[Sequence[str | float | None]]) -> bytes:
    name = sheet.encode("latin-1")
    globals_ = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    bound = struct.pack("<HBB", 0, len(name), 0) + name
    start = len(globals_) + 4 + 4 + len(bound) + 4
    stream = globals_ + _record(0x85, struct.pack("<I", start) + bound) + _record(0x0A, b"")
    stream += _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            place = struct.pack("<HHH", at, column, 0)
            if isinstance(value, str) and value:
                stream += _record(0x204, place + struct.pack("<HB", len(value), 0) + value.encode("latin-1"))
            elif isinstance(value, float):
                stream += _record(0x203, place + struct.pack("<d", value))
    return compound_file("Workbook", stream + _record(0x0A, b""))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def compound_file(name: str, stream: bytes) -> bytes:
    """One stream in a compound file, too long for the mini stream. Sectors: 0 FAT, 1 directory, 2.. the stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    sectors = len(stream) // SECTOR
    fat = [FAT, END, *range(3, 2 + sectors), END]
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff")
    assert len(table) == SECTOR
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<I", 0) + b"\xff" * 4 * 108
    directory = _entry("Root Entry", 5, 1, END, 0) + _entry(name, 2, FREE, 2, len(stream)) + bytes(256)
    return header + table + directory + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    entry = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + struct.pack("<III", FREE, FREE, child)
    return entry + bytes(36) + struct.pack("<IQ", start, size)
