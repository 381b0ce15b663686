"""A selection of the list as a workbook that can be answered: the sheets of houses and of questions that the owners' workbooks have."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from desk.case import Case
from desk.night_view import NightView
from language import text
from reporting.clarifications import shown_questions
from reporting.clarifications_sheet import add_clarifications
from reporting.house_sheet import add_houses
from reporting.house_table import house_tables, in_houses
from reporting.sheet_writer import Book

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def exported(view: NightView, cases: Sequence[Case]) -> bytes:
    """The open questions and warnings of these cases. Each may be answered; what is left blank is left open."""
    houses, alone = in_houses([question for case in cases for question in case.questions if question.decided is None])
    asked = [shown_questions(question, view.municipality, view.sources) for question in alone]
    warned = [
        shown_questions(warning, view.municipality, view.sources) for case in cases for warning in case.warnings if warning.decided is None
    ]
    as_of = view.as_of or date.min
    title = text("desk.export_title", municipality=view.municipality.name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "liste.xlsx")
        with Book(path, title) as book:
            if houses:
                add_houses(book, title, as_of, house_tables(houses, view.municipality), view.municipality)
            add_clarifications(book, title, as_of, asked, ())
            if warned:
                add_clarifications(book, title, as_of, warned, (), warnings=True)
        return path.read_bytes()
