"""The care services' workbook: two sheets made for people to look at, not for programs to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

from demo.typed_rows import TypedRow, Value
from demo.world import CARE, Dwelling

HOMES, PLACES = "Omsorgsboliger", "Institusjonsplasser"
TITLE = {HOMES: "Omsorgsboliger i Fjordvik kommune", PLACES: "Plasser i institusjon"}
_HEADINGS = (
    "Bolig-ID;Bygg;Adresse;Postnr;Gnr/bnr;Kategori;Bruksenhet;Leil.nr;Rom;Areal m²;Soverom;Etasje;Rullestol;Bofellesskap;"
    "Husleie;Sist endret;Brukerkode;Merknad"
)
HEADINGS = {HOMES: _HEADINGS.split(";"), PLACES: _HEADINGS.replace("Kategori;", "").split(";")}
MERGED = ("Bygg", "Adresse", "Postnr", "Gnr/bnr")
HEADER_ROW = 3
KATEGORI = {
    "heldogns": "Bolig med heldøgns omsorg",
    "oppfolging": "Bolig med daglig oppfølging",
    "eldre": "Velferdsbolig eldre",
    "institusjon": None,
}
_EPOCH = date(1899, 12, 30)


def row(dwelling: Dwelling, unit: str | None, rent: int, random: Random, *, building_random: Random, changed: date) -> TypedRow:
    """One clean row. What is merged over a building's rows is drawn from `building_random`, alike for all of them."""
    building = dwelling.building
    place = building.kind == "institusjon"
    letter = building.bokstav or ""
    address = f"{building.street.name} {building.nummer}{building_random.choice(('', ' ')) if letter else ''}{letter}"
    style = building_random.random()
    address = address.upper() if style < 0.05 else f" {address}  " if style < 0.1 else address
    postnummer: Value = int(building.street.postnummer) if building_random.random() < 0.5 else building.street.postnummer
    matrikkel = f"{building.gardsnummer}/{building.bruksnummer}" + (f"/0/{dwelling.seksjonsnummer}" if dwelling.seksjonsnummer else "")
    area = dwelling.bruksareal
    whole = random.random()
    label = dwelling.leilighetsnummer
    unit_text = unit if not unit or whole < 0.8 else f"{unit[0]} {unit[1:]}" if whole < 0.9 else unit.lower()
    key = f"{'I' if place else 'O'}-{int(dwelling.id[1:]):05d}"
    values: dict[str, Value] = {
        "Bolig-ID": key,
        "Bygg": building.name,
        "Adresse": address,
        "Postnr": postnummer,
        "Gnr/bnr": matrikkel,
        "Kategori": KATEGORI[dwelling.kategori],
        "Bruksenhet": unit_text,
        "Leil.nr": int(label) if label and whole < 0.7 else label,
        "Rom": dwelling.ekstra_referanse,
        # Numbers stored as text, with a decimal comma, beside real ones.
        "Areal m²": area if whole < 0.7 else f"{area:g}".replace(".", ","),
        "Soverom": dwelling.antall_soverom if whole < 0.8 else str(dwelling.antall_soverom),
        "Etasje": dwelling.etasjenummer,
        "Rullestol": "x" if dwelling.rullestol else None,
        "Bofellesskap": "x" if building.kind == "bofellesskap" else None,
        "Husleie": None if place else rent if whole < 0.6 else f"{rent // 1000} {rent % 1000:03d}",
        "Sist endret": (changed - _EPOCH).days,
        "Brukerkode": random.choice((None, f"B-{random.randint(1000, 9999)}")),
        "Merknad": random.choice((None, None, "Trenger ny rampe")),
    }
    sheet = PLACES if place else HOMES
    scope = "institusjon" if place else None
    return TypedRow(CARE, sheet, key, dwelling.id, values, out_of_scope=scope, unit=unit)


def write(path: Path, rows: Sequence[TypedRow]) -> None:
    """The workbook; the same bytes for the same rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False})
    # Without a fixed time stamp no two files would be equal.
    book.set_properties({"title": "Boliger helse og omsorg", "created": datetime(2023, 11, 1, tzinfo=UTC)})
    middle = book.add_format({"valign": "vcenter", "text_wrap": True})
    bold = book.add_format({"bold": True})
    for name in (HOMES, PLACES):
        _sheet(book.add_worksheet(name), name, [typed for typed in rows if typed.sheet == name], middle, bold)
    book.close()


def _sheet(sheet: Any, name: str, rows: Sequence[TypedRow], middle: Any, bold: Any) -> None:
    headings = HEADINGS[name]
    sheet.merge_range(0, 0, 0, 7, TITLE[name], bold)
    sheet.set_column(0, len(headings) - 1, 14)
    sheet.write_row(HEADER_ROW - 1, 0, headings, bold)
    for line, typed in enumerate(rows, start=HEADER_ROW):
        for column, heading in enumerate(headings):
            if heading not in MERGED and typed.values[heading] is not None:
                sheet.write(line, column, typed.values[heading])
    line = HEADER_ROW
    for _, group in groupby(rows, key=lambda typed: typed.values["Bygg"]):
        _merged_down(sheet, line, headings, members := list(group), middle)
        line += len(members)
    sheet.write(line + 1, 0, "Sum", bold)
    for heading in ("Areal m²", "Husleie"):
        total = sum(value for typed in rows if isinstance(value := typed.values[heading], int | float))
        sheet.write(line + 1, headings.index(heading), total, bold)


def _merged_down(sheet: Any, line: int, headings: Sequence[str], rows: Sequence[TypedRow], middle: Any) -> None:
    for heading in MERGED:
        column, offset = headings.index(heading), 0
        for value, run in groupby(rows, key=lambda typed: typed.values[heading]):
            size = len(list(run))
            if size == 1:
                sheet.write(line + offset, column, value, middle)
            else:
                sheet.merge_range(line + offset, column, line + offset + size - 1, column, value, middle)
            offset += size


def places(rows: Sequence[TypedRow]) -> list[tuple[str, str | None, int]]:
    """(file, sheet, row) of each, rows as Excel numbers them."""
    next_row = dict.fromkeys((HOMES, PLACES), HEADER_ROW + 1)
    cells: list[tuple[str, str | None, int]] = []
    for typed in rows:
        assert typed.sheet is not None
        cells.append(("helse_omsorg.xlsx", typed.sheet, next_row[typed.sheet]))
        next_row[typed.sheet] += 1
    return cells
