"""What a workbook's XML says that its values do not: error cells, merged ranges, hidden rows, and how far a sheet reaches.

Streams, so that memory stays bounded by the longest row whatever the file claims.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

_CHUNK = 1 << 20
_LONGEST_ROW = 16 << 20
_FIRST_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]+)(\d+)"[^>]*?(?<!/)>(?!</c>|<v></v></c>|<v/></c>)')
_BEGINS_FILLED = re.compile(rb'<row [^>]*><c r="([A-Z]+)(\d+)"[^>]*(?<!/)>(?!</c>|<v></v></c>|<v/></c>)')
"""What _FIRST_CELL finds, where it stands at a row's very beginning as Excel writes it."""
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
    for block, tail in _blocks(archive, part):  # noqa: B007 - the last tail holds what comes after the rows
        _look_at(block, facts)
    for left, first, right, last in _MERGED.findall(tail):
        if int(last) > int(first) and left <= right:
            facts.merged.append((column_number(left), int(first), int(last)))
    return facts


def _blocks(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[bytes, bytes]]:
    """So many whole rows, and what is left after them."""
    rest, prefix = b"", None
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            rest += chunk
            if len(rest) > _LONGEST_ROW:
                raise TooLong
            if prefix is None and (named := _PREFIX.search(rest)):
                prefix = named.group(1)
            elif prefix is None and b"<sheetData" in rest:
                prefix = b""  # there is none, and nothing after this says otherwise
            if prefix and not rest.endswith((b"<", b"/")):
                rest = rest.replace(b"<" + prefix + b":", b"<").replace(b"</" + prefix + b":", b"</")
            end = rest.rfind(b"</row>") + 1
            block, rest = (rest[: end + 5], rest[end + 5 :]) if end else (b"", rest)
            yield block, rest
    yield b"", rest


def _look_at(block: bytes, facts: SheetFacts) -> None:
    """What is rare is looked for in the whole block; only where it is there is each row looked at."""
    rows = block.split(b"</row>")[:-1]
    if b'hidden="1"' in block:
        facts.hidden_rows += sum(b'hidden="1"' in row[row.rfind(b"<row") :][:300] for row in rows)
    _measure(block, rows, facts)
    failed, formulas = b't="e"' in block, b"<f" in block
    for row in rows if failed or formulas else ():
        # Nothing is an error in a row without a cell that holds something.
        if failed and b't="e"' in row and _FIRST_CELL.search(row):
            facts.errors += [(int(at), column_number(letters), text.decode()) for letters, at, text in _ERROR.findall(row)]
        if formulas and b"<f" in row and _FIRST_CELL.search(row):
            facts.errors += [(int(at), column_number(letters), UNCALCULATED) for letters, at in _UNCALCULATED.findall(row)]


def _measure(block: bytes, rows: list[bytes], facts: SheetFacts) -> None:
    """How far the block's cells reach."""
    if _measured_by_beginnings(block, rows, facts):
        return
    for row in rows:
        first = _FIRST_CELL.search(row)
        if first is None:
            continue
        column = column_number(first.group(1))
        facts.first_column = column if facts.first_column < 0 else min(column, facts.first_column)
        facts.last_row = max(facts.last_row, int(first.group(2)))
        last = _CELL_AT.search(row, max(row.rfind(b"<c ", 0, row.rfind(b"</c>")), 0))
        facts.last_column = max(facts.last_column, column, column_number(last.group(1)) if last else 0)


def _measured_by_beginnings(block: bytes, rows: list[bytes], facts: SheetFacts) -> bool:
    """Where each row begins with a filled cell, and none reaches further right than those before, one short look at each is enough."""
    if not rows or facts.last_column < 0 or _beyond(facts.last_column).search(block):
        return not rows
    columns: set[bytes] = set()
    numbers: list[bytes] = []
    for row in rows:
        begin = _BEGINS_FILLED.match(row)
        if begin is None:
            return False
        columns.add(begin[1])
        numbers.append(begin[2])
    facts.first_column = min(facts.first_column, *map(column_number, columns))
    facts.last_row = max(facts.last_row, *map(int, numbers))
    return True


@cache
def _beyond(column: int) -> re.Pattern[bytes]:
    """Finds a cell to the right of that column, and now and then something that is none."""
    letters = column_letters(column)
    after = [
        f"{letters[:place]}[{chr(ord(letter) + 1)}-Z]{'[A-Z]' * (len(letters) - place - 1)}"
        for place, letter in enumerate(letters)
        if letter < "Z"
    ]
    return re.compile(f'r="(?:{"|".join([f"[A-Z]{{{len(letters) + 1},}}", *(f"{one}[0-9]" for one in after)])})'.encode())


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
