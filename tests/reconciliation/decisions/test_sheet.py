"""The sheet people answer in: what may be written, what may be chosen, what is coloured, and that it is read as it was written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl

from reporting.clarifications import Shown, Side
from reporting.clarifications_reading import read_answers
from reporting.clarifications_sheet import AGREES, DIFFERS, add_clarifications
from reporting.sheet_writer import Book

BESIDE = {"nummer": True, "bokstav": False, "etasjenummer": None}
ONE = Shown(
    id="S-1",
    evidence="e1",
    owner="bolig",
    dwelling="fdv-1",
    address="=Storgata 1",
    question="Er dette samme bolig?",
    answers={"Samme bolig": "same", "Ikke samme": "different", "Usikker": "unsure", "Ny bolig": "new"},
    sides=(
        Side("Hos oss (FDV)", {"nummer": 1, "bokstav": "A"}, BESIDE),
        Side("A: I Kobo", {"nummer": 1, "bokstav": "B"}, BESIDE),
        Side("B: I Kobo", {"nummer": 1, "bokstav": "A"}, {"nummer": True, "bokstav": True}),
    ),
    agrees=BESIDE,
)


def written(folder: Path) -> Path:
    path = folder / "avvik.xlsx"
    with Book(path, "Prøve") as book:
        add_clarifications(book, "Boligkontoret", date(2023, 11, 1), [ONE], ["Motstridende"])
    return path


def test_only_the_yellow_cells_may_be_written_and_the_answers_are_chosen_from_a_list(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(written(tmp_path))["Avklaringer"]
    assert sheet.protection.sheet
    open_cells = [cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked]
    assert open_cells == ["E3", "F3", "G3"]
    hidden = sheet.column_dimensions["A"]
    assert (hidden.hidden, hidden.min, hidden.max) == (True, 1, 2)
    (answers,) = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert (str(answers.sqref), answers.formula1) == ("E3", '"Samme bolig,Ikke samme,Usikker,Ny bolig"')


def test_what_agrees_and_what_differs_is_coloured_on_every_line_and_what_neither_says_is_left_out(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(written(tmp_path))["Avklaringer"]
    assert [cell.value for cell in sheet[2]][8:] == ["Husnummer", "Bokstav"]
    for row in (3, 4):
        colours = [sheet.cell(row, column).fill.start_color.rgb for column in (9, 10)]
        assert colours == [f"FF{colour.lstrip('#')}" for colour in (AGREES, DIFFERS)]
    assert [sheet.cell(5, column).fill.start_color.rgb for column in (9, 10)] == [f"FF{AGREES.lstrip('#')}"] * 2


def test_what_is_filled_in_is_read_with_its_row(tmp_path: Path) -> None:
    path = written(tmp_path)
    book = openpyxl.load_workbook(path)
    for place, value in {"E3": "Usikker", "F3": " KN ", "G3": "Sjekk på stedet"}.items():
        book["Avklaringer"][place] = value
    book.save(path)
    (given,) = read_answers(path).given
    assert (given.question_id, given.evidence, given.row) == ("S-1", "e1", 3)
    assert (given.answer, given.by, given.why) == ("Usikker", "KN", "Sjekk på stedet")
