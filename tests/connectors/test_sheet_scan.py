"""A sheet's facts are the same wherever in a long sheet they are: most of it is scanned block by block."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from connectors.sheet_facts import UNCALCULATED, SheetFacts, column_letters
from connectors.sheet_scan import scan

ROWS = 30_000
"""Enough for several blocks of a megabyte."""
PLAIN = {"first_column": 1, "last_column": 3, "last_row": ROWS, "hidden_rows": 0, "errors": [], "merged": []}
ODD: dict[str, tuple[str, dict[str, Any]]] = {
    "like the others": ('<row r="{r}"><c r="B{r}"><v>1</v></c></row>', {"last_row": "r"}),
    "further right": ('<row r="{r}"><c r="B{r}"><v>1</v></c><c r="E{r}"><v>1</v></c></row>', {"last_row": "r", "last_column": 4}),
    "further still": ('<row r="{r}"><c r="B{r}"><v>1</v></c><c r="AA{r}"><v>1</v></c></row>', {"last_row": "r", "last_column": 26}),
    "further left": ('<row r="{r}"><c r="A{r}"><v>1</v></c></row>', {"last_row": "r", "first_column": 0}),
    "blank to the left": ('<row r="{r}"><c r="A{r}" s="1"/><c r="C{r}"><v>1</v></c></row>', {"last_row": "r"}),
    "only blank": ('<row r="{r}"><c r="A{r}" s="1"/><c r="Z{r}"></c></row>', {}),
    "hidden": ('<row r="{r}" hidden="1"><c r="B{r}"><v>1</v></c></row>', {"last_row": "r", "hidden_rows": 1}),
    "hidden and empty": ('<row r="{r}" hidden="1"></row>', {"hidden_rows": 1}),
    "an error": ('<row r="{r}"><c r="C{r}" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>', {"last_row": "r", "errors": [("r", 2, "#DIV/0!")]}),
    "not calculated": ('<row r="{r}"><c r="B{r}"><f>A1</f></c></row>', {"last_row": "r", "errors": [("r", 1, UNCALCULATED)]}),
    "calculated": ('<row r="{r}"><c r="B{r}"><f>A1</f><v>3</v></c></row>', {"last_row": "r"}),
}  # fmt: skip


def facts_of(rows: list[str], damage: tuple[bytes, bytes] = (b"", b"")) -> dict[str, Any]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        sheet = f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>".encode()
        archive.writestr("sheet", sheet.replace(*damage) if damage[0] else sheet)
    with zipfile.ZipFile(packed) as archive:
        facts = scan(archive, "sheet")
    return {name: getattr(facts, name) for name in SheetFacts.__slots__ if name not in ("cells", "from_1904")}


def plain(number: int) -> str:
    return f'<row r="{number}">{"".join(f"""<c r="{letter}{number}" t="s"><v>{number}</v></c>""" for letter in "BCD")}</row>'


@pytest.mark.parametrize("case", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("at", [1, ROWS // 2, ROWS + 1], ids=["first", "amid", "last"])
def test_an_odd_row_is_seen_wherever_it_is(case: tuple[str, dict[str, Any]], at: int) -> None:
    row, expected = case
    rows = [row.format(r=number) if number == at else plain(number) for number in range(1, ROWS + (at > ROWS) + 1)]
    here = {name: at if value == "r" else value for name, value in expected.items()}
    here["errors"] = [(at, column, word) for _, column, word in expected.get("errors", [])]
    here["last_row"] = max(ROWS, here.get("last_row", 0))
    assert facts_of(rows) == PLAIN | here


def test_a_sheet_in_which_something_is_no_utf_8_is_seen_as_well() -> None:
    rows = [plain(number) for number in range(1, ROWS)] + [f'<row r="{ROWS}"><c r="E{ROWS}" t="e"><v>#N/A</v></c></row>']
    assert facts_of(rows, damage=(b"<v>7</v>", b"<v>\xe6</v>")) == PLAIN | {"last_column": 4, "errors": [(ROWS, 4, "#N/A")]}


def test_rows_in_any_order_reach_as_far() -> None:
    order = [*range(ROWS, ROWS // 2, -1), *range(1, ROWS // 2 + 1)]
    assert facts_of([plain(number) for number in order]) == PLAIN


@pytest.mark.parametrize("known", [0, 24, 25, 26, 51, 700, 701, 702])
@pytest.mark.parametrize("further", [1, 2, 26, 800])
def test_a_cell_further_right_is_seen_whatever_its_letters(known: int, further: int) -> None:
    cell = '<row r="{r}"><c r="{c}{r}"><v>1</v></c></row>'.format
    first = [cell(r=number, c=column_letters(known)) for number in range(1, ROWS)]
    assert facts_of([*first, cell(r=ROWS, c=column_letters(known + further))])["last_column"] == known + further
