"""From an open question to an answered workbook to the next night that does what was said, and the receipt for it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import requests
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.exit_codes import DONE
from reconciliation.ledger import Ledger, open_ledger
from reconciliation.model.municipality import load
from reporting.receipts_page import RECEIPTS_LINK
from tests.pipelines.earlier_nights import happened
from tests.pipelines.village import FDV, FIRST, FOURTH, SECOND, THIRD, Village, inhabited
from tests.pipelines.village import run_night as run_one

MOVED = FDV.replace("H0102", "H0103")
"""Storgata 1 H0102 is registered, and then its source says H0103: a field that Kobo never lets anyone change."""


def run_night(village: Village, as_of: date) -> int:
    return run_one(village.config, "auto", as_of)


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    with inhabited(tmp_path, monkeypatch, answers="svar/") as village:
        yield village


def workbook(village: Village, owner: str = "bolig") -> Path:
    (path,) = (village.home / "reports" / "vik").glob(f"2*/avvik-{owner}.xlsx")
    return path


def lines(sheet: Worksheet) -> list[dict[str, object]]:
    """Rows below the headings in line 2, by heading."""
    head = [cell.value for cell in sheet[2]]
    return [dict(zip(head, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=3)]


def answer(source: Path, target: Path, cells: dict[str, str], row: int = 3) -> Path:
    """Fill in the yellow cells as a person does, and save into the drop folder."""
    book = openpyxl.load_workbook(source)
    sheet = book["Avklaringer"]
    place = {cell.value: cell.column for cell in sheet[2]}
    for heading, value in cells.items():
        sheet.cell(row, place[heading], value)
    target.parent.mkdir(exist_ok=True)
    book.save(target)
    return target


@contextlib.contextmanager
def ledger_of(village: Village) -> Iterator[Ledger]:
    with open_ledger(load(village.config).ledger, village.home) as opened:
        yield opened


def register_entries(village: Village) -> list[str]:
    with requests.Session() as session:
        session.trust_env = False
        text = session.get(f"{village.content['register']['base_url']}/rehearsal/export", timeout=5).text
    return text.strip().splitlines()[1:]


def receipts(village: Village) -> list[dict[str, object]]:
    files = sorted((village.home / "reports" / "vik" / "kvitteringer").glob("*.xlsx"))
    return [line for path in files for line in lines(openpyxl.load_workbook(path)["Kvittering"])]


def with_a_conflict(village: Village) -> None:
    def two_nights() -> None:
        run_night(village, FIRST)
        village.write_fdv(MOVED)
        run_night(village, SECOND)

    happened(village, two_nights)


def test_a_conflict_is_asked_answered_done_and_acknowledged(village: Village) -> None:
    with_a_conflict(village)
    book = openpyxl.load_workbook(workbook(village))
    sheet = book["Avklaringer"]
    ours, kobo = lines(sheet)
    assert "Bruksenhetsnummer" in str(ours["Hva må avgjøres"]) or "bruksenhetsnummer" in str(ours["Hva må avgjøres"])
    assert (ours["Bruksenhetsnummer"], kobo["Bruksenhetsnummer"]) == ("H0103", "H0102")
    assert (ours["Hvem sier det"], kobo["Hvem sier det"]) == ("Hos oss (FDV)", "I Kobo")
    cells = {"Svar": " erstatt i kobo. ", "Avgjort av": "Boligkontoret", "Begrunnelse": "Ny merking på døra"}
    answer(workbook(village), village.home / "svar" / "svar.xlsx", cells)

    assert run_night(village, THIRD) == DONE
    (line,) = [line for line in receipts(village) if line["Svar"]]
    assert line["Hva skjedde"] == "Lagret. Svaret brukes i nattens kjøring."
    assert not (village.home / "svar" / "svar.xlsx").exists()
    assert len(list((village.home / "svar" / "mottatt").glob("*svar.xlsx"))) == 1
    page = next((village.home / "reports" / "vik").glob("2*/index.html"))
    assert str(village.home / "svar") in page.read_text(encoding="utf-8")
    assert ">svar</a>" in (page.parent / RECEIPTS_LINK).read_text(encoding="utf-8")
    entries = register_entries(village)
    assert len(entries) == 4
    assert sum("H0103" in entry for entry in entries) == 1
    assert not any("H0102" in entry for entry in entries)

    assert run_night(village, FOURTH) == DONE
    assert village.summary()["dwellings"]["in_sync"] == 4
    assert village.summary()["register_calls"]["POST"] == 0
    book = openpyxl.load_workbook(workbook(village))
    assert "Avklaringer" not in book.sheetnames, "never asked twice"
    (decided,) = lines(book["Avgjort"])
    assert "Avgjort av Boligkontoret den" in str(decided["Hva er avgjort"])
    assert "Erstatt i Kobo" in str(decided["Hva er avgjort"])
    data = "".join(path.read_text(encoding="utf-8") for path in workbook(village).parent.glob("boliger/del-*.js"))
    assert "Avgjort av Boligkontoret den" in data


def test_a_decision_outlives_any_number_of_nights_until_its_evidence_changes(village: Village) -> None:
    with_a_conflict(village)
    answer(workbook(village), village.home / "svar" / "a.xlsx", {"Svar": "Behold Kobos verdi", "Avgjort av": "KN"})
    for night in (THIRD, FOURTH, FOURTH):
        assert run_night(village, night) == DONE
        assert village.summary()["dwellings"]["in_sync"] == 4
    village.write_fdv(FDV.replace("H0102", "H0104"))
    run_night(village, date(2023, 11, 7))
    assert village.summary()["dwellings"]["conflict"] == 1
    assert "Avklaringer" in openpyxl.load_workbook(workbook(village)).sheetnames
