"""matrikkel-arbeidsliste.xlsx: the worklist of the cadastre desk, and the streets that Kobo writes otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from language import day, text, word_for
from reporting.cadastre_worklist import Worklist
from reporting.night_report import NightResult
from reporting.sheet_writer import Book, Cell, Column

CADASTRE_BOOK = "matrikkel-arbeidsliste.xlsx"
Row = tuple[Sequence[Cell], str | None]
_TASKS = {"building": 34, "settle": 44, "ours": 24, "says": 70, "count": 10, "rows": 60}
_SPELLINGS = {"ours_street": 34, "theirs_street": 34, "dwellings": 10}


def write_cadastre(path: Path, result: NightResult, worklist: Worklist) -> None:
    """Raises OSError when the file cannot be written."""
    with Book(path, text("cadastre.title", name=result.municipality.name)) as book:
        heading = text("cadastre.heading", name=result.municipality.name, date=day(result.as_of))
        book.sheet(text("cadastre.sheet_tasks"), heading, _columns(_TASKS), _tasks(worklist))
        book.sheet(text("cadastre.sheet_spellings"), text("cadastre.spellings_heading"), _columns(_SPELLINGS), _spellings(worklist))


def _columns(widths: dict[str, int]) -> list[Column]:
    return [Column(word_for("cadastre_columns", name), width, width >= 60) for name, width in widths.items()]


def _tasks(worklist: Worklist) -> Iterator[Row]:
    for task in worklist.tasks:
        settle = word_for("cadastre_settle", task.settle)
        yield [task.building, settle, ", ".join(task.ours) or None, task.says or None, len(task.rows), ", ".join(task.rows)], None


def _spellings(worklist: Worklist) -> Iterator[Row]:
    for spelling in worklist.spellings:
        yield [spelling.ours, spelling.theirs, spelling.dwellings], None
