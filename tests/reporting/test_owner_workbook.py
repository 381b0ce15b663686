"""An owner's workbook: every deviation with its place, text that stays text, and a legend."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from reconciliation.ledger.decision_log import DECISIONS
from reporting.night_report import NightResult
from reporting.publish import publish
from tests.reconciliation.decisions.nights import SmallNight
from tests.reconciliation.decisions.test_answer_checks import asked as open_questions
from tests.reporting.example import deviations, night
from tests.reporting.test_letter import question


def book(result: NightResult, folder: Path, owner: str = "boligkontoret") -> openpyxl.Workbook:
    return openpyxl.load_workbook(publish(result, folder).workbooks[owner])


def test_each_owner_gets_their_own_rows_with_their_place(tmp_path: Path) -> None:
    sheet = book(night(), tmp_path)["Avvik"]
    head = [cell.value for cell in sheet[2]]
    rows = [dict(zip(head, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=3)]
    theirs = deviations().filter(pl.col("owner") == "boligkontoret")
    assert sorted(row["Rad"] for row in rows) == sorted(theirs["row"])
    assert {row["Fil"] for row in rows} == {"Seksjon.csv"}
    assert all(row["Kolonne"] and row["Hva er galt, og hva gjør du"] for row in rows)


def test_the_sheets_people_need_are_there(tmp_path: Path) -> None:
    assert book(night(), tmp_path).sheetnames == ["Avvik", "Kobo sa nei", "Oversikt", "Regler", "Forklaring"]


def test_header_is_frozen_and_filtered(tmp_path: Path) -> None:
    sheet = book(night(), tmp_path)["Avvik"]
    assert sheet.freeze_panes == "A3"
    assert sheet.auto_filter.ref.startswith("A2:L")
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == "$2:$2"


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://example.invalid","x")', "=1+1", "+47", "-1", "@SUM(A1)", "{=1}", "http://example.invalid", "0301", "1e5"]
)
def test_what_people_typed_stays_text(text: str, tmp_path: Path) -> None:
    faults = deviations(3).with_columns(value=pl.lit(text), message=pl.lit(text), owner=pl.lit("boligkontoret"))
    row = book(night(deviations=faults), tmp_path)["Avvik"][3]
    assert (row[4].value, row[4].data_type, row[4].hyperlink) == (text, "s", None) or row[4].data_type != "f"
    assert row[5].data_type != "f"
    assert str(row[5].value) == text


@pytest.mark.parametrize("value", ["x" * 40_000, "a\x00b\x0bc", "linje\nlinje", "🏠 \ud7ff"], ids=["long", "control", "lines", "signs"])
def test_odd_values_do_not_break_the_book(value: str, tmp_path: Path) -> None:
    faults = deviations(1).with_columns(value=pl.lit(value), owner=pl.lit("boligkontoret"))
    assert book(night(deviations=faults), tmp_path)["Avvik"].max_row == 3


def test_an_owner_without_deviations_gets_a_book_that_opens(tmp_path: Path) -> None:
    assert book(night(deviations=deviations(0)), tmp_path)["Avvik"].max_row >= 2


def test_new_and_returned_rows_have_their_own_colour(tmp_path: Path) -> None:
    sheet = book(night(), tmp_path)["Avvik"]
    colours = {row[8].value: row[8].fill.start_color.rgb for row in sheet.iter_rows(min_row=3)}
    assert colours["Ny"] == "FFFDE9C9"
    assert colours["Tilbake"] == "FFFBD9DC"
    assert colours["Åpen"] not in (colours["Ny"], colours["Tilbake"])


def test_a_row_is_as_high_as_its_text_so_that_libreoffice_shows_it_whole(tmp_path: Path) -> None:
    made = book(night(questions=(question(),)), tmp_path)
    asked, rules = made["Avklaringer"], made["Regler"]
    assert (asked.row_dimensions[3].height or 0) >= 30, "the dwelling has its id on a second line"
    long = next(row for row in rules.iter_rows(min_row=3) if len(row[1].value) > 150)
    short = next(row for row in rules.iter_rows(min_row=3) if len(row[1].value) < 60 and len(row[0].value) < 40)
    assert (rules.row_dimensions[long[0].row].height or 0) >= 30
    assert rules.row_dimensions[short[0].row].height in (None, 15)


def test_a_question_that_was_answered_unsure_can_still_be_answered_in_the_workbook_and_says_who_was_unsure(tmp_path: Path) -> None:
    decided = datetime(2023, 11, 1, 9, tzinfo=UTC)
    made = [
        {"kind": "match", "subject": "fdv-1", "other": "kobo:k1", "verdict": verdict, "decided_by": "KN", "decided": decided, "value": None}
        for verdict in ("unsure", "different")
    ]
    rows, entries = [{"antall_soverom": 1}], [{"kobo_id": "k1", "bruksenhetsnummer": "H0101", "antall_soverom": 4}]
    (asked,) = open_questions(SmallNight(rows, entries), pl.DataFrame(schema=DECISIONS))
    unsure, different = (replace(asked, id=f"S-{row['verdict']}", owner="boligkontoret", decided=row) for row in made)
    sheet = book(replace(night(), questions=(different, unsure)), tmp_path)["Avklaringer"]
    texts = [str(cell.value) for cells in sheet.iter_rows() for cell in cells if cell.value]
    assert [text for text in texts if text.startswith("S-")] == ["S-unsure"]
    assert any("KN svarte «Usikker» den 1." in text for text in texts)
