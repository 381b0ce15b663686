"""The sheet of houses: one table for each house whose flats are asked about, below each other.

A line is what may be one flat. Its unit number is written once, for all rows on the line; a row that is another flat, or whose number
is not known, has a cell of its own. Each line holds, hidden and locked, what is needed to read it wherever it is moved: the house, and
for each list the dwelling, the question and its evidence. The columns' names are in a hidden row, the same in every language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from language import day, text, word_for
from reconciliation.likeness.contradiction import ROUNDED
from reconciliation.model.municipality import Municipality
from reporting.asked_in_words import source_titles
from reporting.clarifications import Same, same_value
from reporting.clarifications_sheet import COLOURS, TO_FILL
from reporting.house_choices import answer_choices_of_row, unit_choices
from reporting.house_layout import (
    ANSWER,
    BY,
    DWELLING,
    EVIDENCE,
    HOUSE,
    KEY_ROW,
    LINE,
    QUESTION,
    ROWS,
    UNIT_CELL,
    WHY,
    SheetLayout,
    layout_of,
)
from reporting.house_table import FlatLine, HouseTable, ListedRow, letter_of, other_values
from reporting.sheet_writer import FJORD, Book, filled_lines, make_room, write_cell

LIGHT, NOT_HERE = "#EAF2F3", "#F3F3F3"
"""Fill of the headings of a table, and of cells that hold nothing and are not filled in."""


def add_houses(book: Book, title: str, as_of: date, tables: Sequence[HouseTable], municipality: Municipality) -> None:
    """Two sheets: the tables, and the unit numbers that their lists offer."""
    layout = layout_of(tables)
    sheet, units = book.add_sheet(text("house_sheet.sheet")), book.add_sheet(text("house_sheet.units_sheet"))
    for place, width in layout.widths.items():
        sheet.set_column(place, place, width, None, {"hidden": place < layout.first or not width})
    sheet.set_row(0, 26)
    heading = text("house_sheet.title", owner=title, date=day(as_of))
    write_cell(sheet, 0, layout.first, heading, book.format(bold=True, font_size=13, font_color=FJORD))
    _across(book, sheet, 1, layout, text("house_sheet.explained"))
    sheet.set_row(KEY_ROW, None, None, {"hidden": True})
    for name, place in layout.places.items():
        sheet.write_string(KEY_ROW, place, name)
    row = KEY_ROW + 1
    for number, table in enumerate(tables):
        offered = table.units or tuple(dict.fromkeys(unit for unit, _ in table.used))
        for place, unit in enumerate((table.address, *offered)):
            units.write_string(number, place, unit)
        last = xl_col_to_name(len(offered), col_abs=True)
        choice = f"='{text('house_sheet.units_sheet')}'!$B${number + 1}:{last}${number + 1}" if offered else ""
        row = _table(_Writing(book, sheet, layout, table, municipality, choice), row) + 1
    sheet.freeze_panes(0, layout.places[UNIT_CELL] + 1)
    for protected in (sheet, units):
        protected.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True, "select_unlocked_cells": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    units.set_column(0, 0, 30)


@dataclass(frozen=True, slots=True)
class _Writing:
    """One table on its way into the sheet. choice: the range with its unit numbers; empty where none is known."""

    book: Book
    sheet: Any
    layout: SheetLayout
    table: HouseTable
    municipality: Municipality
    choice: str


def _across(book: Book, sheet: Any, row: int, layout: SheetLayout, words: str, **properties: Any) -> None:
    """A text over all visible columns, as high as it needs."""
    shape = book.format(text_wrap=True, **properties)
    width = sum(layout.widths[place] for place in range(layout.first, layout.last + 1))
    make_room(sheet, row, filled_lines(words, width))
    sheet.merge_range(row, layout.first, row, layout.last, "", shape)
    write_cell(sheet, row, layout.first, words, shape)


def _table(writing: _Writing, row: int) -> int:
    """Write one table from that row on. Returns the row below it."""
    table, layout, book, sheet = writing.table, writing.layout, writing.book, writing.sheet
    bar = {"bold": True, "bg_color": FJORD, "font_color": "#FFFFFF", "font_size": 12}
    _across(book, sheet, row, layout, table.address, **bar)
    row += 1
    for words in _above(table):
        _across(book, sheet, row, layout, words)
        row += 1
    _headings(writing, row)
    top = row + 2
    for at, line in enumerate(table.lines, start=top):
        _line(writing, at, line)
    bottom = top + len(table.lines) - 1
    _doubles_in_red(writing, top, bottom)
    return bottom + 1


def _above(table: HouseTable) -> list[str]:
    """What stands above the table."""
    lines = list(table.why)
    if table.units:
        lines.append(text("house_sheet.official", units=list(table.units)))
    elif not table.used and any(row.question and row.question.takes_unit for line in table.lines for row in line.rows.values()):
        lines.append(text("house_sheet.no_units"))
    if table.used:
        lines.append(text("house_sheet.used", units=[text("house_sheet.used_by", unit=unit, where=where) for unit, where in table.used]))
    if table.entries:
        lines.append(text("house_sheet.entries", entries=list(table.entries)))
    if table.shared:
        same = [text("house_sheet.shared_value", field=word_for("fields", name), value=value) for name, value in table.shared]
        lines.append(text("house_sheet.shared", values=same))
    return lines


def _headings(writing: _Writing, row: int) -> None:
    """The lists by letter and title, and below them the names of their fields."""
    table, layout, book, sheet = writing.table, writing.layout, writing.book, writing.sheet
    head = book.format(bold=True, bg_color=LIGHT, font_color=FJORD, text_wrap=True, border=1, border_color="#FFFFFF")
    for place in range(layout.first, layout.last + 1):
        write_cell(sheet, row, place, None, head)
    here = {source for line in table.lines for source in line.rows}
    for number, source in enumerate(table.lists, start=1):
        if source not in here:
            continue
        first, last = layout.places[f"key{number}"], layout.places[f"{ANSWER}{number}"]
        title = text("house_sheet.list", letter=letter_of(table.lists, source), title=source_titles(writing.municipality, [source]))
        sheet.merge_range(row, first, row, last, "", head)
        write_cell(sheet, row, first, title, head)
    make_room(sheet, row + 1, 2)
    names = {layout.places[name]: text(f"house_sheet.{name}") for name in (LINE, UNIT_CELL, BY, WHY)}
    for number, source in enumerate(table.lists, start=1):
        for name in (*layout.fields[number], ANSWER) if source in here else ():
            names[layout.places[f"{name}{number}"]] = text(f"house_sheet.{name}")
    for place in range(layout.first, layout.last + 1):
        write_cell(sheet, row + 1, place, names.get(place), head)


def _line(writing: _Writing, at: int, line: FlatLine) -> None:
    table, layout, book, sheet = writing.table, writing.layout, writing.book, writing.sheet
    rule = {"bottom": 1, "bottom_color": "#C9D6D9"}
    fill = book.format(bg_color=TO_FILL, border=1, border_color=FJORD, locked=False, text_wrap=True)
    grey, hidden = book.format(bg_color=NOT_HERE, **rule), book.format(font_color="#999999")
    cells: dict[int, tuple[Any, Any]] = {layout.places[HOUSE]: (table.building, hidden)}
    cells[layout.places[LINE]] = (line.number, book.format(bold=True, align="left", **rule))
    asked = [row.question for row in line.rows.values() if row.question]
    takes = any(question.takes_unit for question in asked)
    cells[layout.places[UNIT_CELL]] = (None, fill if takes else grey)
    names = {row.dwelling: row.name for each in reversed(table.lines) for row in each.rows.values()}
    lines = 1
    for number, source in enumerate(table.lists, start=1):
        row = line.rows.get(source)
        answer = layout.places[f"{ANSWER}{number}"]
        cells[answer] = (None, fill if row and row.question else grey)
        for name in layout.fields[number]:
            place = layout.places[f"{name}{number}"]
            value = _value(writing, row, name) if row else None
            colour = COLOURS[_beside(line, row, name)] if row else {"bg_color": NOT_HERE}
            cells[place] = (value, book.format(text_wrap=True, align="left", **rule, **colour))
            lines = max(lines, filled_lines(value or "", layout.widths[place]))
        if row is None:
            continue
        kept = {DWELLING: row.dwelling}
        if row.question:
            evidence = row.question.rows_evidence if row.question.takes_unit else ""
            kept |= {QUESTION: row.question.id, EVIDENCE: row.question.evidence, ROWS: evidence}
            sheet.data_validation(at, answer, at, answer, answer_choices_of_row(row.question, names, writing.municipality))
        for name, value in kept.items():
            cells[layout.places[f"{name}{number}"]] = (value, hidden)
    for name in (BY, WHY):
        cells[layout.places[name]] = (None, fill if asked else grey)
    make_room(sheet, at, lines)
    for place in sorted(cells):
        write_cell(sheet, at, place, *cells[place])
    if takes:
        unit = layout.places[UNIT_CELL]
        sheet.data_validation(at, unit, at, unit, unit_choices(writing.choice, strict=all(question.only_units for question in asked)))
    if asked:
        helped = {"validate": "any", "input_title": text("clarifications.by"), "input_message": text("house_sheet.by_help")}
        sheet.data_validation(at, layout.places[BY], at, layout.places[BY], helped)


def _value(writing: _Writing, row: ListedRow, name: str) -> str | None:
    if name == "key":
        return row.key
    if name == "other":
        return other_values(row, writing.table) or None
    return row.shown.get(name)


def _beside(line: FlatLine, row: ListedRow, name: str) -> Same:
    """Is the value that of the other rows on the line? None: there is nothing to compare."""
    if name in ("key", "other", "leilighetsnummer"):  # each list numbers in its own way
        return None
    ours = row.values.get(name)
    seen = [same_value(name, ours, other.values.get(name)) for other in line.rows.values() if other is not row]
    if name == "bruksareal":  # rounded in one of the systems
        areas = [area for other in line.rows.values() if isinstance(area := other.values.get(name), int | float)]
        seen = [True if same is False and max(areas) - min(areas) <= ROUNDED else same for same in seen]
    return False if False in seen else (True if True in seen else None)


def _doubles_in_red(writing: _Writing, top: int, bottom: int) -> None:
    """A number that two rows of one list are given is red at once."""
    layout = writing.layout
    unit = layout.places[UNIT_CELL]

    def cell(place: int, *, row_abs: bool = False, row: int = top) -> str:
        return str(xl_rowcol_to_cell(row, place, row_abs=row_abs, col_abs=True))

    def column(place: int) -> str:
        return f"{cell(place, row_abs=True)}:{cell(place, row_abs=True, row=bottom)}"

    kept = [layout.places[f"{ROWS}{number}"] for number in range(1, len(writing.table.lists) + 1)]
    both = "+".join(f'({column(place)}<>"")*({cell(place)}<>"")' for place in kept)
    criteria = f'=AND({cell(unit)}<>"",SUMPRODUCT(({column(unit)}={cell(unit)})*(({both})>0))>1)'
    red = writing.book.format(bg_color="#E8A0A0", bold=True)
    writing.sheet.conditional_format(top, unit, bottom, unit, {"type": "formula", "criteria": criteria, "format": red})
