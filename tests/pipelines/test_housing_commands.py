"""`kobosync needs` and `kobosync kostra` as from a shell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from pipelines.exit_codes import CONFIGURATION, DONE, FAILED
from tests.pipelines.test_ledger_commands import Told
from tests.pipelines.village import FDV, Village, inhabited, run_night


@pytest.fixture
def kobosync(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setenv("COLUMNS", "250")
    return Told(capsys)


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    with inhabited(tmp_path, monkeypatch) as village:
        yield village


def test_each_service_gets_its_workbook_and_a_filled_one_is_never_written_over(village: Village, kobosync: Told) -> None:
    folder = village.home / "maler"
    code, output = kobosync("needs", "template", village.config, "--out", folder)
    assert code == DONE, output
    assert sorted(file.name for file in folder.iterdir()) == ["behov-bolig.xlsx", "behov-eiendom.xlsx"]
    before = (folder / "behov-bolig.xlsx").read_bytes()
    code, output = kobosync("needs", "template", village.config, "--out", folder)
    assert (code, "is there already" in output) == (CONFIGURATION, True)
    assert (folder / "behov-bolig.xlsx").read_bytes() == before
    assert kobosync("needs", "measures", village.config, "--out", folder / "tiltak.xlsx")[0] == DONE
    assert kobosync("needs", "measures", village.config, "--out", folder / "tiltak.xlsx")[0] == CONFIGURATION


def test_a_service_nobody_knows_and_a_place_that_cannot_be_written_end_in_a_sentence(village: Village, kobosync: Told) -> None:
    code, output = kobosync("needs", "template", village.config, "--service", "skole")
    assert (code, "not among the owners (bolig, eiendom)" in output) == (CONFIGURATION, True)
    (village.home / "fil").write_text("x")
    code, output = kobosync("needs", "template", village.config, "--out", village.home / "fil" / "under")
    assert (code, "cannot be written" in output) == (FAILED, True)


def test_a_service_in_needs_that_is_no_owner_is_a_fault_of_the_file(village: Village, kobosync: Told) -> None:
    village.write_config(needs={"path": "behov", "services": ["skole"]})
    code, output = kobosync("needs", "template", village.config)
    assert (code, "needs.services: 'skole' is not among `owners`" in output) == (CONFIGURATION, True)


@pytest.mark.parametrize("as_of", [(), ("--as-of", "2023-12-30")], ids=["none", "another day"])
def test_kostra_counts_as_of_the_last_day_of_a_year(as_of: tuple[str, ...], village: Village, kobosync: Told) -> None:
    code, output = kobosync("kostra", village.config, *as_of)
    assert (code, "must be a 31 December" in output) == (CONFIGURATION, True)


def test_kostra_without_a_night_says_what_to_run(village: Village, kobosync: Told) -> None:
    code, output = kobosync("kostra", village.config, "--as-of", "2023-12-31")
    assert (code, "No night has left its tables yet" in output) == (FAILED, True)


def test_kostra_counts_the_last_night_and_refuses_one_too_far_away(village: Village, kobosync: Told) -> None:
    village.write_fdv(FDV + "104;Storgata 9;;20,0;Institusjon\n")
    assert run_night(village.config, "auto", date(2023, 12, 8)) == DONE
    code, output = kobosync("kostra", village.config, "--as-of", "2023-12-31")
    assert code == DONE, output
    assert "23 days from 2023-12-31" in output
    book = openpyxl.load_workbook(village.home / "reports" / "vik" / "kostra-skjema13-2023.xlsx")
    rows = {row[0]: row[1] for row in book["Skjema 13"].iter_rows(min_row=3, values_only=True)}
    assert rows["Kommunalt disponerte boliger i alt"] == rows["Disposisjonsform ikke oppgitt"] == 4
    (left_out,) = book["Ikke talt"].iter_rows(min_row=3, values_only=True)
    assert "ingen leiekontrakt" in left_out[-1]
    code, output = kobosync("kostra", village.config, "--as-of", "2022-12-31")
    assert (code, "too far to tell of it" in output) == (FAILED, True)
    (village.home / "fil").write_text("x")
    code, output = kobosync("kostra", village.config, "--as-of", "2023-12-31", "--out", village.home / "fil" / "k.xlsx")
    assert (code, "cannot be written" in output) == (FAILED, True)


def test_a_night_goes_on_when_nobody_has_sent_anything(village: Village) -> None:
    village.write_config(needs={"path": "behov"}, acquisitions="tiltak.csv")
    assert run_night(village.config, "auto", date(2023, 12, 8)) == DONE
    page = (village.home / "reports" / "vik" / "2023-12-08" / "behov.html").read_text(encoding="utf-8")
    assert "Fant ingen fil i behov" in page
    assert "Fant ingen fil i tiltak.csv" in page
