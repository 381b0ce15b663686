"""Excel workbooks: sheets made for people to look at, read as what is written in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from connectors.headings import first_of_most, given_names, heading_faults, matching, nearest, positions
from connectors.merged_cells import filled_down
from connectors.opened_workbook import opened_workbook
from connectors.raw_rows import Raw, together, written_in
from connectors.read_faults import SourceFault
from connectors.row_selection import Printed, kept_rows
from connectors.sheet_facts import SheetFacts
from connectors.source_config import ExcelSource, Sheet
from connectors.source_files import check_size, files_of, shown_path
from language import message

_HEADER_WITHIN = 50
_FROM_1900_TO_1904 = 1462
"""Days between the two ways in which workbooks count them."""


def read_workbook(source: ExcelSource, home: Path) -> Raw:
    """Raises SourceFault when the source cannot be read."""
    return together([_read_file(path, home, source) for path in files_of(source, home)])


def _read_file(path: Path, home: Path, source: ExcelSource) -> Raw:
    name = shown_path(path, home)
    check_size(path, home, source.maximum_megabytes)
    book = opened_workbook(path, name, 2 * source.maximum_megabytes, [sheet.name for sheet in source.sheets])
    _check_sheets(book.book.sheet_names, source, name)
    loaded = {sheet.name: book.grid(sheet.name) for sheet in source.sheets}
    grids = {sheet: grid for sheet, (grid, _) in loaded.items()}
    hidden = tuple(f"{name}: sheet '{sheet}' is hidden, and is read" for sheet, (_, is_hidden) in loaded.items() if is_hidden)
    parts = [_sheet(path, name, sheet, source, grids[sheet.name], book.facts.get(sheet.name)) for sheet in source.sheets]
    _check_ignored(grids, source, name)
    return together([*parts, Raw(parts[0].rows.clear(), hidden)])


def _check_sheets(sheets: Sequence[str], source: ExcelSource, name: str) -> None:
    wanted = [sheet.name for sheet in source.sheets]
    extra = [sheet for sheet in sheets if sheet not in (*wanted, *source.ignore_sheets)]
    missing = [sheet for sheet in wanted if sheet not in sheets]
    if not extra and not missing:
        return
    english = [f"unknown sheet '{sheet}'" for sheet in extra]
    problems = [message("heading_faults.unknown_sheet", sheet=sheet) for sheet in extra]
    for sheet in missing:
        nearest_sheet = nearest(sheet, extra)
        english.append(f"missing sheet '{sheet}'" + (f" (nearest there is '{nearest_sheet}')" if nearest_sheet else ""))
        known = {"sheet": sheet, "near": nearest_sheet} if nearest_sheet else {"sheet": sheet}
        problems.append(message("heading_faults.missing_sheet_near" if nearest_sheet else "heading_faults.missing_sheet", **known))
    raise SourceFault("sheets", path=name, faults=", ".join(english), problems=problems)


def _header(grid: pl.DataFrame, sheet: Sheet, known: Sequence[str]) -> tuple[int, list[str]]:
    """0-based row of the headings and the columns' given names: the first row that holds most of what we know."""
    rows = [[value or "" for value in row] for row in grid.head(max(_HEADER_WITHIN, sheet.header_row or 0)).iter_rows()]
    at = sheet.header_row - 1 if sheet.header_row is not None else first_of_most(rows, known)
    return (at, given_names(rows[at], rows[at - 1] if at else ())) if at < len(rows) else (at, [])


def _check_ignored(grids: Mapping[str, pl.DataFrame], source: ExcelSource, name: str) -> None:
    """Every ignored heading must be in one of the sheets, or the list is no longer true."""
    known = (*source.mapped(), *source.ignore)
    ignored = [heading for sheet in source.sheets if grids[sheet.name].height for heading in _header(grids[sheet.name], sheet, known)[1]]
    missing = [heading for heading in source.ignore if not matching(ignored, [heading])]
    if missing and matching(ignored, source.mapped()):
        raise SourceFault("headings", place=f"{name}, all sheets", **heading_faults([], missing, []))


def _sheet(path: Path, name: str, sheet: Sheet, source: ExcelSource, grid: pl.DataFrame, facts: SheetFacts | None) -> Raw:
    place = f"{name}, sheet '{sheet.name}'"
    if grid.is_empty():
        raise SourceFault("empty_sheet", place=place)
    mapped = source.mapped()
    wanted = [heading for heading in mapped if heading not in sheet.constants]
    header, headings = _header(grid, sheet, (*wanted, *source.ignore))
    headings, grid = _without_blank_columns(headings, grid, header)
    ignored = [heading for heading in source.ignore if matching(headings, [heading])]
    at = positions(headings, wanted, ignored, place)
    rows = grid.with_row_index("row", 1).slice(header + 1)
    rows = rows.select(
        pl.lit(path.name).alias("file"),
        pl.lit(sheet.name).alias("sheet"),
        pl.col("row").cast(pl.Int64),
        *(pl.col(grid.columns[column]).alias(heading) for heading, column in at.items()),
    )
    letters = {heading: int(grid.columns[column][1:]) for heading, column in at.items()}
    rows, notes = _with_errors(rows, letters, facts, place)
    if facts is not None and facts.from_1904:
        rows = _days_from_1900(rows, source)
    filled = partial(_filled_cells, grid)
    no_rows = Printed(sheet.total_rows, source.footer)
    left = kept_rows(rows, wanted, filled, [part for part in source.key if part in at], no_rows, place)
    kept = left.rows
    if kept.is_empty():
        raise SourceFault("no_rows", place=place)
    kept = filled_down(rows, kept, sheet, letters, filled, facts)
    constants = [pl.lit(sheet.constants[heading]).alias(heading) for heading in mapped if heading in sheet.constants]
    places = [written_in(heading) for heading in sheet.fill_down if heading in letters]
    kept = kept.with_columns(constants).select("file", "sheet", "row", *mapped, *places)
    return Raw(kept, (f"{place}: headings in row {header + 1}", *notes, *left.notes, *_remarks(sheet, letters, facts, place)))


def _without_blank_columns(headings: Sequence[str], grid: pl.DataFrame, header: int) -> tuple[list[str], pl.DataFrame]:
    """Columns with neither heading nor value are paper, not data."""
    body, row = grid.slice(header + 1), grid.row(header) if header < grid.height else ()
    named = list(zip(grid.columns, headings, row, strict=False))
    kept = [(column, name) for column, name, written in named if (written or "").strip() or body[column].null_count() < body.height]
    return [name for _, name in kept], grid.select(column for column, _ in kept)


def _with_errors(rows: pl.DataFrame, letters: Mapping[str, int], facts: SheetFacts | None, place: str) -> tuple[pl.DataFrame, list[str]]:
    """Error cells arrive as blank; they get the word that Excel shows, so that they are refused and not forgotten."""
    if facts is None:
        return rows, [f"{place}: not an .xlsx file, so error cells look like blank ones, and merged or hidden cells are not known"]
    notes = []
    for heading, column in letters.items():
        words = {row: word for row, at, word in facts.errors if at - facts.first_column == column}
        if words:
            word = pl.col("row").replace_strict(words, default=None, return_dtype=pl.String)
            rows = rows.with_columns(pl.coalesce(word, pl.col(heading)).alias(heading))
            notes.append(f"{place}: {len(words)} error cell(s) under '{heading}', the first in row {min(words)} ({words[min(words)]})")
    return rows, notes


def _days_from_1900(rows: pl.DataFrame, source: ExcelSource) -> pl.DataFrame:
    """A date in a cell that is not formatted as one is a count of days, which old Macs' workbooks begin in 1904."""
    for mapping in source.fields.values():
        for heading in (mapping.column, *mapping.columns) if mapping.transform in ("date", "timestamp") else ():
            if heading in rows.columns:
                days = pl.col(heading).str.extract(r"^(\d{5})(?:\.\d+)?$").cast(pl.Int64) + _FROM_1900_TO_1904
                rest = pl.col(heading).str.slice(5)
                rows = rows.with_columns(pl.coalesce(pl.concat_str(days, rest), pl.col(heading)).alias(heading))
    return rows


def _filled_cells(grid: pl.DataFrame, rows: pl.DataFrame) -> pl.Series:
    """Of each of these rows the cells that are not blank, mapped or not."""
    cells = grid.select(pl.all().gather(rows["row"] - 1).str.strip_chars())
    filled = pl.concat_list(pl.when(pl.col(column) != "").then(pl.col(column)) for column in grid.columns)
    return cells.select(filled.list.drop_nulls()).to_series()


def _remarks(sheet: Sheet, letters: Mapping[str, int], facts: SheetFacts | None, place: str) -> list[str]:
    if facts is None:
        return []
    remarks = [f"{place}: {facts.hidden_rows} hidden row(s), read like any other"] if facts.hidden_rows else []
    spans = {column for column, _, _ in facts.merged}
    loose = [name for name, column in letters.items() if column + facts.first_column in spans and name not in sheet.fill_down]
    if loose:
        remarks.append(f"{place}: merged cells under {', '.join(loose)} give their value to their first row only (not in `fill_down`)")
    return remarks
