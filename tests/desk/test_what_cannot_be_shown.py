"""Nothing to show is a page that says why, and never an empty list: no tables, half a night, tables of another version, no ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from assets.stored_table import FACTS_KEY, RUN_KEY, read_table
from tests.desk.busy_village import busy, signed
from tests.desk.served import SECRET, Served, served
from tests.pipelines.village import Village, inhabited

PAGES = ("/min-liste", "/rettes", "/plan", "/svar", "/min-liste.xlsx")


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    with inhabited(tmp_path, monkeypatch) as inhabited_village:
        busy(inhabited_village)
        yield inhabited_village


def tables(village: Village) -> Path:
    (plan,) = (village.home / "var").rglob("plan.parquet")
    return plan.parent


def fetched(desk: Served, path: str) -> tuple[int, str]:
    answer = desk.browser(**signed("lk", "klarert_leder")).get(desk.url + path, timeout=10)
    return answer.status_code, answer.text


def store(file: Path, frame: pl.DataFrame, facts: str, run: str) -> None:
    frame.write_parquet(file, metadata={FACTS_KEY: facts, RUN_KEY: run})


def test_a_night_that_did_not_come_to_its_end_or_did_not_see_kobo_is_reported(village: Village) -> None:
    plan, other = tables(village) / "plan.parquet", tables(village) / "dwellings.parquet"
    made, homes = read_table(plan), read_table(other)  # type: ignore[arg-type]
    store(other, homes.frame, "{}", "another-run")
    with served(village, SECRET) as desk:
        assert "Siste natt ble ikke ferdig" in fetched(desk, "/min-liste")[1]
        assert "Siste natt ble ikke ferdig" in fetched(desk, "/plan")[1]
        store(other, homes.frame, "{}", made.made_by)
        store(plan, made.frame, '{"register_verdict": "failed", "parts": [], "refusals": []}', made.made_by)
        assert "Siste natt fikk ikke lest Kobo" in fetched(desk, "/min-liste")[1]
        assert fetched(desk, "/helse")[1] == '{"status":"no night"}'


@pytest.mark.parametrize("fault", ["garbage", "older", "no rights"])
def test_tables_that_cannot_be_read_are_a_page_that_says_so_and_the_log_tells_no_value(
    village: Village, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = tables(village) / "dwellings.parquet"
    if fault == "garbage":
        file.write_bytes(b"PAR1 and no more")
    elif fault == "older":
        table = read_table(file)  # type: ignore[arg-type]
        store(file, table.frame.drop("source_keys", "owner"), "{}", table.made_by)
    else:  # root may read everything, so a folder is put in the file's place
        file.unlink()
        file.mkdir()
    with served(village, SECRET) as desk:
        for path in PAGES:
            status, page = fetched(desk, path)
            assert status == 503, path
            assert "Tabellene fra siste natt kan ikke leses" in page
        assert fetched(desk, "/helse")[0] == 503
    assert "reading the last night" in caplog.text
    assert "Storgata" not in caplog.text


def test_a_ledger_that_is_away_is_a_page_and_comes_back_by_itself(village: Village) -> None:
    (ledger,) = (village.home / "var").rglob("ledger.sqlite")
    with served(village, SECRET) as desk:
        assert fetched(desk, "/min-liste")[0] == 200
        desk.ledger.engine.dispose()
        away = {file: file.rename(file.with_name(f"away-{file.name}")) for file in ledger.parent.glob("ledger.sqlite*")}
        ledger.mkdir()
        for path in PAGES:
            status, page = fetched(desk, path)
            assert status == 503, path
            assert "Databasen med svarene kan ikke leses nå" in page
        ledger.rmdir()
        for file, moved in away.items():
            moved.rename(file)
        assert fetched(desk, "/min-liste")[0] == 200


def test_an_address_of_three_hundred_signs_is_shown_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    street = "Kongensgateveien" * 19
    with inhabited(tmp_path, monkeypatch) as inhabited_village:
        busy(inhabited_village)
        file = tables(inhabited_village) / "dwellings.parquet"
        table = read_table(file)  # type: ignore[arg-type]
        named = pl.when(pl.col("adressenavn") == "Storgata").then(pl.lit(street)).otherwise("adressenavn")
        store(file, table.frame.with_columns(adressenavn=named), "{}", table.made_by)
        with served(inhabited_village, SECRET) as desk:
            for path in ("/min-liste", f"/min-liste?gate={street}", "/sak/annen-A"):
                status, page = fetched(desk, path)
                assert status == 200
                assert street in page
