"""Dagster's event log is ours only in how it connects: what it stores is what Dagster's own would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import create_engine

from pipelines.event_log import EventLog

SETTINGS = """
telemetry: {enabled: false}
event_log_storage:
  module: pipelines.event_log
  class: EventLog
  config: {base_dir: {env: DAGSTER_HOME}}
"""


@dg.asset(check_specs=[dg.AssetCheckSpec("counted", asset="home")])
def home() -> object:
    yield dg.Output(None, metadata={"rows": 3})
    yield dg.AssetCheckResult(passed=True, check_name="counted", asset_key="home")


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "dagster.yaml").write_text(SETTINGS, encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dg.DagsterInstance.get() as made:
        yield made


def test_a_run_is_found_again_by_another_process_instance(instance: dg.DagsterInstance) -> None:
    run = dg.materialize([home], instance=instance)
    with dg.DagsterInstance.get() as other:
        told = other.get_latest_materialization_event(dg.AssetKey("home"))
        assert told is not None
        assert told.run_id == run.run_id
        assert told.asset_materialization is not None
        assert told.asset_materialization.metadata["rows"].value == 3
        assert len(other.all_logs(run.run_id)) == len(instance.all_logs(run.run_id)) > 5


def test_one_engine_serves_every_event(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr("pipelines.event_log.create_engine", lambda *args, **kinds: made.append(args) or create_engine(*args, **kinds))
    dg.materialize([home], instance=instance)
    dg.materialize([home], instance=instance)
    assert isinstance(instance.event_log_storage, EventLog)
    assert len(made) <= 1


NIGHTS = """
import dagster as dg

@dg.asset
def home() -> None: ...

with dg.DagsterInstance.get() as instance:
    for _ in range(5):
        assert dg.materialize([home], instance=instance).success
"""


def test_several_processes_write_at_once(instance: dg.DagsterInstance) -> None:
    nights = [subprocess.Popen([sys.executable, "-c", NIGHTS], stderr=subprocess.PIPE) for _ in range(3)]
    ends = [night.communicate(timeout=60) for night in nights]
    assert [night.returncode for night in nights] == [0, 0, 0], ends
    assert len(instance.get_runs()) == 15
    assert all(instance.all_logs(run.run_id) for run in instance.get_runs())
