"""The facts of a sheet by an XML parser and by cell position: for sheets in a form that `sheet_scan` does not handle."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from xml.parsers import expat

from connectors.sheet_facts import UNCALCULATED, SheetFacts, TooLong, column_number

_CHUNK = 1 << 19
_LONGEST_VALUE = 1 << 20
_TRUE = ("1", "true")
_REFERENCE = re.compile(r"([A-Z]+)(\d+)")


def parse_sheet(archive: zipfile.ZipFile, part: str) -> SheetFacts:
    """Raises TooLong, expat.ExpatError, and what zipfile raises for a damaged archive."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = reader.start, reader.end, reader.text
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return reader.facts


class _Reader:
    def __init__(self) -> None:
        self.facts = SheetFacts()
        self._row, self._column = 0, -1
        self._type, self._formula, self._value, self._inside = "", False, "", False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "row":
            self._row = int(attributes.get("r") or self._row + 1)
            self._column = -1
            self.facts.hidden_rows += attributes.get("hidden", "").casefold() in _TRUE
        elif tag == "c":
            placed = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._column = column_number(placed[1].encode()) if placed else self._column + 1
            self._type, self._formula, self._value = attributes.get("t", ""), False, ""
            self.facts.cells += 1
        elif tag == "f":
            self._formula = True
        elif tag in ("v", "t"):
            self._inside = True
        elif tag == "mergeCell":
            self._merged(attributes.get("ref", ""))

    def text(self, text: str) -> None:
        if self._inside:
            self._value += text
            if len(self._value) > _LONGEST_VALUE:
                raise TooLong

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag in ("v", "t"):
            self._inside = False
        elif tag == "c":
            self._cell()

    def _cell(self) -> None:
        if self._type == "e" and self._value:
            self.facts.errors.append((self._row, self._column, self._value))
        elif self._formula and not self._value and self._type != "str":
            self.facts.errors.append((self._row, self._column, UNCALCULATED))
        if self._value or self._formula:
            self.facts.first_column = self._column if self.facts.first_column < 0 else min(self._column, self.facts.first_column)
            self.facts.last_column = max(self._column, self.facts.last_column)
            self.facts.last_row = max(self._row, self.facts.last_row)

    def _merged(self, reference: str) -> None:
        ends = [_REFERENCE.fullmatch(end) for end in reference.split(":")]
        if len(ends) == 2 and ends[0] and ends[1] and int(ends[1][2]) > int(ends[0][2]):
            self.facts.merged.append((column_number(ends[0][1].encode()), int(ends[0][2]), int(ends[1][2])))
