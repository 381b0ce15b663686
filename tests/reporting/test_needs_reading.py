"""A needs workbook comes back as it was filled in, or says where it cannot be used and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from connectors.check_digits import is_national_identity_number
from language import using_language
from reporting.needs_detail import Urgency
from reporting.needs_reading import SHEET, NeedsAnswers, read_needs
from tests.reporting.example import municipality
from tests.reporting.housing import CATEGORIES, FIRST, asking, filled


def read(home: Path) -> NeedsAnswers:
    answers = read_needs(asking(), home)
    assert answers is not None
    return answers


def test_a_municipality_that_asks_for_no_needs_has_none(tmp_path: Path) -> None:
    assert read_needs(municipality(needs=None), tmp_path) is None


def test_the_template_comes_back_as_it_was_filled_in(tmp_path: Path) -> None:
    given = {category: (place * 10, place * 12) for place, category in enumerate(CATEGORIES)}
    filled(tmp_path / "behov" / "helse.xlsx", "helse_omsorg", given)
    answers = read(tmp_path)
    assert answers.faults == ()
    assert {answer.category: (answer.now, answer.later) for answer in answers.answers} == given
    assert {answer.service for answer in answers.answers} == {"helse_omsorg"}
    assert [answer.row for answer in answers.answers] == list(range(FIRST, FIRST + 6))
    assert answers.answers[0].origin == "Venteliste per 1.10.2023"


@pytest.mark.parametrize("read_in", ["nb", "nn"])
def test_a_form_in_nynorsk_is_in_nynorsk_and_read_whatever_the_municipality_writes_today(tmp_path: Path, read_in: str) -> None:
    with using_language("nn"):
        file = filled(tmp_path / "behov" / "helse.xlsx", "helse_omsorg", {"eldre": (3, 5), "heldogns": ("mange", 2)}, L8="No")
    sheet, guide = openpyxl.load_workbook(file).worksheets
    headings = [cell.value for cell in sheet[FIRST - 1]]
    assert guide.title == "Rettleiing"
    assert [heading for heading in headings if heading in ("Tjeneste", "Behov nå", "Størrelse (rom)", "Begrunnelse", "Kilde")] == []
    assert headings[11] == "Hast"
    with using_language(read_in):
        answers = read(tmp_path)
    assert [(answer.category, answer.now, answer.later, answer.detail.urgency) for answer in answers.answers] == [
        ("heldogns", None, 2, None),
        ("eldre", 3, 5, Urgency.NOW),
    ]
    assert [(fault.column, fault.row) for fault in answers.faults] == [("Behov no", FIRST + 1)]


def test_an_untouched_template_is_no_answer_and_no_fault(tmp_path: Path) -> None:
    filled(tmp_path / "behov" / "helse.xlsx", "helse_omsorg", {})
    answers = read(tmp_path)
    assert (answers.answers, answers.faults, answers.files) == ((), (), 1)


def test_zero_is_an_answer_and_half_an_answer_is_kept(tmp_path: Path) -> None:
    filled(tmp_path / "behov" / "helse.xlsx", "helse_omsorg", {"eldre": (0, 0), "heldogns": (12, None)})
    assert [(answer.category, answer.now, answer.later) for answer in read(tmp_path).answers] == [("heldogns", 12, None), ("eldre", 0, 0)]


@pytest.mark.parametrize(
    ("cell", "value", "column", "expected"),
    [
        ("C6", "ca. tolv", "Behov nå", "er ikke et tall"),
        ("C6", "10-12", "Behov nå", "er ikke et tall"),
        ("H6", -3, "Behov om 5 år", "ikke være mindre enn 0"),
        ("C6", 12.5, "Behov nå", "hele tall"),
        ("C6", 1_000_000, "Behov nå", "utenfor det som kan stemme"),
        ("C6", "=SUM(A1:A2)", "Behov nå", "formel som ikke gir noe tall"),
        ("B6", "Hybelhus", "Kategori", "er ikke kjent"),
        ("B6", "Bolig med heldogns omsorgstjenester", "Kategori", "Mente dere «Bolig med heldøgns omsorgstjenester»?"),
        ("A6", "Boligkontret", "Tjeneste", "Mente dere «Boligkontoret»?"),
        ("A6", None, "Tjeneste", "er ikke fylt ut"),
    ],
)
def test_a_bad_cell_is_named_with_its_place_and_the_other_rows_count(
    cell: str, value: Any, column: str, expected: str, tmp_path: Path
) -> None:
    filled(tmp_path / "behov" / "helse.xlsx", "helse_omsorg", {"heldogns": (1, None), "eldre": (5, 6)}, **{cell: value})
    answers = read(tmp_path)
    assert [(fault.file, fault.sheet, fault.row, fault.column) for fault in answers.faults] == [("helse.xlsx", SHEET, 6, column)]
    assert expected in answers.faults[0].what
    assert "eldre" in {answer.category for answer in answers.answers}


@pytest.mark.parametrize(("written", "means"), [("12", 12), ("1 200", 1200), ("12,0", 12), (" 7 ", 7), (3.0, 3)])
def test_numbers_are_read_as_people_write_them(written: Any, means: int, tmp_path: Path) -> None:
    filled(tmp_path / "behov" / "helse.xlsx", "helse_omsorg", {"eldre": (written, None)})
    assert [answer.now for answer in read(tmp_path).answers] == [means]


def removed_sheet(file: Path) -> None:
    filled(file, "helse_omsorg", {"eldre": (1, 2)})
    book = openpyxl.load_workbook(file)
    del book[SHEET]
    book.save(file)


def other_heading(file: Path) -> None:
    filled(file, "helse_omsorg", {"eldre": (1, 2)}, C4="Behov idag")


def empty_book(file: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = SHEET
    book.save(file)


BROKEN = {
    "removed sheet": (removed_sheet, "arket «Behov» mangler"),
    "changed heading": (other_heading, "«Behov nå» mangler"),
    "empty workbook": (empty_book, "tomt"),
    "cut short": (lambda file: file.write_bytes(filled(file, None, {}).read_bytes()[:3000]), "skadet arbeidsbok"),
    "text": (lambda file: file.write_text("Kategori;Behov"), "ikke en Excel-arbeidsbok"),
    "no bytes": (lambda file: file.write_bytes(b""), "er tom"),
}


@pytest.mark.parametrize(("make", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_a_workbook_that_cannot_be_read_is_a_fault_and_the_others_are_read(make: Any, expected: str, tmp_path: Path) -> None:
    (tmp_path / "behov").mkdir()
    make(tmp_path / "behov" / "a.xlsx")
    filled(tmp_path / "behov" / "b.xlsx", "boligkontoret", {"tilpasset": (3, 4)})
    answers = read(tmp_path)
    assert [(fault.file, fault.row) for fault in answers.faults] == [("a.xlsx", None)]
    assert expected in answers.faults[0].what
    assert [answer.now for answer in answers.answers] == [3]


def test_a_folder_that_is_not_there_or_holds_other_files_is_said(tmp_path: Path) -> None:
    assert "Fant ingen fil i behov" in read(tmp_path).faults[0].what
    (tmp_path / "behov").mkdir()
    assert "Fant ingen fil i behov" in read(tmp_path).faults[0].what
    (tmp_path / "behov" / "svar.docx").write_bytes(b"x")
    (tmp_path / "behov" / "~$behov.xlsx").write_bytes(b"x")
    (fault,) = read(tmp_path).faults
    assert (fault.file, "annet slag" in fault.what) == ("svar.docx", True)


def test_a_national_identity_number_in_a_comment_is_masked(tmp_path: Path) -> None:
    number = next(digits for digits in (f"018190{serial:05d}" for serial in range(90_000, 99_999)) if is_national_identity_number(digits))
    filled(tmp_path / "behov" / "a.xlsx", "helse_omsorg", {"eldre": (1, 2)}, R8=f"gjelder {number}")
    (answer,) = read(tmp_path).answers
    assert answer.comment == "gjelder ***********"
