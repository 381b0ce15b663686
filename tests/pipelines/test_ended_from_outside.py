"""A night that somebody ends in its middle: the person, `kobosync runs` and Dagster are told the same."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
import requests

from pipelines.exit_codes import INTERRUPTED
from reconciliation.ledger import open_ledger
from tests.pipelines.test_ledger_commands import Told
from tests.pipelines.village import FIRST, Village, inhabited

ROOT = Path(__file__).parents[2]
NIGHT = [sys.executable, "-c", "from pipelines.command_line import main; main()", "night"]


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    with inhabited(tmp_path, monkeypatch) as village:
        village.write_config(register=village.content["register"] | {"threads": 1, "read_timeout": 60.0})
        yield village


def test_ctrl_c_while_a_step_of_dagsters_reads_its_tables_is_the_same(
    village: Village, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ended(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)

    monkeypatch.setattr("assets.table_io.ParquetTables.load_from_path", ended)
    code, says = Told(capsys)("night", village.config, "--apply=never", "--as-of", str(FIRST))
    assert code == INTERRUPTED, says
    assert re.search(r"in the step vik_\w+\. Nothing was changed in Kobo", says)
    with closing(open_ledger("sqlite:///var/ledger.sqlite", village.home)) as ledger:
        (run,) = ledger.runs("vik").to_dicts()
    assert run["verdict"] == "interrupted"
    assert run["message"] in says


def entries(address: str) -> int:
    with requests.Session() as session:
        session.trust_env = False
        return int(session.get(f"{address}/rehearsal/health", timeout=5).json()["entries"])


def test_ctrl_c_in_the_middle_says_what_was_done_and_what_was_not(village: Village) -> None:
    address = village.content["register"]["base_url"]
    slow = [{"kind": "latency", "verb": "POST", "seconds": 0.4, "times": 100}]
    with requests.Session() as session:
        session.trust_env = False
        session.post(f"{address}/rehearsal/faults", json=slow, timeout=5).raise_for_status()
    with subprocess.Popen(
        [*NIGHT, str(village.config), "--apply=auto", "--as-of", str(FIRST)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as night:
        while entries(address) < 1:
            assert night.poll() is None
            time.sleep(0.05)
        os.kill(night.pid, signal.SIGINT)
        _, said = night.communicate(timeout=60)
    assert night.returncode == INTERRUPTED
    assert "Traceback" not in said
    with closing(open_ledger("sqlite:///var/ledger.sqlite", village.home)) as ledger:
        (run,) = ledger.runs("vik").to_dicts()
    assert run["verdict"] == "interrupted"
    assert run["message"] in said
    assert "in the step apply" in said
    assert "of 4 changes were made in Kobo and stand" in said
    with dg.DagsterInstance.get() as instance:
        (theirs,) = instance.get_runs()
        lines = [entry.user_message for entry in instance.all_logs(theirs.run_id)]
    assert theirs.run_id == run["run_id"]
    assert run["message"] in lines, "the run's page in Dagster has the sentence beside the stack of Dagster's own"
    assert theirs.status in (dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.FAILURE)
