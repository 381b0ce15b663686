"""Which column of the sheet of houses holds what: hidden ones to read it by, then the line, its unit number, and a part for each list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reporting.house_table import COLUMNS, HouseTable, ListedRow, other_values

HOUSE, LINE, UNIT_CELL, BY, WHY = "hus", "linje", "enhet", "av", "hvorfor"
DWELLING, QUESTION, EVIDENCE, ROWS, ANSWER = "bolig", "sporsmal", "grunnlag", "raden", "svar"
"""Names of columns; those of a list are followed by its number, from 1. ROWS: evidence of a unit number; empty where none is an answer."""
KEPT = (DWELLING, QUESTION, EVIDENCE, ROWS)
"""What a list's hidden columns hold."""
KEY_ROW = 2
"""0-based row of the names."""
_WIDTHS: Mapping[str, float] = {
    LINE: 5,
    UNIT_CELL: 10.5,
    BY: 10,
    WHY: 14,
    ANSWER: 12,
    "other": 16,
    "ekstra_referanse": 8,
    "bruksenhetsnummer": 6.5,
    "seksjonsnummer": 7.5,
    "etasjenummer": 6.5,
    "bruksareal": 6.5,
    "antall_soverom": 6,
    "manedsleie": 6.5,
}
"""Characters. Three lists of six fields fit a screen of 1,366 points."""
_FITTED = {"key": (5, 12), "leilighetsnummer": (5.5, 10)}
"""Columns as wide as the longest value: least and most."""


@dataclass
class SheetLayout:
    """Column of each name. widths: in characters; 0 for answers that nobody is asked for. fields: list number -> the fields that are shown
    of it; "key" and "other" are two of them."""

    places: dict[str, int] = field(default_factory=dict)
    fields: dict[int, list[str]] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """The first visible column."""
        return self.places[LINE]

    @property
    def last(self) -> int:
        """The last column."""
        return self.places[WHY]

    def add(self, name: str, width: float) -> None:
        """Add a column after the others. width: in characters."""
        self.widths[len(self.places)] = width
        self.places[name] = len(self.places)


def layout_of(tables: Sequence[HouseTable]) -> SheetLayout:
    """The same columns for all tables of a sheet: a list has those fields that any table has in its place."""
    layout = SheetLayout()
    lists = max(len(table.lists) for table in tables)
    layout.add(HOUSE, 14)
    for number in range(1, lists + 1):
        for name in KEPT:
            layout.add(f"{name}{number}", 14)
    layout.add(LINE, _WIDTHS[LINE])
    layout.add(UNIT_CELL, _WIDTHS[UNIT_CELL])
    for number in range(1, lists + 1):
        rows = [(table, row) for table in tables for row in _rows_of(table, number)]
        shown = [name for name in COLUMNS if any(name in row.shown for _, row in rows)]
        rest = any(other_values(row, table) for table, row in rows)
        layout.fields[number] = ["key", *shown, *(["other"] if rest else [])]
        for name in layout.fields[number]:
            longest = max((len(row.key if name == "key" else row.shown.get(name, "")) for _, row in rows), default=0)
            least, most = _FITTED.get(name) or (_WIDTHS[name], _WIDTHS[name])
            layout.add(f"{name}{number}", min(max(longest + 1, least), most))
        layout.add(f"{ANSWER}{number}", _WIDTHS[ANSWER] if any(row.question for _, row in rows) else 0)
    layout.add(BY, _WIDTHS[BY])
    layout.add(WHY, _WIDTHS[WHY])
    return layout


def _rows_of(table: HouseTable, number: int) -> list[ListedRow]:
    """The rows of the table's list with that number, from 1."""
    if number > len(table.lists):
        return []
    source = table.lists[number - 1]
    return [line.rows[source] for line in table.lines if source in line.rows]
