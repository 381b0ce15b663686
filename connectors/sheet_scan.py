"""What a workbook's XML says that its values do not: error cells, merged ranges, hidden rows, and how far a sheet reaches.

Streams, so that memory stays bounded by the longest row whatever the file claims. Patterns on bytes: 5 times as fast as `sheet_parser`,
which reads the few files whose cells have no reference or have attributes in single quotes (111,000 rows of 25 columns: 1.5 and 8.5 s).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from connectors.sheet_facts import UNCALCULATED, SheetFacts, TooLong, column_number
from connectors.sheet_parser import parse_sheet

_CHUNK = 1 << 19
_LONGEST_ROW = 16 << 20
_FILLED = re.compile(rb'<c (?:r=|[^>]*? r=)"([A-Z]+)(\d+)"[^>]*+(?<!/)>(?!</c>|<v></v></c>|<v/></c>)')
_ERROR = re.compile(rb'<c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]+)(\d+)"[^>]*>(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)?<v[^>]*>([^<]+)</v>')
_UNCALCULATED = re.compile(
    rb'<c\b(?![^>]*\bt="str")[^>]*?\br="([A-Z]+)(\d+)"[^>]*(?<!/)><f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
"""A formula with no result. A text formula whose result is empty looks almost so and is a blank cell."""
_HIDDEN = re.compile(rb'<row\b[^>]*\bhidden="1"')
_MERGED = re.compile(rb'<mergeCell\b[^>]*?\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_PREFIX = re.compile(rb"<(\w+):(?:worksheet|sheetData)\b")
_CELL = re.compile(rb"<c[\s/>]")
_PLACED_LATER = re.compile(rb'<c (?!r=")[^>]*?\br="')
_SINGLE = re.compile(rb"<(?:row|c|mergeCell)\b[^>\"]*='")


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
    """Adds what the block holds; False when attributes are in single quotes, which no pattern here sees."""
    if b"='" in block and _SINGLE.search(block):
        return False
    _measure(block, facts)
    if b'hidden="1"' in block:
        facts.hidden_rows += len(_HIDDEN.findall(block))
    if b't="e"' in block:
        facts.errors += [(int(at), column_number(letters), text.decode()) for letters, at, text in _ERROR.findall(block)]
    if b"<f" in block:
        facts.errors += [(int(at), column_number(letters), UNCALCULATED) for letters, at in _UNCALCULATED.findall(block)]
    return True


def _measure(block: bytes, facts: SheetFacts) -> None:
    """How far the block's filled cells reach."""
    filled = _FILLED.findall(block)
    if filled:
        columns = [column_number(letters) for letters in {letters for letters, _ in filled}]
        facts.first_column = min(columns) if facts.first_column < 0 else min(*columns, facts.first_column)
        facts.last_column = max(*columns, facts.last_column)
        facts.last_row = max(*map(int, {row for _, row in filled}), facts.last_row)
