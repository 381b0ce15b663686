"""Filled-in needs workbooks and lists of measures for the tests, made the way services make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from reconciliation.model.municipality import Municipality
from reconciliation.model.municipality_parts import Needs
from reporting.acquisitions_reading import HEADINGS
from reporting.needs_reading import HEADINGS as NEEDS_HEADINGS
from reporting.needs_reading import LATER, NOW, ORIGIN, SHEET
from reporting.needs_template import HEADER, write_template
from tests.reporting.example import municipality

FIRST = HEADER + 2
"""Excel row of the first category."""
CATEGORIES = ("institusjon", "heldogns", "oppfolging", "eldre", "tilpasset", "ikke_tilpasset")


def asking(**changes: Any) -> Municipality:
    return municipality(
        needs=Needs(path=Path("behov"), services=("boligkontoret", "helse_omsorg")), acquisitions=Path("tiltak.csv"), **changes
    )


def filled(file: Path, service: str | None, numbers: Mapping[str, tuple[Any, Any]], **cells: Any) -> Path:
    """The template with a service's numbers (category -> now, in five years) and whatever else is written where ("D7")."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_template(file, municipality(), service)
    book = openpyxl.load_workbook(file)
    sheet = book[SHEET]
    for category, (now, later) in numbers.items():
        row = FIRST + CATEGORIES.index(category)
        for heading, value in ((NOW, now), (LATER, later), (ORIGIN, "Venteliste per 1.10.2023")):
            sheet.cell(row, NEEDS_HEADINGS.index(heading) + 1, value)
    for place, value in cells.items():
        sheet[place] = value
    book.save(file)
    return file


def measures_file(file: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """A list as Excel saves it: semicolons, UTF-8 with a mark."""
    lines = [";".join(HEADINGS), *(";".join(str(row.get(heading, "")) for heading in HEADINGS) for row in rows)]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig")
    return file
