"""Size of a workbook's texts in memory: a shared text is copied for each cell that refers to it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection

_CHUNK = 1 << 20
_TEXT = re.compile(rb"<(?:\w+:)?si\b.*?</(?:\w+:)?si>", re.DOTALL)
_POINTS_TO = re.compile(rb"<(?:\w+:)?c\b(?=[^>]*\bt=[\"']s[\"'])[^>]*>\s*<(?:\w+:)?v>(\d+)</")


def spelled_out(archive: zipfile.ZipFile, texts: str | None, sheets: Collection[str], cells: int, harmless: int) -> int:
    """Bytes of the shared texts of these parts, each as often as a cell points to it; or 0 where it cannot be more
    than `harmless`.

    cells: how many there are. Only where each of them with the longest text would be more than `harmless` is it counted.
    """
    if texts is None:
        return 0
    lengths = _lengths(archive, texts)
    if not lengths or max(lengths) * cells <= harmless:
        return 0
    return sum(_pointed_to(archive, part, lengths) for part in sheets)


def _lengths(archive: zipfile.ZipFile, part: str) -> list[int]:
    rest, lengths = b"", []
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            rest += chunk
            end = 0
            for text in _TEXT.finditer(rest):
                lengths.append(text.end() - text.start())
                end = text.end()
            rest = rest[end:]
    return lengths


def _pointed_to(archive: zipfile.ZipFile, part: str, lengths: list[int]) -> int:
    rest, total = b"", 0
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            rest += chunk
            end = 0
            for cell in _POINTS_TO.finditer(rest):
                number = int(cell[1])
                total += lengths[number] if number < len(lengths) else 0
                end = cell.end()
            rest = rest[max(end, len(rest) - 4096) :] if end else rest[-4096:]
    return total
