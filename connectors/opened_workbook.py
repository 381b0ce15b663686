"""A workbook, opened after a look at what it unpacks to and how far its sheets reach; damage of any kind is a SourceFault."""

from __future__ import annotations

import contextlib
import logging
import os
import struct
import tempfile
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import polars as pl

from connectors.binary_cells import Spread, spread_of_xls, spread_of_xlsb
from connectors.open_document import check_open_document
from connectors.package_parts import package_parts, with_usual_names
from connectors.read_faults import SourceFault
from connectors.sheet_facts import MOST_CELLS, SheetFacts, TooLong, column_letters
from connectors.sheet_scan import scan
from connectors.source_files import MEGABYTE
from connectors.workbook_package import check_parts, check_spelled_out, kind_of_workbook, open_package

logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns about every blank column, and we read all as text

_STDERR = 2
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class OpenedWorkbook:
    """facts: sheet name -> what its XML says; empty for a format that is not XML."""

    name: str
    book: fastexcel.ExcelReader
    facts: Mapping[str, SheetFacts]

    def grid(self, sheet: str) -> tuple[pl.DataFrame, bool]:
        """Every row from Excel's row 1 on, as text, columns c0, c1 ..., and whether the sheet is hidden. Raises SourceFault.

        Typed reading would turn what does not fit into null without a message.
        """
        with _reading(self.name):
            loaded = self.book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
            frame: pl.DataFrame = loaded.to_polars()
        return frame.rename({column: f"c{number}" for number, column in enumerate(frame.columns)}), loaded.visible != "visible"


def opened_workbook(
    path: Path, name: str, limit_megabytes: int, sheets: Collection[str] | None = None, most_cells: int = MOST_CELLS
) -> OpenedWorkbook:
    """sheets: those that will be read; None: all. most_cells: of one sheet. Raises SourceFault.

    Each of these sheets is unpacked to its end, so a file cut short is found here.
    """
    kind = kind_of_workbook(path, name)
    if kind == "xls":
        content = path.read_bytes()
        _check_old(content, name, limit_megabytes)
        with _without_its_words():
            return OpenedWorkbook(name, _opened(content, name), {})
    facts, instead = _checked_package(path, name, limit_megabytes, sheets, most_cells)
    # The reader believes a file's ending; where that is wrong, it gets the bytes and looks for itself.
    readable = instead or (path if path.suffix.casefold() == ".xlsx" else path.read_bytes())
    return OpenedWorkbook(name, _opened(readable, name), facts)


def _checked_package(
    path: Path, name: str, limit_megabytes: int, sheets: Collection[str] | None, most_cells: int
) -> tuple[dict[str, SheetFacts], bytes | None]:
    """Facts of each of the sheets, and the archive with its parts under their usual names where it has others."""
    place = name
    facts: dict[str, SheetFacts] = {}
    try:
        with open_package(path, name, limit_megabytes) as archive:
            check_parts(archive)
            check_open_document(archive, name, limit_megabytes)
            _check(spread_of_xlsb(archive).values(), name, limit_megabytes)
            parts = package_parts(archive)
            wanted = {sheet: part for sheet, part in parts.sheets.items() if sheets is None or sheet in sheets}
            for sheet, part in wanted.items():
                place = f"{name}, sheet '{sheet}'"
                facts[sheet] = sheet_facts = scan(archive, part)
                sheet_facts.from_1904 = parts.from_1904
                if (sheet_facts.last_column - sheet_facts.first_column + 1) * sheet_facts.last_row > most_cells:
                    raise SourceFault(
                        "too_many_cells", place=place, rows=sheet_facts.last_row, columns=column_letters(sheet_facts.last_column)
                    )
            cells = sum(sheet_facts.cells for sheet_facts in facts.values())
            check_spelled_out(archive, parts, list(wanted.values()), cells, name, limit_megabytes)
            return facts, with_usual_names(path, parts)
    except TooLong as error:
        raise SourceFault("too_many_cells", place=place, rows="?", columns="?") from error
    except SourceFault:
        raise
    except Exception as error:  # a damaged archive raises what its damage hits: zlib.error, BadZipFile, ParseError, KeyError ...
        raise SourceFault("damaged_workbook", path=name, detail=type(error).__name__) from error


def _check_old(content: bytes, name: str, limit_megabytes: int) -> None:
    """Every sheet is made when the file is opened, not only those that are read."""
    try:
        spreads = spread_of_xls(content)
    except (ValueError, struct.error) as error:
        raise SourceFault("damaged_workbook", path=name, detail=type(error).__name__) from error
    _check(spreads, name, limit_megabytes)


def _check(sheets: Collection[Spread], name: str, limit_megabytes: int) -> None:
    cells = sum(sheet.rows * sheet.columns for sheet in sheets)
    if cells > MOST_CELLS:
        widest = max(sheets, key=lambda sheet: sheet.rows * sheet.columns)
        raise SourceFault("too_many_cells", place=name, rows=widest.rows, columns=column_letters(widest.columns - 1))
    size = sum(sheet.texts for sheet in sheets)
    if size > limit_megabytes * MEGABYTE:
        raise SourceFault("too_big", path=name, size=size // MEGABYTE, limit=limit_megabytes)


def _opened(content: bytes | Path, name: str) -> fastexcel.ExcelReader:
    with _reading(name):
        return fastexcel.read_excel(content)


@contextlib.contextmanager
def _reading(name: str) -> Iterator[None]:
    """Raises SourceFault for whatever the compiled reader raises."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic in the compiled reader is no Exception
        secret = "password" in str(error).casefold()
        raise SourceFault("password" if secret else "damaged_workbook", path=name, detail=type(error).__name__) from error


@contextlib.contextmanager
def _without_its_words() -> Iterator[None]:
    """What the reader of .xls prints when it panics is for its makers. Whatever else was printed meanwhile is printed after."""
    with _ONE_AT_A_TIME, tempfile.TemporaryFile() as words:
        try:
            real = os.dup(_STDERR)
        except OSError:  # there is none, as under some services
            yield
            return
        os.dup2(words.fileno(), _STDERR)
        panicked = True
        try:
            yield
            panicked = False
        finally:
            os.dup2(real, _STDERR)
            words.seek(0)
            if not panicked:
                os.write(real, words.read())
            os.close(real)
