"""A ledger that knows no night where there have been some stops the night until it is restored, or somebody says that it is new."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assets.lost_ledger import open_known_ledger
from pipelines.exit_codes import DONE, FAILED
from reconciliation.ledger import LedgerError, open_ledger
from reconciliation.ledger.backup import backup
from reconciliation.ledger.restore import restore
from reconciliation.model.municipality import load
from tests.pipelines.earlier_nights import first_night
from tests.pipelines.village import FIRST, SECOND, THIRD, Village, inhabited, run_night


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    with inhabited(tmp_path, monkeypatch) as village:
        yield village


def test_a_lost_ledger_stops_the_night_and_is_restored_or_said_to_be_new(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    municipality = load(village.config)
    ledger = village.home / "var" / "ledger.sqlite"
    first_night(village)
    with closing(open_ledger(municipality.ledger, village.home)) as opened:
        backup(opened, village.home / "backup.sqlite")
    ledger.unlink()
    capsys.readouterr()
    assert run_night(village.config, "auto", SECOND) == FAILED
    output = " ".join(capsys.readouterr().out.split())
    assert "knows no night of Vik, and there have been some" in output
    assert f"kobosync night {municipality.file} --new-ledger" in output
    assert not ledger.exists(), "nothing was made in its place"
    assert village.summary()["as_of"] == str(FIRST)

    restore(village.home / "backup.sqlite", municipality.ledger, village.home)
    assert run_night(village.config, "auto", SECOND) == DONE
    ledger.unlink()
    assert run_night(village.config, "auto", THIRD, new_ledger=True) == DONE


def _reports(home: Path) -> None:
    (home / "reports/vik/2023-11-01").mkdir(parents=True)


def _archive(home: Path) -> None:
    (home / "reports/vik/arkiv/2023-11-01").mkdir(parents=True)


def _tables(home: Path) -> None:
    (home / "var/tables/vik").mkdir(parents=True)
    (home / "var/tables/vik/outcomes.parquet").touch()


def _aside(home: Path) -> None:
    (home / "var").mkdir()
    (home / "var/ledger.sqlite.before-restore-1").touch()


@pytest.mark.parametrize("trace", [_reports, _archive, _tables, _aside])
@pytest.mark.parametrize("empty", [False, True])
def test_whatever_tells_of_earlier_nights_is_enough(trace: Callable[[Path], None], empty: bool, tmp_path: Path) -> None:
    village = Village(tmp_path)
    trace(tmp_path)
    if empty:
        open_ledger("sqlite:///var/ledger.sqlite", tmp_path).close()
    with pytest.raises(LedgerError, match="knows no night of Vik"):
        open_known_ledger(load(village.config), tmp_path)


def test_a_municipality_that_joins_a_ledger_of_others_is_new(tmp_path: Path) -> None:
    village = Village(tmp_path)
    _aside(tmp_path)
    with open_ledger("sqlite:///var/ledger.sqlite", tmp_path) as ledger:
        ledger.begin_run("other", FIRST, "run-1", "auto")
    open_known_ledger(load(village.config), tmp_path).close()
    shutil.rmtree(tmp_path / "var")
    open_known_ledger(load(village.config), tmp_path).close()
