"""The sheet "Avklaringer": one line for each side of a question, the dwelling first, drop-down answers in the cells that may be written.

Question id and evidence are hidden and locked in the first two columns. Made for Excel and LibreOffice alike: the list of
answers is in the cell's own rule, and protection has no password.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from language import day, text, word_for
from reporting.clarifications import Shown, Side
from reporting.sheet_writer import FJORD, Book, Cell, filled_lines, make_room, write_cell

HEADINGS = ("id", "evidence", "dwelling", "question", "answer", "by", "why", "side")
WIDTHS = {"id": 14, "evidence": 14, "dwelling": 30, "question": 52, "answer": 26, "by": 18, "why": 36, "side": 28}
AGREES, DIFFERS, TO_FILL = "#DDEFE3", "#F8D7C4", "#FFF6CC"
FIELD_WIDTH = 16
HEADER_ROW = 1
"""0-based; titles above, questions below."""
LONGEST_LIST = 255
"""Characters of a drop-down list that stands in the cell's own rule."""
COLOURS: dict[bool | None, dict[str, Any]] = {True: {"bg_color": AGREES}, False: {"bg_color": DIFFERS, "bold": True}, None: {}}


def add_clarifications(
    book: Book, title: str, as_of: date, questions: Sequence[Shown], notes: Sequence[str], *, warnings: bool = False
) -> None:
    """notes: lines below the questions (decisions that contradict one another). warnings: this is the sheet of warnings."""
    fields = [name for name in questions[0].agrees if any(_has_value(question, name) for question in questions)] if questions else []
    sheet = book.add_sheet(text("clarifications.warnings_sheet" if warnings else "clarifications.sheet"))
    for place, name in enumerate(HEADINGS):
        sheet.set_column(place, place, WIDTHS[name], None, {"hidden": place < 2})
    sheet.set_column(len(HEADINGS), len(HEADINGS) + max(len(fields) - 1, 0), FIELD_WIDTH)
    sheet.set_row(0, 26)
    write_cell(
        sheet,
        0,
        2,
        text("clarifications.warnings_title" if warnings else "clarifications.title", owner=title, date=day(as_of)),
        book.format(bold=True, font_size=13, font_color=FJORD),
    )
    head = book.format(bold=True, bg_color=FJORD, font_color="#FFFFFF", valign="vcenter", border=1, border_color="#FFFFFF")
    names = [text(f"clarifications.{name}") for name in HEADINGS] + [word_for("fields", name) for name in fields]
    for place, name in enumerate(names):
        write_cell(sheet, HEADER_ROW, place, name, head)
    number = HEADER_ROW + 1
    for question in questions:
        _question(book, sheet, number, question, fields)
        number += len(question.sides)
    for note in notes:
        write_cell(sheet, number, 2, note, book.format(text_wrap=False, italic=True))
        number += 1
    sheet.freeze_panes(HEADER_ROW + 1, 4)
    sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True, "select_unlocked_cells": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    # All columns on one printed page could not be read; the second page repeats the dwelling and the question.
    sheet.fit_to_pages(2, 0)
    sheet.repeat_columns(2, 3)
    sheet.repeat_rows(HEADER_ROW)


def _question(book: Book, sheet: Any, row: int, question: Shown, fields: Sequence[str]) -> None:
    line = {"top": 2, "top_color": FJORD}
    plain, hidden = book.format(text_wrap=True, **line), book.format(font_color="#999999", **line)
    make_room(sheet, row, max(filled_lines(question.question, WIDTHS["question"]), _lines(question.sides[0], fields), 2))
    write_cell(sheet, row, 0, question.id, hidden)
    write_cell(sheet, row, 1, question.evidence, hidden)
    write_cell(sheet, row, 2, f"{question.address}\n{question.dwelling}", plain)
    write_cell(sheet, row, 3, question.question, plain)
    for place in (4, 5, 6):
        write_cell(sheet, row, place, None, book.format(bg_color=TO_FILL, border=1, border_color=FJORD, locked=False, text_wrap=True))
    if question.answers:
        sheet.data_validation(row, 4, row, 4, _choices(list(question.answers), question.free))
    helped = {"validate": "any", "input_title": text("clarifications.by"), "input_message": text("clarifications.by_help")}
    sheet.data_validation(row, 5, row, 5, helped)
    for below, side in enumerate(question.sides):
        rule = line if not below else {}
        if below:
            make_room(sheet, row + below, _lines(side, fields))
        write_cell(sheet, row + below, 7, side.who, book.format(bold=True, text_wrap=True, **rule))
        for place, name in enumerate(fields, start=len(HEADINGS)):
            colour = COLOURS[side.agrees.get(name)]
            write_cell(sheet, row + below, place, _cell(side.values.get(name)), book.format(text_wrap=True, align="left", **colour, **rule))


def _lines(side: Side, fields: Sequence[str]) -> int:
    values = (str(side.values[name]) for name in fields if side.values.get(name) is not None)
    return max(filled_lines(side.who, WIDTHS["side"]), *(filled_lines(value, FIELD_WIDTH) for value in values), 1)


def _choices(labels: list[str], free: bool) -> dict[str, Any]:
    """free: something else may be written in the cell too."""
    while len(",".join(labels)) > LONGEST_LIST:
        labels = labels[:-1]
    return {
        "validate": "list",
        "source": labels,
        "input_message": text("clarifications.choose_or_write" if free else "clarifications.choose"),
        "show_error": not free,
        "error_title": text("clarifications.refused_title"),
        "error_message": text("clarifications.refused"),
    }


def _has_value(question: Shown, name: str) -> bool:
    return any(side.values.get(name) not in (None, "") for side in question.sides)


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, bool | str | int | float | date):
        return value
    return str(value)
