"""What the sheets of an .xls or .xlsb become in memory, counted from their records before the reader makes them.

The reader fills the rectangle around a sheet's cells, and spells out a shared text for each cell that points to it: two cells far
apart, or a thousand that point to one long text, are a small file and much memory. [MS-XLS] 2.4, [MS-XLSB] 2.1.4.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.compound_file import compound_stream

_BEGIN, _END, _LOCKED, _TEXTS, _MORE, _POINTER = 0x809, 0x0A, 0x2F, 0xFC, 0x3C, 0xFD
_ONE_CELL = frozenset({0x01, 0x03, 0x04, 0x05, 0x06, 0x0201, 0x0203, 0x0204, 0x0205, 0x0206, 0x027E, 0xD6, _POINTER})
"""Blank, number, text, error and formula cells; the row and the column come first in each."""
_MANY_CELLS = frozenset({0xBD, 0xBE})
"""Several cells of a row in one record; the last column comes last."""
_ROW_OF_B, _POINTER_OF_B, _TEXT_OF_B = 0, 7, 19
_CELLS_OF_B = range(1, 12)
_WIDE, _RICH, _EXTRA = 0x01, 0x08, 0x04
"""Flags of a text: two bytes a letter, with runs of formats, with something behind."""


@dataclass(slots=True)
class Spread:
    """rows, columns: of the rectangle around the cells. texts: letters of the shared texts, each as often as a cell points to it."""

    texts: int = 0
    _top: int = 1 << 32
    _left: int = 1 << 32
    _bottom: int = -1
    _right: int = -1

    @property
    def rows(self) -> int:
        return max(self._bottom - self._top + 1, 0)

    @property
    def columns(self) -> int:
        return max(self._right - self._left + 1, 0)

    def add(self, row: int, first: int, last: int) -> None:
        """Cells of a row, 0-based."""
        self._top, self._bottom = min(self._top, row), max(self._bottom, row)
        self._left, self._right = min(self._left, first), max(self._right, last)

    def point(self, text: int, lengths: Sequence[int]) -> None:
        """A cell that points to that shared text."""
        self.texts += lengths[text] if text < len(lengths) else 0


def spread_of_xls(content: bytes) -> list[Spread]:
    """Per sheet, in the order of the file; empty for one with a password. Raises ValueError and struct.error for a damaged file."""
    stream = compound_stream(content, ("Workbook", "Book"))
    if stream is None:
        raise ValueError("no workbook in the file")
    spreads: list[Spread] = []
    texts: list[bytes] = []
    lengths: list[int] = []
    in_texts = False
    for kind, at, size in _records(stream):
        in_texts = kind == _TEXTS or (in_texts and kind == _MORE)
        if kind == _LOCKED:
            return []
        if in_texts:
            texts.append(stream[at : at + size])
        elif kind == _BEGIN:
            spreads.append(Spread())
            lengths = lengths or list(_lengths(texts))
        elif kind in _ONE_CELL and size >= 6 and spreads:
            row, column = struct.unpack_from("<HH", stream, at)
            spreads[-1].add(row, column, column)
            if kind == _POINTER and size >= 10:
                spreads[-1].point(struct.unpack_from("<I", stream, at + 6)[0], lengths)
        elif kind in _MANY_CELLS and size >= 6 and spreads:
            row, first = struct.unpack_from("<HH", stream, at)
            spreads[-1].add(row, first, struct.unpack_from("<H", stream, at + size - 2)[0])
    return spreads[1:]


def spread_of_xlsb(archive: zipfile.ZipFile) -> dict[str, Spread]:
    """Part of each sheet -> what it becomes; empty for a workbook in XML. Raises what zipfile raises for a damaged archive, and
    struct.error."""
    names = {name.replace("\\", "/").casefold(): name for name in archive.namelist()}
    sheets = [name for plain, name in names.items() if plain.startswith("xl/worksheets/") and plain.endswith(".bin")]
    shared = names.get("xl/sharedstrings.bin")
    lengths = [size for kind, _, size in _binary_records(archive.read(shared)) if kind == _TEXT_OF_B] if sheets and shared else []
    return {name: _spread_of_part(archive.read(name), lengths) for name in sheets}


def _spread_of_part(content: bytes, lengths: Sequence[int]) -> Spread:
    spread, row = Spread(), 0
    for kind, at, size in _binary_records(content):
        if kind == _ROW_OF_B and size >= 4:
            (row,) = struct.unpack_from("<I", content, at)
        elif kind in _CELLS_OF_B and size >= 8:
            column, _, pointer = struct.unpack_from("<III", content, at) if size >= 12 else (*struct.unpack_from("<II", content, at), 0)
            spread.add(row, column, column)
            if kind == _POINTER_OF_B:
                spread.point(pointer, lengths)
    return spread


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Kind, where its content begins, and how long it is; to the end, or to what cannot be one."""
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, min(size, len(stream) - at - 4)
        at += 4 + size


def _binary_records(content: bytes) -> Iterator[tuple[int, int, int]]:
    """The same of BIFF12, where kind and size have as many bytes as they need."""
    at, end = 0, len(content)
    while at < end:
        kind, at = content[at], at + 1
        if kind & 0x80 and at < end:
            kind, at = kind & 0x7F | (content[at] & 0x7F) << 7, at + 1
        size = 0
        for shift in (0, 7, 14, 21):
            if at >= end:
                return
            byte, at = content[at], at + 1
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        yield kind, at, min(size, end - at)
        at += size


def _lengths(texts: Sequence[bytes]) -> Iterator[int]:
    """Letters of each shared text. texts: the record and its continuations: one may break within a text's letters, which then begin
    with their width anew."""
    pieces = iter(texts)
    piece, at = next(pieces, b"")[8:], 0
    while True:
        if at + 3 > len(piece):
            piece, at = next(pieces, b""), 0
            if len(piece) < 3:
                return
        letters, flags = struct.unpack_from("<HB", piece, at)
        at += 3
        behind = 0
        if flags & _RICH and at + 2 <= len(piece):
            behind, at = 4 * struct.unpack_from("<H", piece, at)[0], at + 2
        if flags & _EXTRA and at + 4 <= len(piece):
            behind, at = behind + struct.unpack_from("<I", piece, at)[0], at + 4
        yield letters
        left, width = letters, 1 + (flags & _WIDE)
        while left * width > len(piece) - at:
            left -= (len(piece) - at) // width
            piece, at = next(pieces, b""), 1
            if not piece:
                return
            width = 1 + (piece[0] & _WIDE)
        at += left * width
        while behind > len(piece) - at:
            behind -= len(piece) - at
            piece, at = next(pieces, b""), 0
            if not piece:
                return
        at += behind
