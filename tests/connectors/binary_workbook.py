"""The smallest .xlsb that is one: records of BIFF12 in a package. No library at hand writes them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

_MAIN = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
)


def binary_workbook(sheet: str, rows: Sequence[Sequence[str | float | None]]) -> bytes:
    bundle = _record(156, struct.pack("<II", 0, 1) + _text("rId1") + _text(sheet))
    book = _record(131) + _record(143) + bundle + _record(144) + _record(132)
    wide = max(map(len, rows))
    cells = _record(129) + _record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, wide - 1)) + _record(145)
    for at, row in enumerate(rows):
        cells += _record(0, struct.pack("<IIHBBBI", at, 0, 300, 0, 0, 0, 0))
        for column, value in enumerate(row):
            place = struct.pack("<II", column, 0)
            if isinstance(value, str) and value:
                cells += _record(6, place + _text(value))
            elif isinstance(value, float):
                cells += _record(5, place + struct.pack("<d", value))
    cells += _record(146) + _record(130)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", _TYPES)
        package.writestr("_rels/.rels", _relation("rId1", "officeDocument", "xl/workbook.bin"))
        package.writestr("xl/workbook.bin", book)
        package.writestr("xl/_rels/workbook.bin.rels", _relation("rId1", "worksheet", "worksheets/sheet1.bin"))
        package.writestr("xl/worksheets/sheet1.bin", cells)
    return made.getvalue()


def _record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, left = b"", len(body)
    while left >= 0x80:
        size, left = size + bytes([left & 0x7F | 0x80]), left >> 7
    return head + size + bytes([left]) + body


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _relation(number: str, kind: str, target: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="{number}" Type="{_MAIN}/{kind}" Target="{target}"/></Relationships>'
