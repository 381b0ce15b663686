"""A night that somebody ends in its middle: the terminal, `kobosync runs` and Dagster say the same."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import requests

from assets.night_resource import NightRun
from pipelines.exit_codes import INTERRUPTED
from reconciliation.ledger import open_ledger
from reconciliation.model.municipality import load
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


@pytest.mark.parametrize(
    ("event", "verdict", "says"),
    [
        ("vik_opens STEP_START", None, "before its first step. Nothing was done."),
        ("vik_opens STEP_SUCCESS", "partial", "in the step vik_ends. Nothing was changed in Kobo."),
        ("vik_ends STEP_SUCCESS", "done", "after its last step. All of it was done and is kept"),
    ],
)
def test_ctrl_c_between_two_steps_is_reported_in_dagster_and_is_in_the_ledger(  # two steps alone, so a partial run
    event: str, verdict: str | None, says: str, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    municipality = load(village.config)
    stored = dg.DagsterInstance.handle_new_event

    def ended(self: dg.DagsterInstance, entry: dg.EventLogEntry, **more: Any) -> None:
        stored(self, entry, **more)
        if entry.is_dagster_event and f"{entry.step_key} {entry.get_dagster_event().event_type_value}" == event:
            os.kill(os.getpid(), signal.SIGINT)

    @dg.op
    def vik_opens(context: dg.OpExecutionContext, night: NightRun) -> None:
        night.session(municipality, context.run_id)

    @dg.op(ins={"before": dg.In(dg.Nothing)})
    def vik_ends(context: dg.OpExecutionContext, night: NightRun) -> None:
        night.session(municipality, context.run_id).finish("done", {}, None)

    @dg.job(resource_defs={"night": NightRun(home=str(village.home))})
    def vik_some() -> None:
        vik_ends(vik_opens())

    monkeypatch.setattr(dg.DagsterInstance, "handle_new_event", ended)
    with dg.DagsterInstance.ephemeral() as instance, closing(open_ledger(municipality.ledger, village.home)) as ledger:
        run = vik_some.execute_in_process(instance=instance, raise_on_error=False)
        assert not run.success
        lines = [entry.user_message for entry in instance.all_logs(run.run_id)]
        assert [line for line in lines if "was ended" in line and says in line]
        assert ledger.runs("vik").get_column("verdict").to_list() == [verdict] * (verdict is not None)


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
        _, output = night.communicate(timeout=60)
    assert night.returncode == INTERRUPTED
    assert "Traceback" not in output
    with closing(open_ledger("sqlite:///var/ledger.sqlite", village.home)) as ledger:
        (run,) = ledger.runs("vik").to_dicts()
    assert run["verdict"] == "interrupted"
    assert run["message"] in output
    assert "in the step apply" in output
    assert "of 4 changes were made in Kobo and stand" in output
    with dg.DagsterInstance.get() as instance:
        (theirs,) = instance.get_runs()
        lines = [entry.user_message for entry in instance.all_logs(theirs.run_id)]
    assert theirs.run_id == run["run_id"]
    assert run["message"] in lines, "the run's page in Dagster has the sentence beside the stack of Dagster's own"
    assert theirs.status in (dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.FAILURE)
