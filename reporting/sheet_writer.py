"""Writing one sheet of a workbook: header, widths, filter, print set-up; text is never written as a formula."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from language import text

FJORD = "#116073"
LONGEST = 32767
"""Characters Excel holds in a cell."""
LONGEST_FOOTER = 255
"""Characters of a footer. XlsxWriter leaves a longer one out, with a warning."""
MOST_LINKS = 60_000
"""Excel opens no sheet with more than 65 530 links; later rows hold the words alone."""


@dataclass(frozen=True, slots=True)
class SheetLink:
    """A text of ours that links to a cell of another sheet in the same workbook; what people typed is never made a link."""

    text: str
    sheet: str
    cell: str


FIRST_ROW = 3
"""Where the rows of a sheet begin, as Excel numbers them: a title and the headings are above."""

Cell = str | int | float | bool | date | SheetLink | None


@dataclass(frozen=True, slots=True)
class Column:
    """width: in characters. wrap: long text over several lines."""

    title: str
    width: float
    wrap: bool = False


@dataclass(slots=True)
class Book:
    """A workbook being written row by row, with little memory. Use `with`; sheets are written one after the other."""

    path: Path
    title: str
    _book: Any = None
    _formats: dict[str, Any] = field(default_factory=dict)

    def __enter__(self) -> Book:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            "tmpdir": str(self.path.parent),
        }
        self._book = xlsxwriter.Workbook(str(self.path), options)
        self._book.set_properties({"title": self.title})
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    def format(self, **properties: Any) -> Any:
        """The workbook's format with these xlsxwriter properties; made once."""
        key = repr(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"font_name": "Calibri", "font_size": 11, "valign": "top", **properties})
        return self._formats[key]

    def add_sheet(self, name: str) -> Any:
        """An empty sheet, for one that is laid out in its own way. Rows must be written from the top down."""
        return self._book.add_worksheet(name)

    def sheet(self, name: str, title: str, columns: Sequence[Column], rows: Iterable[tuple[Sequence[Cell], str | None]]) -> None:
        """rows: (cells, fill colour or None). A title line, then a frozen header with a filter, then the rows."""
        sheet = self._book.add_worksheet(name)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        sheet.set_row(0, 26)
        write_cell(sheet, 0, 0, title, self.format(bold=True, font_size=15, font_color=FJORD))
        sheet.set_row(1, 20)
        head = self.format(bold=True, bg_color=FJORD, font_color="#FFFFFF", valign="vcenter", border=1, border_color="#FFFFFF")
        for place, column in enumerate(columns):
            write_cell(sheet, 1, place, column.title, head)
        shapes: dict[tuple[int, str | None, bool], Any] = {}
        number = 1
        for number, (cells, colour) in enumerate(rows, start=2):
            make_room(sheet, number, _lines(cells, columns))
            for place, (cell, column) in enumerate(zip(cells, columns, strict=True)):
                key = (place, colour, isinstance(cell, date))
                if key not in shapes:
                    shapes[key] = self._cell(column, colour, is_date=key[2])
                write_cell(sheet, number, place, cell, shapes[key])
        sheet.freeze_panes(2, 0)
        sheet.autofilter(1, 0, max(number, 2), len(columns) - 1)
        _print_setup(sheet, title)

    def _cell(self, column: Column, colour: str | None, is_date: bool) -> Any:
        properties: dict[str, Any] = {"text_wrap": column.wrap, "bottom": 1, "bottom_color": "#E3E9EA"}
        if colour:
            properties["bg_color"] = colour
        if is_date:
            properties |= {"num_format": "dd.mm.yyyy", "align": "left"}
        return self.format(**properties)


LINE_HEIGHT, MOST_LINES = 15, 27
"""Points; Excel takes no row higher than 409."""


def make_room(sheet: Any, row: int, lines: int) -> None:
    """Make a row as high as that many lines of text: LibreOffice does not make room for wrapped text by itself."""
    if lines > 1:
        sheet.set_row(row, LINE_HEIGHT * min(lines, MOST_LINES))


def filled_lines(words: str, width: float) -> int:
    """Lines that a text fills in a column that many characters wide, about."""
    return sum(max(1, math.ceil(len(line) / width)) for line in words.split("\n"))


def _lines(cells: Sequence[Cell], columns: Sequence[Column]) -> int:
    """Lines that the longest of the wrapped cells fills, about."""
    most = 1
    for cell, column in zip(cells, columns, strict=True):
        words = cell.text if isinstance(cell, SheetLink) else cell
        if column.wrap and isinstance(words, str):
            most = max(most, filled_lines(words, column.width))
    return most


def write_cell(sheet: Any, row: int, place: int, cell: Cell, shape: Any) -> None:
    """One cell by its type; a string stays a string whatever it begins with."""
    if cell is None:
        sheet.write_blank(row, place, None, shape)
    elif isinstance(cell, SheetLink):
        if row > MOST_LINKS:
            sheet.write_string(row, place, cell.text, shape)
        else:
            sheet.write_url(row, place, f"internal:'{cell.sheet}'!{cell.cell}", shape, cell.text)
    elif isinstance(cell, bool | str):
        shown = text("search.yes" if cell else "search.no") if isinstance(cell, bool) else cell
        sheet.write_string(row, place, shown[:LONGEST], shape)
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, cell, shape)
    else:
        sheet.write_number(row, place, cell, shape)


def _print_setup(sheet: Any, title: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.set_footer(_footer(title))


def _footer(title: str) -> str:
    """The title and the number of the page. A title that makes it longer than Excel takes ends in dots."""
    page = f"&R{text('words.page_of')}"
    room = LONGEST_FOOTER - len("&L") - len(page)
    kept, shown = title[:room], title
    while len(shown.replace("&", "&&")) > room:
        kept = kept[:-1]
        shown = f"{kept.rstrip()}…"
    return f"&L{shown.replace('&', '&&')}{page}"
