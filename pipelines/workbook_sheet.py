"""One named sheet of a workbook as text, for a draft of its mapping."""

from __future__ import annotations

from pathlib import Path

import fastexcel

from connectors.faults import SourceFault
from connectors.files import check_size
from connectors.headings import nearest, plain
from connectors.personal_numbers import mask_column
from pipelines.resolve_list import ListError, ReadList

_HEADER_WITHIN = 50
_MEGABYTES = 500
_WORKBOOKS = (".xlsx", ".xlsm", ".xls")


def other_sheets(file: Path) -> list[str]:
    """Names of a workbook's sheets after the first; none for any other file. Raises SourceFault."""
    return _opened(file).sheet_names[1:] if file.suffix.casefold() in _WORKBOOKS else []


def read_sheet(file: Path, sheet: str) -> ReadList:
    """Every column and row of that sheet. Raises ListError with the nearest name when it is not there, and SourceFault."""
    if not file.is_file():
        raise SourceFault("is_folder" if file.is_dir() else "missing_file", path=file.name)
    if file.suffix.casefold() not in _WORKBOOKS:
        raise ListError(f"{file.name} er ingen arbeidsbok og har ingen ark. Kjør uten --sheet.")
    check_size(file, file.parent, _MEGABYTES)
    book = _opened(file)
    if sheet not in book.sheet_names:
        near = nearest(sheet, book.sheet_names)
        hint = f" Mente du «{near}»?" if near else ""
        raise ListError(f"{file.name} har ikke arket «{sheet}».{hint} Arkene er: {', '.join(book.sheet_names)}.")
    grid = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    head = [[plain(value or "") for value in row] for row in grid.head(_HEADER_WITHIN).iter_rows()]
    # A title above the table fills one cell; headings fill as many as the rows below.
    widest = max((sum(map(bool, row)) for row in head), default=0)
    if not widest:
        raise SourceFault("empty_sheet", place=f"{file.name}, {sheet}")
    header = next(number for number, row in enumerate(head) if 2 * sum(map(bool, row)) > widest)
    body, masked = grid.slice(header + 1), 0
    body.columns = _named(head[header])
    for heading in body.columns:
        column, count = mask_column(body[heading])
        body, masked = body.with_columns(column), masked + count
    return ReadList(body, ";", masked, f"ark «{sheet}», overskrifter på rad {header + 1}")


def _opened(file: Path) -> fastexcel.ExcelReader:
    try:
        return fastexcel.read_excel(file)
    except fastexcel.FastExcelError as error:
        secret = "password" in str(error).casefold()
        raise SourceFault("password" if secret else "damaged_workbook", path=file.name, detail=type(error).__name__) from error


def _named(headings: list[str]) -> list[str]:
    """Columns of one name, and columns without, keep their place under names of their own."""
    seen: dict[str, int] = {}
    made: list[str] = []
    for number, heading in enumerate(headings, 1):
        name = heading or f"kolonne {number}"
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return made
