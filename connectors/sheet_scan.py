"""What a workbook's XML says that its values do not: error cells, merged ranges, hidden rows, and how far a sheet reaches.

Streams, so that memory stays bounded by the longest row whatever the file claims.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

_CHUNK = 1 << 20
_LONGEST_ROW = 16 << 20
_FIRST_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]+)(\d+)"[^>]*?(?<!/)>(?!</c>|<v></v></c>|<v/></c>)')
_CELL_AT = re.compile(rb'\br="([A-Z]+)\d+"')
_ERROR = re.compile(rb'<c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]+)(\d+)"[^>]*>(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)?<v[^>]*>([^<]*)</v>')
_UNCALCULATED = re.compile(
    rb'<c\b(?![^>]*\bt="str")[^>]*?\br="([A-Z]+)(\d+)"[^>]*(?<!/)><f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
"""A formula with no result. A text formula whose result is empty looks almost so and is a blank cell."""
_MERGED = re.compile(rb'<mergeCell\b[^>]*?\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_PREFIX = re.compile(rb"<(\w+):(?:worksheet|sheetData)\b")
UNCALCULATED = "#UBEREGNET!"


class TooLong(Exception):
    """One row's XML is longer than any row of a list of dwellings."""


@dataclass(slots=True)
class SheetFacts:
    """Columns are 0-based (A is 0), rows as Excel numbers them. Extents are of cells that hold something."""

    first_column: int = -1
    last_column: int = -1
    last_row: int = 0
    hidden_rows: int = 0
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    """(row, column, what Excel shows)."""
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    """(column, first row, last row) of each range that spans rows."""


def scan(archive: zipfile.ZipFile, part: str) -> SheetFacts:
    """Facts of one sheet. Raises TooLong, and what zipfile raises for a damaged archive."""
    facts = SheetFacts()
    tail = b""
    for rows, tail in _blocks(archive, part):  # noqa: B007 - the last tail holds what comes after the rows
        for row in rows:
            _look_at(row, facts)
    for left, first, right, last in _MERGED.findall(tail):
        if int(last) > int(first) and left <= right:
            facts.merged.append((column_number(left), int(first), int(last)))
    return facts


def _blocks(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[list[bytes], bytes]]:
    rest, prefix = b"", None
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            rest += chunk
            if len(rest) > _LONGEST_ROW:
                raise TooLong
            if prefix is None and (named := _PREFIX.search(rest)):
                prefix = named.group(1)
            if prefix and not rest.endswith((b"<", b"/")):
                rest = rest.replace(b"<" + prefix + b":", b"<").replace(b"</" + prefix + b":", b"</")
            *rows, rest = rest.split(b"</row>")
            yield rows, rest
    yield [], rest


def _look_at(row: bytes, facts: SheetFacts) -> None:
    if b'hidden="1"' in row[row.rfind(b"<row") :][:300]:
        facts.hidden_rows += 1
    first = _FIRST_CELL.search(row)
    if first is None:
        return
    column = column_number(first.group(1))
    facts.first_column = column if facts.first_column < 0 else min(column, facts.first_column)
    facts.last_row = max(facts.last_row, int(first.group(2)))
    last = _CELL_AT.search(row, max(row.rfind(b"<c ", 0, row.rfind(b"</c>")), 0))
    facts.last_column = max(facts.last_column, column, column_number(last.group(1)) if last else 0)
    if b't="e"' in row:
        facts.errors += [(int(at), column_number(letters), text.decode()) for letters, at, text in _ERROR.findall(row)]
    if b"<f" in row:
        facts.errors += [(int(at), column_number(letters), UNCALCULATED) for letters, at in _UNCALCULATED.findall(row)]


def column_number(letters: bytes) -> int:
    """A -> 0, Z -> 25, AA -> 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def column_letters(number: int) -> str:
    """0 -> A, 26 -> AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
