"""The list in its parts, its selection as a workbook, warnings whose value is right, and a dwelling's history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from upath import UPath

from assets.answer_assets import pick_up
from assets.stored_table import read_table, table_base
from desk.case import cases_of
from language import using_language
from reconciliation.decisions.answer_checks import AnswerOutcome
from reconciliation.model.municipality import load
from reporting.stop_causes import cause
from tests.desk.busy_village import busy, signed
from tests.desk.served import SECRET, first_case, form, hidden, served
from tests.pipelines.test_clarifications import answer, with_a_conflict
from tests.pipelines.village import Village, inhabited


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    with inhabited(tmp_path, monkeypatch) as inhabited_village:
        with_a_conflict(inhabited_village)
        yield inhabited_village


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
    municipality = load(village.config)
    tables = UPath(table_base(municipality, village.home)) / "vik"
    given = answer(downloaded, tmp_path / "fra-desken.xlsx", {"Svar": "Behold Kobos verdi", "Avgjort av": "KN"})
    with served(village) as desk:
        (taken,) = pick_up(
            municipality, village.home, given, desk.ledger, lambda name: read_table(tables / f"{name}.parquet"), tonight=False
        ).taken
        assert taken.outcome is AnswerOutcome.STORED
        assert "0\N{NO-BREAK SPACE}boliger venter på svar" in desk.browser().get(desk.url, timeout=10).text


def test_a_case_tells_its_nights_and_what_was_decided_and_taken_back(village: Village) -> None:
    with served(village) as desk:
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


def test_a_warning_that_is_right_as_it_is_is_confirmed_at_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with inhabited(tmp_path, monkeypatch) as inhabited_village:
        busy(inhabited_village)
        with served(inhabited_village, SECRET) as desk:
            session = desk.browser(**signed("kn", "leder"))
            listed = session.get(f"{desk.url}/min-liste?vis=merknader", timeout=10).text
            waiting = re.search(r"Merknader: (\d+)", listed)
            assert waiting
            assert "Lillevegen" in listed
            page = session.get(f"{desk.url}/sak/fdv-103", timeout=10).text
            assert "Merknaden er bekreftet og forsvinner" in page
            assert "Riktig bare til en dag" in page
            for written in ("9", "i morgen", "31.12.2030 er feil"):
                session.post(f"{desk.url}/svar", data=form(page, "annen", verdi=written), timeout=10)
            assert desk.ledger.decisions("vik").filter(pl.col("kind") == "warning").is_empty()
            session.post(f"{desk.url}/svar", data=form(page, "annen", verdi=" 31.12.2030 "), timeout=10)
            (until,) = desk.ledger.decisions("vik").filter(pl.col("kind") == "warning").get_column("value")
            assert until == "2030-12-31"
            session.post(f"{desk.url}/angre", data=form(page, ""), timeout=10)
            session.post(f"{desk.url}/svar", data=form(page, "right", hvorfor="postboksen er eierens"), timeout=10)
            decided = desk.ledger.decisions("vik").filter(pl.col("kind") == "warning")
            assert decided.get_column("verdict").to_list() == ["right"]
            left = session.get(f"{desk.url}/min-liste", timeout=10).text
            assert f"Merknader: {waiting.group(1)}" not in left


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_the_filter_s_title_of_a_disagreement_names_no_unknown_field(language: str) -> None:
    with using_language(language):
        assert "?" not in cause("sources_disagree")


def test_a_case_without_questions_and_warnings_does_not_exist() -> None:
    assert cases_of([]) == ()
