"""Workbooks as LibreOffice reads them: they open, and come back with the same values. Run: pytest -m office"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from reporting.publish import publish
from tests.pipelines.test_demo_nights import Played, played  # noqa: F401 - a fixture
from tests.reporting.example import deviations, night
from tests.reporting.test_deviation_life import fixed

SOFFICE = shutil.which("soffice")
pytestmark = [pytest.mark.office, pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")]
HOSTILE = ['=HYPERLINK("http://example.invalid","x")', "+47", "@SUM(A1)", "0301", "1e5", "<b>&amp;", "a\nb", "12/345", "Lang" * 75]


def converted(books: list[Path], into: Path) -> list[Path]:
    command = [str(SOFFICE), f"-env:UserInstallation={(into / 'profile').as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(into), *map(str, books)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    assert "rror" not in done.stderr
    return [into / book.name for book in books]


def values(book: Path) -> dict[str, list[list[Any]]]:
    sheets = openpyxl.load_workbook(book).worksheets
    return {
        sheet.title: [[_content(cell) for cell in row] for row in sheet.iter_rows() if any(cell.value is not None for cell in row)]
        for sheet in sheets
    }


def _content(cell: Any) -> Any:
    # LibreOffice saves a cell with an empty text as an empty cell.
    return ("formula", cell.value) if cell.data_type == "f" else None if cell.value == "" else cell.value


def trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    """LibreOffice leaves out empty cells at the end of a row."""
    return [row[: max((place for place, cell in enumerate(row, 1) if cell is not None), default=0)] for row in rows]


def assert_unchanged(books: list[Path], into: Path) -> None:
    into.mkdir()
    for before, after in zip(books, converted(books, into), strict=True):
        ours, theirs = values(before), values(after)
        assert list(ours) == list(theirs), before.name
        for sheet in ours:
            assert trimmed(ours[sheet]) == trimmed(theirs[sheet]), f"{before.name}: {sheet}"


def test_what_people_typed_comes_back_unchanged(tmp_path: Path) -> None:
    faults = deviations(60).with_columns(value=pl.Series([HOSTILE[number % len(HOSTILE)] for number in range(60)]))
    published = publish(night(deviations=faults, fixed=fixed(0, 4)), tmp_path / "reports")
    assert_unchanged(sorted(published.folder.glob("*.xlsx")), tmp_path / "out")


def test_every_workbook_of_the_demos_last_night_comes_back_unchanged(played: Played, tmp_path: Path) -> None:  # noqa: F811
    books = sorted(book for book in (played.home / "reports").rglob("*.xlsx") if "arkiv" not in book.parts)
    assert {book.name for book in books} >= {
        "behov.xlsx",
        *(f"avvik-{owner}.xlsx" for owner in ("boligkontoret", "eiendom", "helse_omsorg")),
    }
    assert_unchanged(books, tmp_path / "out")
