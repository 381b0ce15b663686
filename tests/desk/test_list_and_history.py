"""The list in its parts, its selection as a workbook, warnings that are right as they stand, and what has happened to a dwelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from desk.case import cases_of
from pipelines.exit_codes import DONE
from tests.desk.served import Served, first_case, form, hidden, served
from tests.pipelines.test_clarifications import answer, receipts, with_a_conflict
from tests.pipelines.village import FDV, FIRST, THIRD, Village, inhabited, run_night


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    with pytest.MonkeyPatch.context() as monkeypatch, inhabited(tmp_path_factory.mktemp("vik"), monkeypatch, answers="svar/") as found:
        with_a_conflict(found)
        yield found


def test_the_selection_is_a_workbook_that_can_be_answered(village: Village, tmp_path: Path) -> None:
    with served(village) as desk:
        page = desk.browser().get(f"{desk.url}/min-liste?eier=bolig", timeout=10).text
        link = re.search(r'href="(/min-liste\.xlsx[^"]*)"', page)
        assert link
        sent = desk.browser().get(desk.url + link.group(1), timeout=10)
        assert "attachment" in sent.headers["Content-Disposition"]
        other = desk.browser().get(f"{desk.url}/min-liste.xlsx?gate=Ingengata", timeout=10)
    downloaded = tmp_path / "liste.xlsx"
    downloaded.write_bytes(other.content)
    assert openpyxl.load_workbook(downloaded)["Avklaringer"].max_row == 2, "nothing but its headings"
    downloaded.write_bytes(sent.content)
    answer(downloaded, village.home / "svar" / "fra-desken.xlsx", {"Svar": "Behold Kobos verdi", "Avgjort av": "KN"})
    assert run_night(village.config, "auto", THIRD) == DONE
    assert [str(line["Hva skjedde"])[:6] for line in receipts(village) if line["Svar"]] == ["Lagret"]


def test_a_case_tells_its_nights_and_what_was_decided_and_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with inhabited(tmp_path, monkeypatch) as found:
        with_a_conflict(found)
        with served(found) as desk:
            session = desk.browser()
            listed = session.get(f"{desk.url}/min-liste", timeout=10).text
            assert "siden 2.11.2023" in listed
            address = desk.url + first_case(listed)
            page = session.get(address, timeout=10).text
            assert "Ble: Mangler i Kobo" in page
            assert "Ble: Avvik, må avklares" in page
            session.post(f"{desk.url}/svar", data=form(page, "keep"), timeout=10)
            decided = session.get(address, timeout=10).text
            assert "Avgjort av drift den" in decided
            undo = decided[decided.index('action="/angre"') :]
            session.post(f"{desk.url}/angre", data={name: hidden(undo, name) for name in ("token", "sporsmal")}, timeout=10)
            assert "Tatt tilbake av drift" in session.get(address, timeout=10).text


@pytest.fixture
def warned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with inhabited(tmp_path, monkeypatch) as found:
        found.write_fdv(FDV.replace("102;Storgata 1;", "102;Storgata 1, postboks 12;"))
        run_night(found.config, "auto", FIRST)
        with served(found) as desk:
            yield desk


def test_a_warning_that_is_right_as_it_stands_is_confirmed_at_the_desk(warned: Served) -> None:
    session = warned.browser()
    listed = session.get(f"{warned.url}/min-liste?vis=merknader", timeout=10).text
    assert "Merknader: 1" in listed
    address = warned.url + first_case(listed)
    page = session.get(address, timeout=10).text
    assert "Merknaden er bekreftet og forsvinner" in page
    session.post(f"{warned.url}/svar", data=form(page, "right", hvorfor="postboksen er eierens"), timeout=10)
    decided = warned.ledger.decisions("vik").filter(pl.col("kind") == "warning")
    assert decided.get_column("verdict").to_list() == ["right"]
    assert "Merknader: 1" not in session.get(f"{warned.url}/min-liste", timeout=10).text


def test_a_case_without_questions_and_warnings_does_not_exist() -> None:
    assert cases_of([]) == ()
