"""The empty workbooks that services fill in, with instructions and cells that refuse what cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter

from language import text, texts
from reconciliation.model.municipality import Municipality
from reporting import acquisitions_reading as measures
from reporting.form_words import form_choice, form_word
from reporting.needs_cells import MOST
from reporting.needs_detail import ADAPTED, AREA, BUDGET, COST, PRIORITY, REASON, SIZE, URGENCY, Urgency
from reporting.needs_reading import CATEGORY, COMMENT, GUIDE, HEADINGS, NUMBERS, ORIGIN, SERVICE, SHEET
from reporting.sheet_writer import FJORD, filled_lines, make_room, write_cell

WIDTHS = {SERVICE: 26, CATEGORY: 54, SIZE: 16, AREA: 20, ADAPTED: 24, REASON: 40, COST: 19, ORIGIN: 40, COMMENT: 50}
"""Characters; columns of numbers and short words are NARROW."""
NARROW, GUIDE_WIDTH = 14, 100
TITLE_HEIGHT = 24
"""Points: LibreOffice makes no room for a larger font by itself."""
HEADER = 3
"""0-based row of the headings; reading finds it by itself."""


def write_template(path: Path, municipality: Municipality, service: str | None) -> None:
    """service: owner slug whose name is filled in; None leaves it to be chosen from a list. Raises OSError."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"title": text("template.title", name=municipality.name)})
    shapes = _shapes(book)
    sheet, guide = book.add_worksheet(form_word(SHEET)), book.add_worksheet(form_word(GUIDE))
    _guide(guide, municipality, shapes)
    for place, heading in enumerate(HEADINGS):
        sheet.set_column(place, place, WIDTHS.get(heading, NARROW))
    title = municipality.owners[service].title if service else None
    sheet.set_row(0, TITLE_HEIGHT)
    write_cell(sheet, 0, 0, text("template.heading", name=title or municipality.name), shapes["title"])
    write_cell(sheet, 1, 0, text("template.instruction"), shapes["note"])
    for place, heading in enumerate(HEADINGS):
        write_cell(sheet, HEADER, place, form_word(heading), shapes["head"])
    categories = [category.title for category in municipality.categories.values()]
    for row, category in enumerate(categories, start=HEADER + 1):
        write_cell(sheet, row, 0, title, shapes["fixed" if title else "input"])
        write_cell(sheet, row, 1, category, shapes["fixed"])
        for place in range(2, len(HEADINGS)):
            write_cell(sheet, row, place, None, shapes["input"])
    _validation(sheet, len(categories), len(municipality.owners), free_service=service is None)
    sheet.freeze_panes(HEADER + 1, 2)
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER)
    book.close()


def _shapes(book: Any) -> dict[str, Any]:
    common = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
    white = {"font_color": "#FFFFFF", "border_color": "#FFFFFF"}
    box = {**common, "border": 1, "border_color": "#C9D6D8", "text_wrap": True}
    return {
        "title": book.add_format({**common, "bold": True, "font_size": 15, "font_color": FJORD}),
        "note": book.add_format({**common, "font_color": "#51636A"}),
        "head": book.add_format({**common, **white, "bold": True, "bg_color": FJORD, "border": 1}),
        "fixed": book.add_format({**box, "bg_color": "#EEF3F3"}),
        "input": book.add_format({**box, "bg_color": "#FFFBEA", "locked": False}),
        "text": book.add_format({**common, "text_wrap": True}),
    }


def _validation(sheet: Any, categories: int, owners: int, *, free_service: bool) -> None:
    first, last = HEADER + 1, HEADER + categories
    for heading in NUMBERS:
        place = HEADINGS.index(heading)
        sheet.data_validation(
            first,
            place,
            last,
            place,
            {
                "validate": "integer",
                "criteria": "between",
                "minimum": 0,
                "maximum": MOST,
                "input_title": form_word(heading),
                "input_message": text("template.number"),
                "error_title": text("template.number_refused_title"),
                "error_message": text("template.number_refused"),
            },
        )
    for heading, word in _WORDS.items():
        place = HEADINGS.index(heading)
        sheet.data_validation(
            first, place, last, place, {"validate": "any", "input_title": form_word(heading), "input_message": text(f"template.{word}")}
        )
    urgency = {"validate": "list", "source": list(map(form_choice, Urgency)), "error_message": text("template.choose_urgency")}
    sheet.data_validation(first, HEADINGS.index(URGENCY), last, HEADINGS.index(URGENCY), urgency)
    if free_service:
        place = HEADINGS.index(SERVICE)
        options = {"validate": "list", "source": f"={form_word(GUIDE)}!$B$2:$B${owners + 1}", "error_message": text("template.service")}
        sheet.data_validation(first, place, last, place, options)


_WORDS = {
    SIZE: "size",
    AREA: "area",
    ADAPTED: "adapted",
    PRIORITY: "priority",
    REASON: "reason",
    COST: "cost",
    BUDGET: "budget",
    ORIGIN: "origin",
    COMMENT: "comment",
}


def _guide(sheet: Any, municipality: Municipality, shapes: dict[str, Any]) -> None:
    """Instructions in the first column; the services' names in the second, where the list in the form takes them from."""
    sheet.set_row(0, TITLE_HEIGHT)
    sheet.set_column(0, 0, GUIDE_WIDTH)
    sheet.set_column(1, 1, 30)
    write_cell(sheet, 0, 0, text("template.guide"), shapes["title"])
    write_cell(sheet, 0, 1, text("template.services"), shapes["title"])
    for row, step in enumerate(texts().at("template_steps").values(), start=1):
        make_room(sheet, row, filled_lines(step, GUIDE_WIDTH))
        write_cell(sheet, row, 0, step, shapes["text"])
    for row, owner in enumerate(municipality.owners.values(), start=1):
        write_cell(sheet, row, 1, owner.title, shapes["text"])
    sheet.protect()
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


MEASURE_WIDTHS = (14, 16, 54, 30, 13, 9, 15, 16, 26, 10, 19, 12, 50)
MEASURE_ROWS = 200


def write_measures_template(path: Path, municipality: Municipality) -> None:
    """The empty list of planned acquisitions and disposals. Raises OSError."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"title": text("measures.title")})
    shapes = _shapes(book)
    sheet, lists = book.add_worksheet(form_word(measures.SHEET)), book.add_worksheet(form_word(GUIDE))
    sheet.set_row(0, TITLE_HEIGHT)
    write_cell(sheet, 0, 0, text("template.measures_heading", name=municipality.name), shapes["title"])
    write_cell(sheet, 1, 0, text("template.measures_instruction"), shapes["note"])
    for place, (heading, width) in enumerate(zip(measures.HEADINGS, MEASURE_WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        write_cell(sheet, HEADER, place, form_word(heading), shapes["head"])
    choices = {
        measures.TYPE: list(map(form_choice, measures.MeasureKind)),
        measures.CATEGORY: [category.title for category in municipality.categories.values()],
        measures.STATUS: list(map(form_choice, measures.Stage)),
        measures.OWNER: [owner.title for owner in municipality.owners.values()],
    }
    first, last = HEADER + 1, HEADER + MEASURE_ROWS
    for column, (heading, options) in enumerate(choices.items()):
        write_cell(lists, 0, column, form_word(heading), shapes["title"])
        lists.set_column(column, column, max(20, *map(len, options)))
        for row, option in enumerate(options, start=1):
            write_cell(lists, row, column, option, shapes["text"])
        letter, place = "ABCD"[column], measures.HEADINGS.index(heading)
        source = f"={form_word(GUIDE)}!${letter}$2:${letter}${len(options) + 1}"
        sheet.data_validation(first, place, last, place, {"validate": "list", "source": source, "error_message": text("template.choose")})
    count = {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": MOST, "error_message": text("template.number_refused")}
    place = measures.HEADINGS.index(measures.COUNT)
    sheet.data_validation(first, place, last, place, count)
    place = measures.HEADINGS.index(measures.DATE)
    sheet.set_column(place, place, 15, book.add_format({"num_format": "dd.mm.yyyy"}))
    sheet.freeze_panes(HEADER + 1, 1)
    for page in (sheet, lists):
        page.set_landscape()
        page.fit_to_pages(1, 0)
    book.close()
