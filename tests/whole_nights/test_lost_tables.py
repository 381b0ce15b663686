"""The tables between the steps are lost or damaged: the ledger alone keeps what must not be lost, and the next night makes them anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.commands.night_command import run_report
from reconciliation.ledger import open_ledger
from tests.pipelines.earlier_nights import first_night
from tests.pipelines.village import SECOND, inhabited, run_night
from tests.whole_nights.small_town import Row, Town
from tests.whole_nights.whole_night import Night, whole_night

FIRST = date(2023, 11, 1)


@pytest.fixture
def town() -> Iterator[Town]:
    opened = Town("links", 2)
    yield opened
    opened.close()


def night(town: Town, number: int) -> Night:
    with open_ledger(town.url, Path()) as ledger, town.client() as client:
        as_of = FIRST + timedelta(days=number)
        return whole_night(town.municipality, town.home, ledger, client, town.calls, f"run-{number}", as_of)


def lose(town: Town, how: str) -> None:
    path = town.home / town.municipality.storage / town.municipality.slug / "standing_rows.parquet"
    if how == "removed":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-30])


@pytest.mark.parametrize("how", ["removed", "truncated"])
def test_a_rejected_row_whose_carried_version_was_lost_is_not_gone(how: str, town: Town) -> None:
    town.rows["fdv"] = {"100": Row("Storgata 1", "H0101", "50", "Ordinær"), "101": Row("Storgata 1", "H0102", "50", "Ordinær")}
    town.write()
    night(town, 0)
    assert len(town.entries_now()) == 2
    town.rows["fdv"]["101"] = Row("Storgata 1", "X9", "50", "Ordinær")
    town.write()
    lose(town, how)
    for number in range(1, 5):
        last = night(town, number)
    assert len(town.entries_now()) == 2
    assert last.plan.items.filter(last.plan.items["class"] == "retire").get_column("held").to_list() == ["row_rejected"]
    del town.rows["fdv"]["101"]
    town.write()
    for number in range(5, 8):
        night(town, number)
    assert len(town.entries_now()) == 1, "and when the row is gone as well, so is the dwelling"


def test_a_damaged_table_is_named_and_the_night_makes_it_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    with inhabited(tmp_path, monkeypatch) as village:
        first_night(village)
        (table,) = tmp_path.glob("var/**/plan.parquet")
        table.write_bytes(table.read_bytes()[:100])
        capsys.readouterr()
        assert run_report(village.config) == 1
        output = capsys.readouterr()
        assert "plan.parquet is damaged" in output.out + output.err
        assert run_night(village.config, "auto", SECOND) == 0
        assert run_report(village.config) == 0
