"""`kobosync prune`: what is old and not needed goes, and is named; what the law needs stays."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pipelines.commands.prune_command import run_prune
from pipelines.exit_codes import CONFIGURATION, DONE
from reconciliation.ledger import open_ledger
from reconciliation.ledger.register_tables import CallRow
from reconciliation.ledger.store import table_of
from reconciliation.model.municipality import load
from tests.pipelines.village import Village
from tests.reconciliation.ledger.test_upkeep import PLACE, fill


@pytest.fixture
def village(tmp_path: Path) -> Village:
    made = Village(tmp_path)
    made.write_config(slug=PLACE)
    municipality = load(made.config)
    with open_ledger(municipality.ledger, tmp_path) as ledger:
        fill(ledger)
    for name in ("2023-11-01", "arkiv/2023-10-01", f"arkiv/{date.today()}"):
        (tmp_path / municipality.reports / PLACE / name).mkdir(parents=True)
    tables = tmp_path / municipality.storage / PLACE
    (tables / "source").mkdir(parents=True)
    for table in ("standing_rows.parquet", "source/fdv.parquet", "source/nedlagt.parquet", "plan.parquet.unfinished"):
        (tables / table).touch()
        os.utime(tables / table, (0, 0))
    return made


def files(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for top in ("reports", "var") for path in (home / top).rglob("*") if "sqlite" not in path.name}


def calls(village: Village) -> int:
    with open_ledger(load(village.config).ledger, village.home) as ledger, ledger.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table_of(CallRow))).scalar_one())


def test_a_dry_run_names_everything_and_deletes_nothing(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    before, requests = files(village.home), calls(village)
    assert run_prune(village.config, 30, True) == DONE
    output = capsys.readouterr().out
    assert all(
        words in output for words in ("2 requests", "2 settled writes", "2 plan rows", "2023-10-01", "nedlagt", "nothing is deleted")
    )
    assert (files(village.home), calls(village)) == (before, requests)
    assert requests == 2


def test_what_is_old_goes_and_what_is_needed_stays(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(village.home)
    assert run_prune(village.config, 30, False) == DONE
    gone = {path.rpartition("/")[2] for path in before - files(village.home)}
    assert gone == {"2023-10-01", "nedlagt.parquet", "plan.parquet.unfinished"}
    assert calls(village) == 0
    capsys.readouterr()
    assert run_prune(village.config, 30, False) == DONE
    assert "0 requests" in capsys.readouterr().out, "a second time there is nothing left"


def test_too_few_days_are_refused(village: Village) -> None:
    assert run_prune(village.config, 3, False) == CONFIGURATION
    assert calls(village) == 2
