"""`kobosync plan` goes the night's way without Dagster: the same plan, and nothing but the ledger is written."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.commands.plan_command import run_plan
from pipelines.dry_night import plan_tonight
from pipelines.exit_codes import DONE, FAILED
from reconciliation.ledger import open_ledger
from reconciliation.model.municipality import load
from tests.pipelines.earlier_nights import first_night
from tests.pipelines.village import FDV, FIRST, SECOND, THIRD, Village, inhabited, run_night

CHANGED = FDV.replace("50,5", "52,5").replace("101;", "111;")


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    with inhabited(tmp_path, monkeypatch) as made:
        yield made


def digests(village: Village) -> list[str]:
    """Of every plan the ledger holds, the oldest first."""
    with closing(open_ledger("sqlite:///var/ledger.sqlite", village.home)) as ledger:
        plans = [ledger.plan(run_id) for run_id in ledger.runs("vik").get_column("run_id")]
    return [plan.digest for plan in plans if plan is not None]


def test_it_is_the_plan_that_the_night_makes(village: Village) -> None:
    shown = plan_tonight(load(village.config), village.home, FIRST)
    assert run_night(village.config, "auto", FIRST) == DONE
    assert digests(village) == [shown.plan.digest] * 2
    village.write_fdv(CHANGED)
    village.write_property([(1, "Lillevegen 5", 2)])
    shown = plan_tonight(load(village.config), village.home, SECOND)
    assert shown.plan.counts["in_sync"] < shown.plan.items.height
    run_night(village.config, "auto", SECOND)
    assert digests(village)[2:] == [shown.plan.digest] * 2


def test_a_source_that_cannot_be_read_keeps_its_rows_in_the_plan_as_in_the_night(village: Village) -> None:
    first_night(village)
    (village.home / "kilder" / "fdv.csv").unlink()
    shown = plan_tonight(load(village.config), village.home, THIRD)
    assert shown.plan.counts["retire"] == 0
    run_night(village.config, "auto", THIRD)
    assert digests(village)[1:] == [shown.plan.digest] * 2


def test_it_stores_no_table_and_reports_nothing(village: Village) -> None:
    first_night(village)
    before = {file: file.stat().st_mtime_ns for place in ("var/tables", "reports") for file in (village.home / place).rglob("*")}
    assert any(file.suffix == ".parquet" for file in before)
    village.write_fdv(CHANGED)
    run_plan(village.config, SECOND, "json")
    assert {file: file.stat().st_mtime_ns for place in ("var/tables", "reports") for file in (village.home / place).rglob("*")} == before


def test_a_register_that_cannot_be_seen_is_said(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    first_night(village)
    register = village.content["register"] | {"kind": "kobo", "base_url": "http://127.0.0.1:9"}
    village.write_config(register=register)
    assert run_plan(village.config, SECOND, "table") == FAILED
    assert "register" in capsys.readouterr().err.casefold()


def test_it_does_not_load_what_only_some_plans_need() -> None:
    needless = ["dagster", "alembic", "numpy", "pandera", "xlsxwriter", "openpyxl"]
    code = f"import sys, pipelines.commands.plan_command; print([name for name in {needless} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", "each costs a tenth of a second or more"


def test_a_plan_of_clean_rows_loads_no_numpy(village: Village) -> None:
    first_night(village)
    code = (
        "import sys; from datetime import date; from pathlib import Path; from pipelines.commands.plan_command import run_plan; "
        "run_plan(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]), 'json'); print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(village.config), SECOND.isoformat()], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "False", "a sixth of what such a plan takes"
