"""A stream of a compound file, the container of .xls: its sectors in their order ([MS-CFB] 2.2 to 2.6)."""

from __future__ import annotations

import struct
from collections.abc import Collection

_IN_HEADER = 109
_LARGEST_SECTOR = 0xFFFFFFFA
_ENTRY = 128
_STREAM = 2
_MINI_SECTOR = 64


def compound_stream(content: bytes, names: Collection[str]) -> bytes | None:
    """The first stream that has one of these names; None when there is none.

    Raises ValueError and struct.error for a damaged file; a chain of sectors that goes in a ring is damage.
    """
    power, mini_power = struct.unpack_from("<HH", content, 30)
    if power not in (9, 12) or mini_power != 6:
        raise ValueError("no compound file")
    (first_directory,) = struct.unpack_from("<I", content, 48)
    cutoff, first_mini, _, first_of_table, _ = struct.unpack_from("<IIIII", content, 56)
    size = 1 << power
    table = _table(content, size, first_of_table)
    directory = _chain(content, size, table, first_directory)
    entries = [directory[at : at + _ENTRY] for at in range(0, len(directory) - _ENTRY + 1, _ENTRY)]
    for entry in entries:
        length, kind = struct.unpack_from("<HB", entry, 64)
        if kind == _STREAM and entry[: max(length - 2, 0)].decode("utf-16-le", "replace") in names:
            start, total = struct.unpack_from("<II", entry, 116)
            if total >= cutoff:
                return _chain(content, size, table, start)[:total]
            (root,) = struct.unpack_from("<I", entries[0], 116)
            minis = struct.unpack(f"<{len(raw := _chain(content, size, table, first_mini)) // 4}I", raw)
            return _chain(_chain(content, size, table, root), _MINI_SECTOR, minis, start, before=0)[:total]
    return None


def _table(content: bytes, size: int, first: int) -> tuple[int, ...]:
    """The next sector of each sector."""
    sectors = list(struct.unpack_from(f"<{_IN_HEADER}I", content, 76))
    seen = 0
    while first < _LARGEST_SECTOR:
        more = struct.unpack_from(f"<{size // 4}I", content, size * (first + 1))
        sectors += more[:-1]
        first, seen = more[-1], seen + 1
        if seen * size > len(content):
            raise ValueError("a table without end")
    parts = [content[size * (sector + 1) : size * (sector + 2)] for sector in sectors if sector < _LARGEST_SECTOR]
    whole = b"".join(part for part in parts if len(part) == size)
    return struct.unpack(f"<{len(whole) // 4}I", whole)


def _chain(content: bytes, size: int, table: tuple[int, ...], first: int, before: int = 1) -> bytes:
    """before: sectors that the header takes."""
    parts: list[bytes] = []
    while first < _LARGEST_SECTOR:
        if first >= len(table) or len(parts) > len(table):
            raise ValueError("a chain without end")
        parts.append(content[size * (first + before) : size * (first + before + 1)])
        first = table[first]
    return b"".join(parts)
