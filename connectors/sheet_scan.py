"""What a workbook's XML says that its values do not: error cells, merged ranges, hidden rows, and how far a sheet reaches.

Streams, so that memory stays bounded by the longest row whatever the file claims.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

import polars as pl

from connectors.sheet_facts import UNCALCULATED, SheetFacts, TooLong, column_letters, column_number
from connectors.sheet_parser import parse_sheet

_CHUNK = 1 << 19
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
_RARE = """t="e"|<f|hidden="1"|='"""
_CELL = re.compile(rb"<c[\s/>]")
_PLACED_LATER = re.compile(rb'<c (?!r=")[^>]*?\br="')
_SINGLE = re.compile(rb"<(?:row|c|mergeCell)\b[^>\"]*='")
_FIRST_ROWS = 10
"""Rows from which the width of the others is estimated."""


def scan(archive: zipfile.ZipFile, part: str) -> SheetFacts:
    """Facts of one sheet. Raises TooLong, and what zipfile raises for a damaged archive."""
    facts = SheetFacts()
    tail = b""
    for block, tail in _blocks(archive, part):  # noqa: B007 - the last tail holds what comes after the rows
        cells = block.count(b"<c")
        if _without_place(block, cells) or not _look_at(block, facts):
            return parse_sheet(archive, part)
        facts.cells += cells
    if _without_place(tail, tail.count(b"<c")):
        return parse_sheet(archive, part)
    for left, first, right, last in _MERGED.findall(tail):
        if int(last) > int(first) and left <= right:
            facts.merged.append((column_number(left), int(first), int(last)))
    return facts


def _without_place(block: bytes, cells: int) -> bool:
    """Whether some cells have no reference: then the patterns would miss cells that have values."""
    placed = block.count(b'<c r="')
    if cells == placed:
        return False
    return len(_CELL.findall(block)) != placed + len(_PLACED_LATER.findall(block))


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
                prefix = b""  # none is declared in the root element
            if prefix and not rest.endswith((b"<", b"/")):
                rest = rest.replace(b"<" + prefix + b":", b"<").replace(b"</" + prefix + b":", b"</")
            end = rest.rfind(b"</row>") + 1
            block, rest = (rest[: end + 5], rest[end + 5 :]) if end else (b"", rest)
            yield block, rest
    yield b"", rest


def _look_at(block: bytes, facts: SheetFacts) -> bool:
    """What is rare is looked for in the whole block; only where it is there is each row looked at.

    False when attributes are in single quotes, which no pattern here sees.
    """
    if not block:
        return True
    text = _column(block)
    _measure(block, text, facts)
    if not _may_hold(text, _RARE):
        return True
    if b"='" in block and _SINGLE.search(block):
        return False
    rows = block.split(b"</row>")[:-1]
    if b'hidden="1"' in block:
        facts.hidden_rows += sum(b'hidden="1"' in row[row.rfind(b"<row") :][:300] for row in rows)
    failed, formulas = b't="e"' in block, b"<f" in block
    for row in rows if failed or formulas else ():
        # Nothing is an error in a row without a cell that holds something.
        if failed and b't="e"' in row and _FIRST_CELL.search(row):
            facts.errors += [(int(at), column_number(letters), text.decode()) for letters, at, text in _ERROR.findall(row)]
        if formulas and b"<f" in row and _FIRST_CELL.search(row):
            facts.errors += [(int(at), column_number(letters), UNCALCULATED) for letters, at in _UNCALCULATED.findall(row)]
    return True


def _column(block: bytes) -> pl.Series | None:
    """The block as a column of one text; None when it is no UTF-8."""
    try:
        return pl.Series([block], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        return None


def _may_hold(text: pl.Series | None, pattern: str) -> bool:
    return text is None or bool(text.str.contains(pattern)[0])


def _measure(block: bytes, text: pl.Series | None, facts: SheetFacts) -> None:
    """How far the block's cells reach."""
    if facts.last_column < 0:
        _measure_rows(block.split(b"</row>", _FIRST_ROWS)[:-1], facts)
    last = _last_filled_row(block)
    if not last:
        return
    # Where no cell is outside of what is known, one look is enough.
    if facts.last_column < 0 or _may_hold(text, _outside(facts.first_column, facts.last_column, last)):
        _measure_rows(block.split(b"</row>")[:-1], facts)
    facts.last_row = max(facts.last_row, last)


def _last_filled_row(block: bytes) -> int:
    """Number of the last row that holds something, 0 for none."""
    end = block.rfind(b"</row>")
    while end >= 0:
        before = block.rfind(b"</row>", 0, end)
        if first := _FIRST_CELL.search(block, before + 6 if before >= 0 else 0, end):
            return int(first[2])
        end = before
    return 0


def _measure_rows(rows: list[bytes], facts: SheetFacts) -> None:
    for row in rows:
        first = _FIRST_CELL.search(row)
        if first is None:
            continue
        column = column_number(first.group(1))
        facts.first_column = column if facts.first_column < 0 else min(column, facts.first_column)
        facts.last_row = max(facts.last_row, int(first.group(2)))
        last = _CELL_AT.search(row, max(row.rfind(b"<c ", 0, row.rfind(b"</c>")), 0))
        facts.last_column = max(facts.last_column, column, column_number(last.group(1)) if last else 0)


def _outside(first: int, last: int, row: int) -> str:
    """Pattern of cells left of the first column, right of the last one or below the row. It sometimes matches other cells too."""
    low, high = column_letters(first), column_letters(last)
    columns = [f"[A-Z]{{{len(high) + 1},}}", *(f"{after}[0-9]" for after in _greater(high, "Z", "[A-Z]"))]
    columns += [f"{before}[0-9]" for before in _smaller(low)]
    rows = [f"[A-Z]+{below}" for below in (f"[0-9]{{{len(str(row)) + 1},}}", *_greater(str(row), "9", "[0-9]"))]
    return f'r="(?:{"|".join([*columns, *rows])})'


def _greater(text: str, most: str, any_sign: str) -> list[str]:
    """Patterns of all texts of the same length that come after it."""
    return [
        f"{text[:place]}[{chr(ord(sign) + 1)}-{most}]{any_sign * (len(text) - place - 1)}" for place, sign in enumerate(text) if sign < most
    ]


def _smaller(letters: str) -> list[str]:
    """Patterns of all columns that come before it."""
    shorter = [f"[A-Z]{{1,{len(letters) - 1}}}"] if len(letters) > 1 else []
    return shorter + [
        f"{letters[:place]}[A-{chr(ord(letter) - 1)}]{'[A-Z]' * (len(letters) - place - 1)}"
        for place, letter in enumerate(letters)
        if letter > "A"
    ]
