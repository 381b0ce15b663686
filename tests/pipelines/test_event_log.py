"""Dagster's event log and record of runs are ours only in how they connect: what they store is what Dagster's own would."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import EngineEventData
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from sqlalchemy import create_engine

from pipelines.event_log import EventLog
from pipelines.run_storage import RunStorage

SETTINGS = """
telemetry: {enabled: false}
event_log_storage:
  module: pipelines.event_log
  class: EventLog
  config: {base_dir: {env: DAGSTER_HOME}}
run_storage:
  module: pipelines.run_storage
  class: RunStorage
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
    monkeypatch.setattr("pipelines.run_storage.create_engine", lambda *args, **kinds: made.append(args) or create_engine(*args, **kinds))
    dg.materialize([home], instance=instance)
    dg.materialize([home], instance=instance)
    assert isinstance(instance.event_log_storage, EventLog)
    assert isinstance(instance.run_storage, RunStorage)
    assert len(made) <= 2


def rows(storage: ConsolidatedSqliteEventLogStorage, table: str) -> list[dict[str, object]]:
    """All but what a storage's clock and counter give."""
    with storage.index_connection() as connection:
        found = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id").mappings().all()
    return [{name: value for name, value in row.items() if name not in ("create_timestamp", "last_materialization")} for row in found]


@pytest.mark.parametrize("table", ["event_logs", "asset_keys", "asset_check_executions", "asset_event_tags"])
def test_the_rows_are_those_of_dagsters_own_log(table: str, instance: dg.DagsterInstance, tmp_path: Path) -> None:
    run = dg.materialize([home], instance=instance)
    own = ConsolidatedSqliteEventLogStorage(str(tmp_path / "own"))
    for event in instance.all_logs(run.run_id):
        own.store_event(event)
    assert isinstance(instance.event_log_storage, EventLog)
    assert rows(instance.event_log_storage, table) == rows(own, table)
    assert rows(own, table) or table == "asset_event_tags"


def test_what_a_step_made_is_seen_by_whoever_asks_and_by_all_at_its_end(instance: dg.DagsterInstance) -> None:
    seen: dict[str, int] = {}

    @dg.multi_asset(outs={"one": dg.AssetOut(), "two": dg.AssetOut()})
    def both(context):
        yield dg.Output(None, "one")
        with dg.DagsterInstance.get() as other:
            seen["by another process"] = len(other.all_logs(context.run.run_id, of_type=made))
        seen["by this one"] = len(context.instance.all_logs(context.run.run_id, of_type=made))
        yield dg.Output(None, "two")

    made = dg.DagsterEventType.ASSET_MATERIALIZATION
    run = dg.materialize([both], instance=instance)
    with dg.DagsterInstance.get() as other:
        assert seen == {"by another process": 0, "by this one": 1}
        assert len(other.all_logs(run.run_id, of_type=made)) == 2
        assert len(other.all_logs(run.run_id)) == len(instance.all_logs(run.run_id))


def test_an_asset_that_was_wiped_has_no_last_materialization(instance: dg.DagsterInstance) -> None:
    dg.materialize([home], instance=instance)
    key = dg.AssetKey("home")
    (record,) = instance.get_asset_records([key])
    assert record.asset_entry.last_materialization is not None
    instance.wipe_assets([key])
    assert not instance.get_asset_records([key])
    again = dg.materialize([home], instance=instance)
    (record,) = instance.get_asset_records([key])
    assert record.asset_entry.last_materialization_record is not None
    assert record.asset_entry.last_materialization_record.run_id == again.run_id


def test_runs_are_found_where_dagsters_own_storage_looks_for_them(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    run = dg.materialize([home], instance=instance)
    own = SqliteRunStorage.from_local(str(tmp_path / "history"))
    (found,) = own.get_run_records()
    (ours,) = instance.get_run_records()
    assert found == ours
    assert (found.dagster_run.run_id, found.dagster_run.status) == (run.run_id, dg.DagsterRunStatus.SUCCESS)
    assert found.start_time is not None
    assert found.end_time is not None


def engine_event(run_id: str, said: str) -> EventLogEntry:
    told = dg.DagsterEvent("ENGINE_EVENT", "night", message=said, event_specific_data=EngineEventData())
    return EventLogEntry(None, "info", said, run_id, 0.0, job_name="night", dagster_event=told)


def test_an_event_that_cannot_be_stored_waits_until_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.event_log.BUSY_SECONDS", 0.05)
    log = EventLog(str(tmp_path))
    log.store_event(engine_event("one", "first"))
    with closing(sqlite3.connect(tmp_path / "event_log.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            log.store_event(engine_event("one", "second"))
        other.execute("ROLLBACK")
    log.store_event(engine_event("one", "third"))
    assert [event.message for event in log.get_logs_for_run("one")] == ["first", "second", "third"]


def test_threads_of_one_process_store_each_event_once(tmp_path: Path) -> None:
    log = EventLog(str(tmp_path))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: log.store_event(engine_event(f"run-{number % 8}", str(number))), range(400)))
    found = [event.message for run in range(8) for event in log.get_logs_for_run(f"run-{run}")]
    assert sorted(found, key=int) == [str(number) for number in range(400)]


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
