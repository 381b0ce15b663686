"""What a sheet's XML says that its values do not."""

from __future__ import annotations

from dataclasses import dataclass, field

UNCALCULATED = "#UBEREGNET!"
MOST_CELLS = 40_000_000
"""More than this is no list of dwellings."""


class TooLong(Exception):
    """One row's XML is longer than any row of a list of dwellings."""


@dataclass(slots=True)
class SheetFacts:
    """Columns are 0-based (A is 0), rows as Excel numbers them. Extents are of cells that hold something."""

    first_column: int = -1
    last_column: int = -1
    last_row: int = 0
    hidden_rows: int = 0
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    """(row, column, what Excel shows)."""
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    """(column, first row, last row) of each range that spans rows."""
    cells: int = 0
    """How many cells there are, filled or not."""
    from_1904: bool = False
    """Whether the workbook counts days from 1904."""


def column_number(letters: bytes) -> int:
    """A -> 0, Z -> 25, AA -> 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def column_letters(number: int) -> str:
    """0 -> A, 26 -> AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
