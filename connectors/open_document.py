"""Size of an open document's (.ods) sheets in memory: a row or cell that is written once may be repeated a million times."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from connectors.read_faults import SourceFault
from connectors.sheet_facts import MOST_CELLS, column_letters
from connectors.workbook_package import check_unfolded

CONTENT = "content.xml"
_BLANK_CELL = 24
"""Bytes of a cell in the reader's memory."""
_CHUNK = 1 << 19
_ROWS, _COLUMNS = "table:number-rows-repeated", "table:number-columns-repeated"
_CELLS = ("table:table-cell", "table:covered-table-cell")


@dataclass(slots=True)
class Unfolded:
    """rows, columns: extent of the filled cells. size: characters of all filled cells, repetitions included."""

    rows: int = 0
    columns: int = 0
    size: int = 0


def check_open_document(archive: zipfile.ZipFile, name: str, limit_megabytes: int) -> None:
    """Raises SourceFault for a document that is too large: the reader creates every cell of every sheet, blank ones too."""
    sheets = unfolded_sheets(archive)
    for sheet, unfolded in sheets.items():
        if unfolded.rows * unfolded.columns > MOST_CELLS:
            column = column_letters(unfolded.columns - 1)
            raise SourceFault("too_many_cells", place=f"{name}, sheet '{sheet}'", rows=unfolded.rows, columns=column)
    size = sum(unfolded.size + _BLANK_CELL * unfolded.rows * unfolded.columns for unfolded in sheets.values())
    check_unfolded(archive, size, name, limit_megabytes)


def unfolded_sheets(archive: zipfile.ZipFile) -> dict[str, Unfolded]:
    """Sheet -> its size; empty for another kind of file. Streams, so that memory stays small whatever the file claims.

    Raises expat.ExpatError, and what zipfile raises for a damaged archive.
    """
    if CONTENT not in archive.namelist():
        return {}
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = reader.start, reader.end, reader.text
    with archive.open(CONTENT) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return reader.sheets


class _Reader:
    def __init__(self) -> None:
        self.sheets: dict[str, Unfolded] = {}
        self._sheet = Unfolded()
        self._row_repeats, self._rows = 1, 0
        self._column, self._cell_repeats = 0, 1
        self._filled_to, self._row_size = 0, 0
        self._letters, self._in_cell, self._typed = 0, False, False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "table:table":
            self._sheet = self.sheets.setdefault(attributes.get("table:name", ""), Unfolded())
            self._rows = 0
        elif name == "table:table-row":
            self._row_repeats = _count(attributes, _ROWS)
            self._column, self._filled_to, self._row_size = 0, 0, 0
        elif name in _CELLS:
            self._cell_repeats = _count(attributes, _COLUMNS)
            self._letters, self._in_cell, self._typed = 0, True, "office:value-type" in attributes

    def text(self, text: str) -> None:
        if self._in_cell:
            self._letters += len(text.strip())

    def end(self, name: str) -> None:
        if name in _CELLS:
            self._column += self._cell_repeats
            if self._letters or self._typed:
                self._filled_to = self._column
                self._row_size += max(self._letters, 1) * self._cell_repeats
            self._in_cell = False
        elif name == "table:table-row":
            self._rows += self._row_repeats
            if self._filled_to:
                self._sheet.rows = self._rows
                self._sheet.columns = max(self._sheet.columns, self._filled_to)
                self._sheet.size += self._row_size * self._row_repeats


def _count(attributes: Mapping[str, str], name: str) -> int:
    repeated = attributes.get(name, "1")
    return max(int(repeated), 1) if repeated.isdigit() else 1
