"""One sheet of a workbook that somebody has sent, as the texts in its cells, behind the guards that sources have."""

from __future__ import annotations

from pathlib import Path

import fastexcel
import polars as pl

from connectors.package_parts import package_parts
from connectors.read_faults import FAULTS, SourceFault, say
from connectors.sheet_facts import TooLong, column_letters
from connectors.sheet_scan import scan
from connectors.source_files import check_size
from connectors.workbook_package import check_parts, check_spelled_out, kind_of_workbook, open_package
from language import message

LARGEST = 20
"""Megabytes of the file; it may unpack to five times that."""
_MOST_CELLS = 2_000_000
"""Read in two seconds and 200 MB; the largest city's workbook has a tenth of them."""


class UnreadableSheetError(Exception):
    """The sheet cannot be read: what, where and what to do. The text is English; `melding` is the stored message for owners."""

    def __init__(self, message: str, melding: str) -> None:
        super().__init__(message)
        self.melding = melding


def sheet_texts(path: Path, sheet: str) -> pl.DataFrame:
    """The sheet's cells as texts, row by row from Excel's row 1, columns c0, c1 ...

    Raises UnreadableSheetError, and nothing else, for what is in the file. Nothing is unpacked before its size is known, and no cell
    is read before all of the sheet was found whole.
    """
    try:
        return _read(path, sheet)
    except SourceFault as fault:
        code, values = fault.code, fault.values
    except TooLong:
        code, values = "too_many_cells", {"place": f"{path.name}, {sheet}", "rows": "?", "columns": "?"}
    except Exception as error:  # a damaged archive raises what its damage hits: zlib.error, BadZipFile, RuntimeError, ParseError ...
        code, values = "damaged_workbook", {"path": path.name, "detail": type(error).__name__}
    raise UnreadableSheetError(*say(FAULTS[code], **values))


def _read(path: Path, sheet: str) -> pl.DataFrame:
    check_size(path, path.parent, LARGEST)
    if kind_of_workbook(path, path.name) != "xlsx" or path.suffix.casefold() != ".xlsx":
        raise SourceFault("not_xlsx", path=path.name)
    with open_package(path, path.name, 5 * LARGEST) as archive:
        if any(part.flag_bits & 0x1 for part in archive.infolist()):
            raise SourceFault("password", path=path.name)
        check_parts(archive)
        parts = package_parts(archive)
        part = parts.sheets.get(sheet)
        if part is None:
            raise SourceFault(
                "sheets", path=path.name, faults=f"missing sheet '{sheet}'", problems=message("heading_faults.missing_sheet", sheet=sheet)
            )
        facts = scan(archive, part)
        check_spelled_out(archive, parts, [part], facts.cells, path.name, 5 * LARGEST)
    if (facts.last_column + 1) * facts.last_row > _MOST_CELLS:
        column = column_letters(facts.last_column)
        raise SourceFault("too_many_cells", place=f"{path.name}, {sheet}", rows=facts.last_row, columns=column)
    loaded = fastexcel.read_excel(path).load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
    frame: pl.DataFrame = loaded.to_polars()
    return frame.rename({column: f"c{number}" for number, column in enumerate(frame.columns)})
