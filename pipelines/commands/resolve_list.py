"""A list as it was handed over: every column and every row in order, read as text, and written with more columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import xlsxwriter

from connectors.dialect import detect
from connectors.encoding import decode
from connectors.headings import given_names, nearest, visible_text
from connectors.opened_workbook import OpenedWorkbook, opened_workbook
from connectors.personal_numbers import mask_column
from connectors.read_faults import SourceFault
from connectors.records import lines_of, split_records
from connectors.source_files import check_size
from language import MessageError, message, text
from language.messages import Value
from reconciliation.addresses.verdicts import Resolution

NOT_AN_ADDRESS = Resolution.NOT_AN_ADDRESS.value
_HEADER_WITHIN = 50
_MEGABYTES = 500
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")


class ListError(MessageError):
    """The list cannot be used: what, where, what to do."""


@dataclass(frozen=True, slots=True)
class ReadList:
    """rows: one String column per heading, in order. masked: values that had a national identity number in them.

    bad: index of a row whose line could not be taken apart -> why; the whole line is in its first column.
    others: the workbook's other sheets that are not empty, when no sheet was named.
    """

    rows: pl.DataFrame
    separator: str
    masked: int
    note: str
    bad: Mapping[int, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    sheet: str = ""
    """The workbook's sheet that was read."""
    unread: tuple[str, ...] = ()
    """All its other sheets, empty or not."""


def read_list(path: Path, known: Sequence[str], sheet: str = "") -> ReadList:
    """A CSV or workbook. known: headings that may be there; they tell where the table begins, and on which sheet when none is named.

    Raises ListError and SourceFault.
    """
    if not path.is_file():
        raise SourceFault("is_folder" if path.is_dir() else "missing_file", path=path.name)
    check_size(path, path.parent, _MEGABYTES)
    bad: dict[int, str] = {}
    others: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    chosen = ""
    if path.suffix.casefold() in _WORKBOOKS:
        book = opened_workbook(path, path.name, 2 * _MEGABYTES)
        rows, separator, note, others, chosen = _workbook(book, known, sheet)
        unread = tuple(name for name in book.book.sheet_names if name != chosen)
    elif sheet:
        raise ListError(message("lists.no_sheets", file=path.name))
    else:
        rows, separator, note, bad = _delimited(path, known)
    masked = 0
    for heading in rows.columns:
        column, count = mask_column(rows[heading])
        rows, masked = rows.with_columns(column.alias(heading)), masked + count
    return ReadList(rows, separator, masked, note, bad, others, chosen, unread)


def checked_heading(read: ReadList, wanted: str) -> str:
    """The heading as the list spells it. Raises ListError with the nearest when it is not there."""
    if wanted in read.rows.columns:
        return wanted
    headings = [heading for heading in read.rows.columns if visible_text(heading).casefold() == visible_text(wanted).casefold()]
    if len(headings) == 1:
        return headings[0]
    nearest_heading = nearest(wanted, read.rows.columns)
    hint = [message("lists.near", near=nearest_heading)] if nearest_heading else []
    raise ListError(message("lists.no_column", column=wanted), *hint, message("lists.columns", columns=read.rows.columns[:20]))


def _delimited(path: Path, known: Sequence[str]) -> tuple[pl.DataFrame, str, str, dict[int, str]]:
    content, encoding = decode(path.read_bytes(), None, path.name)
    lines = lines_of(content).to_list()
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise SourceFault("empty_file", path=path.name)
    dialect = detect(lines, [spelt for name in known for spelt in (name, name.lower(), name.capitalize(), name.upper())], None, None, None)
    records = split_records(lines, dialect, list(range(len(dialect.headings))))
    values, bad = records.rows, records.bad
    if len(bad) > values.height:
        where: dict[str, Value] = {"file": path.name, "row": bad[0].row, "width": len(dialect.headings)}
        raise ListError(message("lists.mostly_bad", **where, count=len(bad)))
    kept = pl.DataFrame(
        {"row": [record.row for record in bad], "c0": [lines[record.row - 1] for record in bad]}, {"row": pl.Int64(), "c0": pl.String()}
    )
    every = pl.concat([values, kept], how="diagonal").sort("row")
    why = {
        record.row: text("lists.ragged_line", row=record.row, found=record.value_count, width=len(dialect.headings))
        if record.value_count
        else text("lists.open_quote", row=record.row)
        for record in bad
    }
    reasons = {index: why[row] for index, row in enumerate(every["row"]) if row in why}
    named = every.select(pl.col(f"c{index}").alias(heading) for index, heading in enumerate(given_names(dialect.headings)))
    return named, dialect.separator, text("lists.read_as", encoding=encoding, separator=repr(dialect.separator)), reasons


def _workbook(book: OpenedWorkbook, known: Sequence[str], sheet: str) -> tuple[pl.DataFrame, str, str, tuple[str, ...], str]:
    sheets = book.book.sheet_names
    if sheet and sheet not in sheets:
        nearest_sheet = nearest(sheet, sheets)
        hint = [message("lists.near", near=nearest_sheet)] if nearest_sheet else []
        raise ListError(message("lists.no_sheet", file=book.name, sheet=sheet), *hint, message("lists.sheets", sheets=sheets))
    tables = [table for name in ([sheet] if sheet else sheets) if (table := _table(book, name, known))]
    if not tables:
        raise SourceFault("empty_sheet", place=f"{book.name}, {sheet or sheets[0]}")
    # A front page before the list has none of the headings, and fills fewer columns.
    best = max(tables, key=lambda table: (table.known, table.rows.height > 0 and table.wide))
    others = () if sheet else tuple(table.sheet for table in tables if table is not best)
    return best.rows, ";", text("lists.from_sheet", sheet=best.sheet, row=best.header + 1), others, best.sheet


@dataclass(frozen=True, slots=True)
class _Table:
    """One sheet read. known: how many of the headings are known ones; wide: whether it has more than one heading."""

    sheet: str
    header: int
    rows: pl.DataFrame
    known: int
    wide: bool


def _table(book: OpenedWorkbook, name: str, known: Sequence[str]) -> _Table | None:
    """The table of a sheet; None when the sheet is empty."""
    grid, _ = book.grid(name)
    head = [[visible_text(value or "") for value in row] for row in grid.head(_HEADER_WITHIN).iter_rows()]
    if not any(map(any, head)):
        return None
    wanted = {visible_text(heading).casefold() for heading in known}
    fits = [len({value.casefold() for value in row} & wanted) for row in head]
    # A title above the table fills one cell; headings fill as many as the rows below.
    filled = [sum(map(bool, row)) for row in head]
    likely = (index for index, count in enumerate(filled) if count and 2 * count > max(filled))
    header = fits.index(max(fits)) if max(fits) else next(likely, 0)
    body = grid.slice(header + 1)
    body.columns = given_names(head[header], head[header - 1] if header else ())
    # As the connector does: a column with neither heading nor value is left out.
    body = body.select(
        name for name, written in zip(body.columns, head[header], strict=True) if written or body[name].null_count() < body.height
    )
    return _Table(name, header, body, max(fits), filled[header] > 1)


def verdicts_of_bad_lines(verdicts: pl.DataFrame, read: ReadList) -> pl.DataFrame:
    """A line that could not be parsed is no address, even if its first column looks like one."""
    if not read.bad:
        return verdicts
    index = pl.int_range(pl.len())
    reason = index.replace_strict(dict(read.bad), default=None, return_dtype=pl.String)
    others = [pl.when(~index.is_in(list(read.bad))).then(pl.col(name)).alias(name) for name in verdicts.columns[1:-1]]
    verdict = pl.when(reason.is_not_null()).then(pl.lit(NOT_AN_ADDRESS)).otherwise("verdict").alias("verdict")
    return verdicts.select(verdict, *others, pl.coalesce(reason, "reason").alias("reason"))


def with_verdicts(rows: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Side by side. Where the list already has a column of that name, ours ends in `_register`."""
    taken = {heading.casefold() for heading in rows.columns}
    named = verdicts.rename({name: f"{name}_register" for name in verdicts.columns if name.casefold() in taken})
    return pl.concat([rows, named], how="horizontal")


def write_list(rows: pl.DataFrame, path: Path, separator: str) -> None:
    """CSV with BOM (Excel reads æøå right), or a workbook in which no text is ever a formula."""
    if path.suffix.casefold() != ".xlsx":
        rows.with_columns(pl.col(pl.String).replace("", None)).write_csv(path, separator=separator, include_bom=True)
        return
    safe = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), safe) as book:
        sheet = book.add_worksheet("Adresser")
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(rows.columns):
            sheet.write_string(0, column, heading, book.add_format({"bold": True}))
        for number, row in enumerate(rows.iter_rows(), 1):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(number, column, value)
                elif value is not None:
                    sheet.write_string(number, column, str(value))
