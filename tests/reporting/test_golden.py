"""What people open, as a whole: a change of a word, a number or an order shows as a line in a diff."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from reporting.publish import publish
from tests.reporting.example import night
from tests.reporting.test_letter import letter, question

Golden = Callable[[str, str], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(night(questions=(question(),)), tmp_path_factory.mktemp("golden")).folder


def one_tag_a_line(html: str) -> str:
    """The page without its style, whose look the browser tests hold; each tag and each text on a line of its own."""
    unstyled = re.sub(r"(<style[^>]*>).*?(</style>)", r"\1\2", html, flags=re.DOTALL)
    lines = (re.sub(r"\s+", " ", part).strip() for part in re.split(r"(<[^>]+>)", unstyled))
    return "\n".join(line for line in lines if line) + "\n"


def cells(book: Path) -> Iterator[str]:
    for sheet in openpyxl.load_workbook(book):
        yield f"# {sheet.title} {sheet.dimensions}, frozen {sheet.freeze_panes}, filter {sheet.auto_filter.ref}, {sheet.sheet_state}"
        for row in sheet.iter_rows():
            texts = [as_text(cell.value, f"{cell.hyperlink.target}#{cell.hyperlink.location}" if cell.hyperlink else None) for cell in row]
            yield " | ".join(texts).rstrip(" |")


def as_text(value: object, link: str | None) -> str:
    text = value.date().isoformat() if isinstance(value, datetime) else value.isoformat() if isinstance(value, date) else value
    shown = "" if text is None else repr(text)[1:-1] if isinstance(text, str) else str(text)
    return f"{shown} -> {link}" if link else shown


def test_the_progress_page(folder: Path, golden: Golden) -> None:
    golden("index.html", one_tag_a_line((folder / "index.html").read_text(encoding="utf-8")))


def test_an_owner_s_workbook(folder: Path, golden: Golden) -> None:
    golden("avvik-boligkontoret.txt", "\n".join(cells(folder / "avvik-boligkontoret.xlsx")) + "\n")


@pytest.mark.parametrize("quoting", [False, True], ids=["counts", "quoting"])
def test_a_letter(quoting: bool, golden: Golden) -> None:
    text = letter(night(questions=(question(),)), addresses=quoting)
    golden(f"letter{'-quoting' if quoting else ''}.txt", f"{text.title}\n\n{text.body}")
