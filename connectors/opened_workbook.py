"""A workbook given to the compiled reader, after a look at what its records become; what the reader panics at is a damaged file."""

from __future__ import annotations

import contextlib
import os
import struct
import tempfile
import threading
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path

import fastexcel

from connectors.binary_cells import Spread, spread_of_xls, spread_of_xlsb
from connectors.read_faults import SourceFault
from connectors.sheet_facts import MOST_CELLS, column_letters
from connectors.source_files import MEGABYTE

_STDERR = 2
_ONE_AT_A_TIME = threading.Lock()


def opened_workbook(path: Path, name: str, kind: str, limit_megabytes: int, instead: bytes | None = None) -> fastexcel.ExcelReader:
    """kind: of `kind_of_workbook`. instead: the same file as the reader knows it. Raises SourceFault."""
    if kind == "xls":
        content = path.read_bytes()
        _check_old(content, name, limit_megabytes)
        with _without_its_words():
            return _opened(content, name)
    # The reader believes a file's ending; where that is wrong, it gets the bytes and looks for itself.
    return _opened(instead or (path if path.suffix.casefold() == f".{kind}" else path.read_bytes()), name)


def check_binary_workbook(archive: zipfile.ZipFile, name: str, limit_megabytes: int) -> None:
    """Raises SourceFault where an .xlsb becomes too much; nothing for another package."""
    _check(spread_of_xlsb(archive).values(), name, limit_megabytes)


def _check_old(content: bytes, name: str, limit_megabytes: int) -> None:
    """Every sheet is made when the file is opened, not only those that are read."""
    try:
        found = spread_of_xls(content)
    except (ValueError, struct.error) as error:
        raise SourceFault("damaged_workbook", path=name, detail=type(error).__name__) from error
    _check(found, name, limit_megabytes)


def _check(sheets: Collection[Spread], name: str, limit_megabytes: int) -> None:
    cells = sum(sheet.rows * sheet.columns for sheet in sheets)
    if cells > MOST_CELLS:
        widest = max(sheets, key=lambda sheet: sheet.rows * sheet.columns)
        raise SourceFault("too_many_cells", place=name, rows=widest.rows, columns=column_letters(widest.columns - 1))
    size = sum(sheet.texts for sheet in sheets)
    if size > limit_megabytes * MEGABYTE:
        raise SourceFault("too_big", path=name, size=size // MEGABYTE, limit=limit_megabytes)


def _opened(content: bytes | Path, name: str) -> fastexcel.ExcelReader:
    try:
        return fastexcel.read_excel(content)
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
