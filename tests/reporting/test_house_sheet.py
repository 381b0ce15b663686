"""A house's flats as one table of the workbook: what stands on a line, what may be written, and that it is read however it is sorted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from assets.answer_assets import as_codes
from reconciliation.decisions.answer_checks import AnswerOutcome, CheckedAnswer, store_answers
from reconciliation.decisions.question import Question
from reconciliation.ledger import open_ledger
from reporting.clarifications_reading import read_answers
from reporting.house_layout import KEY_ROW
from reporting.house_sheet import add_houses
from reporting.house_table import house_tables, in_houses
from reporting.receipt import outcome_in_words
from reporting.sheet_writer import Book
from tests.reconciliation.decisions.nights import SmallNight
from tests.reconciliation.decisions.test_answer_checks import PLACE, Town, asked
from tests.reconciliation.ledger.databases import Clock, new_ledger_database
from tests.strategies import municipality

FLATS = ((1, 48.0), (1, 61.0), (2, 72.0))
Row = dict[str, Any]


def flats(source: str, labels: str, *, more: float = 0.0, floors: bool = True) -> list[Row]:
    """The same three flats, as one list has them."""
    return [
        {
            "source": source,
            "source_key": f"{label}{label}",
            "leilighetsnummer": label,
            "bruksareal": area + more,
            "etasjenummer": floor if floors else None,
        }
        for label, (floor, area) in zip(labels, FLATS, strict=True)
    ]


def lists() -> list[Row]:
    return [*flats("fdv", "123"), *flats("omsorg", "cba"[::-1], more=0.4), *flats("eiendom", "789", floors=False)]


@pytest.fixture
def town(tmp_path: Path) -> Any:
    with open_ledger(new_ledger_database("sqlite", tmp_path), tmp_path, Clock()) as ledger:
        yield Town(ledger, lists(), [])


def questions_of(town: Town) -> list[Question]:
    return asked(town.night(), town.ledger.decisions(PLACE))


def written(town: Town, folder: Path) -> Path:
    path = folder / "avvik.xlsx"
    houses, alone = in_houses([question for question in questions_of(town) if question.decided is None])
    assert alone == []
    with Book(path, "Prøve") as book:
        add_houses(book, "Boligkontoret", date(2023, 11, 1), house_tables(houses, municipality()), municipality())
    return path


def columns(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in sheet[KEY_ROW + 1] if cell.value}


def lines(sheet: Worksheet) -> dict[int, int]:
    """Number of each line -> its row."""
    place = columns(sheet)
    numbered = ((sheet.cell(row, place["linje"]).value, row) for row in range(KEY_ROW + 2, sheet.max_row + 1))
    return {int(str(number)): row for number, row in numbered if str(number).isdecimal()}


def filled(path: Path, **cells: str) -> Path:
    """cells: `enhet2` or `svar1_2` (of the first list, line 2), as a person writes them; who decides stands in the first line alone."""
    book = openpyxl.load_workbook(path)
    sheet = book["Hus"]
    place, rows = columns(sheet), lines(sheet)
    for name, value in cells.items():
        column, _, line = name.partition("_")
        sheet.cell(rows[int(line)], place[column], value)
    sheet.cell(rows[1], place["av"], "KN")
    book.save(path)
    return path


def handed_in(town: Town, path: Path) -> dict[str, CheckedAnswer]:
    """Dwelling -> what became of its answer."""
    night = questions_of(town)
    given = as_codes(read_answers(path), night, municipality())
    return {
        answer.question.dwelling if answer.question else "": answer
        for answer in store_answers(given, night, town.ledger, PLACE)
        if answer.outcome is not AnswerOutcome.BLANK
    }


def test_what_fits_one_row_of_the_other_lists_and_no_second_one_stands_on_one_line(town: Town, tmp_path: Path) -> None:
    (table,) = house_tables(in_houses(questions_of(town))[0], municipality())
    assert [[row.dwelling for row in line.rows.values()] for line in table.lines] == [
        [f"fdv-{label}{label}", f"eiendom-{key}{key}", f"omsorg-{other}{other}"] for label, key, other in ("17a", "28b", "39c")
    ]
    alike = [{**row, "bruksareal": 50.0, "etasjenummer": 1} for row in lists()]
    (table,) = house_tables(in_houses(asked(SmallNight(alike, []), town.ledger.decisions(PLACE)))[0], municipality())
    assert len(table.lines) == 9, "of equal flats nobody knows which is which, and no line says so"


def test_only_the_yellow_cells_may_be_written_and_no_line_needs_to_be_scrolled(town: Town, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(written(town, tmp_path))["Hus"]
    place, rows = columns(sheet), lines(sheet)
    unlocked = {cell.column for cell in sheet[rows[2]] if not cell.protection.locked}
    assert unlocked == {place[name] for name in ("enhet", "svar1", "svar2", "svar3", "av", "hvorfor")}
    assert sheet.protection.sheet
    assert sheet.row_dimensions[KEY_ROW + 1].hidden
    shown = [dimension for dimension in sheet.column_dimensions.values() if not dimension.hidden]
    assert sum((7 * dimension.width + 5) * (dimension.max - dimension.min + 1) for dimension in shown) < 1300, "of 1,366 points"
    choices = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    first = next(formula for cells, formula in choices.items() if sheet[cells].column == place["svar1"])
    assert "Samme som B1" in first


def test_one_number_on_a_line_is_said_of_all_its_rows_and_settles_the_house(town: Town, tmp_path: Path) -> None:
    taken = handed_in(town, filled(written(town, tmp_path), enhet_1="h0101", enhet_2="H 0102", enhet_3="H0201"))
    assert {answer.outcome for answer in taken.values()} == {AnswerOutcome.STORED}
    assert {answer.given.by for answer in taken.values()} == {"KN"}, "written once for the house"
    assert town.open() == []
    assert town.night().merged.dwellings["bruksenhetsnummer"].to_list() == ["H0101", "H0102", "H0201"]


def test_a_row_that_is_another_flat_has_a_cell_of_its_own_and_a_sorted_sheet_is_read_the_same(town: Town, tmp_path: Path) -> None:
    path = filled(written(town, tmp_path), enhet_1="H0101", svar3_1="H0102", svar2_2="samme som c1", svar1_3="Usikker")
    book = openpyxl.load_workbook(path)
    sheet = book["Hus"]
    top, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    for number, cells in enumerate([*reversed(rows), top], start=1):
        for column, value in enumerate(cells, start=1):
            sheet.cell(number, column).value = value
    book.save(path)
    answers = {dwelling: answer.given.answer for dwelling, answer in handed_in(town, path).items()}
    assert answers == {
        "eiendom-77": 'value:"H0101"',
        "fdv-11": 'value:"H0101"',
        "omsorg-aa": 'value:"H0102"',
        "eiendom-88": "same:omsorg-aa",
        "fdv-33": "unsure",
    }


def test_an_entry_in_kobo_and_the_row_that_was_copied_are_answers_of_the_sheet_too(town: Town, tmp_path: Path) -> None:
    known = {"source": "fdv", "bruksareal": 52.0, "antall_soverom": 1, "manedsleie": 6900.0}
    town.rows = [
        {**known, "source_key": "1", "bruksenhetsnummer": "H0101"},
        {**known, "source_key": "2", "manedsleie": 6300.0},
        {"source": "fdv", "source_key": "3", "bruksareal": 80.0, "antall_soverom": 3, "manedsleie": 9800.0},
    ]
    town.entries = [{"kobo_id": "k1", "bruksenhetsnummer": "H0301", "antall_soverom": 3, "manedsleie": 9800.0}]
    (table,) = house_tables(in_houses(questions_of(town))[0], municipality())
    assert len(table.entries) == 1
    assert "H0301 (k1)" in table.entries[0]
    names = {row.key: (row.name, line.number) for line in table.lines for row in line.rows.values()}
    copied = {f"svar1_{names['2'][1]}": f"Kopi av {names['1'][0]} (fjernes i listen)"}
    taken = handed_in(town, filled(written(town, tmp_path), **copied, **{f"svar1_{names['3'][1]}": "Samme som i Kobo H0301 (k1)"}))
    assert {name: (answer.outcome, answer.given.answer) for name, answer in taken.items()} == {
        "fdv-2": (AnswerOutcome.STORED, "same:fdv-1"),
        "fdv-3": (AnswerOutcome.STORED, "same:k1"),
    }
    night = town.night()
    assert (night.item("fdv-3")["kobo_id"], night.item("fdv-2")["class"], town.open()) == ("k1", "review", [])


def test_a_number_on_two_flats_of_one_list_is_refused_with_both_places_and_the_others_go_on(town: Town, tmp_path: Path) -> None:
    path = filled(written(town, tmp_path), enhet_1="H0101", enhet_2="H0101", enhet_3="H0201")
    taken = handed_in(town, path)
    assert {dwelling for dwelling, answer in taken.items() if answer.outcome is AnswerOutcome.STORED} == {
        "fdv-33",
        "omsorg-cc",
        "eiendom-99",
    }
    refused = taken["fdv-11"]
    assert refused.outcome is AnswerOutcome.DOUBLED
    row = lines(openpyxl.load_workbook(path)["Hus"])[2]
    assert f"H0101 står også på fdv-22 (ark Hus, rad {row}, kolonne {refused.given.column})" in outcome_in_words(refused, municipality())


def test_an_older_workbook_s_number_holds_while_the_row_says_the_same(town: Town, tmp_path: Path) -> None:
    path = written(town, tmp_path)
    handed_in(town, filled(path, enhet_1="H0101"))
    town.rows[1]["bruksareal"] = 62.0
    taken = handed_in(town, filled(path, enhet_2="H0102", enhet_3="H0201", svar1_1="Usikker"))
    outcomes = {dwelling: answer.outcome for dwelling, answer in taken.items()}
    assert outcomes.pop("fdv-22") is AnswerOutcome.STALE, "its area is another one now"
    assert outcomes["omsorg-cc"] is AnswerOutcome.STORED, "though fewer are offered beside it than when the sheet was made"


def test_a_number_that_a_settled_home_of_the_list_has_is_refused(town: Town) -> None:
    town.rows[2]["bruksenhetsnummer"] = "H0201"
    open_now = {question.dwelling: question for question in town.open()}
    assert town.say(open_now["fdv-11"], "H0201") is AnswerOutcome.DOUBLED
    assert town.say(open_now["omsorg-cc"], "H0201") is AnswerOutcome.STORED, "the same home in another list"
