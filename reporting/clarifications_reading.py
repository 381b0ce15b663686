"""An answered workbook as the answers that stand in it. What cannot be read is told; nothing in it can stop a night."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from language import text
from reconciliation.decisions.answers import Given
from reporting.clarifications_sheet import HEADINGS

_FAULTS: tuple[type[Exception], ...] = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError)
_FAULTS += (zipfile.BadZipFile, ParseError)
_DEEPEST = 10
"""Rows within which the headings must stand."""
_LARGEST = 50_000_000
"""Bytes of a file that somebody may have dropped there."""


@dataclass(frozen=True, slots=True)
class AnsweredSheet:
    """given: in the order of the rows; `answer` holds the label as written. damaged: why the file cannot be read, English."""

    given: tuple[Given, ...] = ()
    damaged: str | None = None


def read_answers(path: Path) -> AnsweredSheet:
    """Read the sheet "Avklaringer". Never raises for what is in the file."""
    import openpyxl  # noqa: PLC0415 - with numpy a sixth of a second, on the nights when somebody has answered only
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        if path.stat().st_size > _LARGEST:
            return AnsweredSheet(damaged="The file is far larger than a workbook of ours.")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            name = text("clarifications.sheet")
            if name not in book.sheetnames:
                return AnsweredSheet(damaged=f"There is no sheet {name}.")
            rows = [[_text(value) for value in row] for row in book[name].iter_rows(values_only=True)]
        finally:
            book.close()
    except (*_FAULTS, InvalidFileException) as error:
        return AnsweredSheet(damaged=f"The file cannot be read as a workbook ({type(error).__name__}).")
    return _answers(rows)


def _answers(rows: list[list[str]]) -> AnsweredSheet:
    wanted = {name: text(f"clarifications.{name}") for name in HEADINGS}
    for number, row in enumerate(rows[:_DEEPEST]):
        places = {name: row.index(title) for name, title in wanted.items() if title in row}
        if len(places) > 1:
            missing = sorted(set(wanted) - set(places) - {"dwelling", "question", "side"})
            if missing:
                return AnsweredSheet(damaged=f"Headings are missing: {', '.join(wanted[name] for name in missing)}.")
            found = (_given(below, places, number + 2 + offset) for offset, below in enumerate(rows[number + 1 :]))
            return AnsweredSheet(tuple(one for one in found if one is not None))
    return AnsweredSheet(damaged="The line of headings is missing.")


def _given(row: list[str], places: Mapping[str, int], number: int) -> Given | None:
    def cell(name: str) -> str:
        return row[places[name]] if places[name] < len(row) else ""

    id_, answer, by, why = (cell(name) for name in ("id", "answer", "by", "why"))
    if not id_ and not answer:
        return None
    # A row whose evidence was wiped out is never taken for one that was asked tonight.
    return Given(id_ if cell("evidence") else "", answer, by, why, cell("evidence"), number)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
