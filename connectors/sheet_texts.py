"""One sheet of a workbook that somebody has sent, as the texts in its cells, behind the guards that sources have."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from connectors.opened_workbook import opened_workbook
from connectors.read_faults import FAULTS, SourceFault, say
from connectors.source_files import check_size
from connectors.workbook_package import kind_of_workbook
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


class MissingSheetError(UnreadableSheetError):
    """The workbook has no sheet of that name."""


def sheet_texts(path: Path, sheet: str) -> pl.DataFrame:
    """The sheet's cells as texts, row by row from Excel's row 1, columns c0, c1 ...

    Raises UnreadableSheetError, and nothing else, for what is in the file; MissingSheetError where it has no such sheet. Nothing is
    unpacked before its size is known, and no cell is read before all of the sheet was found whole.
    """
    try:
        check_size(path, path.parent, LARGEST)
        if kind_of_workbook(path, path.name) != "xlsx" or path.suffix.casefold() != ".xlsx":
            raise SourceFault("not_xlsx", path=path.name)
        book = opened_workbook(path, path.name, 5 * LARGEST, [sheet], _MOST_CELLS)
        if sheet not in book.book.sheet_names:
            problem = message("heading_faults.missing_sheet", sheet=sheet)
            raise SourceFault("sheets", path=path.name, faults=f"missing sheet '{sheet}'", problems=problem)
        return book.grid(sheet)[0]
    except SourceFault as fault:
        unreadable = MissingSheetError if fault.code == "sheets" else UnreadableSheetError
        raise unreadable(*say(FAULTS[fault.code], **fault.values)) from fault
