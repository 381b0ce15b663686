"""The sensor and the schedule against a real ledger, a real Dagster instance and a real receiver; nothing is run by them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import build_definitions
from pipelines.jobs import COMMAND_LINE, MUNICIPALITY_TAG, STARTED_BY_TAG, under_way
from pipelines.sensors.alert_sensor import AlertCursor, due, look
from reconciliation.ledger import Ledger, open_ledger
from reconciliation.model.municipality import Municipality, load
from tests.pipelines.test_alerts import receiving
from tests.pipelines.village import Village

NIGHT = date(2023, 11, 2)


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Village:
    monkeypatch.delenv("KOBOSYNC_HOME", raising=False)
    return Village(tmp_path)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def the_ledger(village: Village) -> closing[Ledger]:
    return closing(open_ledger("sqlite:///var/ledger.sqlite", village.home))


def night(village: Village, run_id: str, verdict: str, message: str | None = None) -> None:
    with the_ledger(village) as ledger:
        ledger.begin_run("vik", NIGHT, run_id, "auto")
        ledger.finish_run(run_id, verdict, {}, {}, message)


class Looking:
    """The municipality's sensor, looking again and again with its cursor, as the daemon does."""

    def __init__(self, municipality: Municipality, root: Path, instance: dg.DagsterInstance) -> None:
        self.sensor = build_definitions([municipality], root).resolve_sensor_def(f"{municipality.slug}_alerts")
        self.instance = instance
        self.cursor: str | None = None

    def look(self) -> str:
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor) as context:
            tick_result = self.sensor.evaluate_tick(context)
        self.cursor = tick_result.cursor
        assert not tick_result.run_requests
        assert tick_result.skip_message, "every look ends in words"
        return tick_result.skip_message


def test_a_failed_night_is_reported_once_and_its_recovery_once(village: Village, instance: dg.DagsterInstance) -> None:
    with receiving() as receiver:
        village.write_config(alerts=[receiver.address])
        looking = Looking(load(village.config), village.home, instance)
        assert "nothing to judge" in looking.look()
        night(village, "one", "done")
        looking.look()
        night(village, "two", "failed", "The register does not answer.")
        assert "Told 1 of 1" in looking.look()
        assert "Nothing new" in looking.look()
        night(village, "plan", "planned")
        looking.look()
        night(village, "three", "failed", "The register does not answer.")
        looking.look()
        night(village, "four", "done")
        looking.look()
        looking.look()
    titles = [message["title"] for message in receiver.arrived]
    assert titles == ["kobosync: the night of Vik failed", "kobosync: the night of Vik is well again"]
    assert receiver.arrived[0]["message"] == ("The register does not answer.\nRun in Dagster: /runs/two\nReport: reports/vik/2023-11-02")


def test_what_could_not_be_sent_is_sent_later_and_nobody_else_hears_it_twice(village: Village, instance: dg.DagsterInstance) -> None:
    with receiving() as well, receiving() as down:
        down.status = 503
        village.write_config(alerts=[well.address, down.address])
        looking = Looking(load(village.config), village.home, instance)
        night(village, "one", "incomplete", "A file is missing.")
        assert "alerts 2 (json) could not be reached" in looking.look()
        looking.look()
        down.status = 200
        looking.look()
        looking.look()
    assert [len(well.arrived), len(down.arrived)] == [1, 1]


def test_where_nobody_is_to_be_alerted_the_sensor_says_so(village: Village, instance: dg.DagsterInstance) -> None:
    night(village, "one", "failed", "The register does not answer.")
    message = Looking(load(village.config), village.home, instance).look()
    assert message.startswith("failed: The register does not answer. No alert was sent")


def test_a_ledger_that_cannot_be_opened_is_a_failed_night(village: Village, instance: dg.DagsterInstance) -> None:
    (village.home / "var").mkdir()
    (village.home / "var" / "ledger.sqlite").write_bytes(b"this is no database" * 100)
    assert Looking(load(village.config), village.home, instance).look().startswith("failed: ")


DUE = {
    "its hour has come, and its time": ("2023-11-02T08:00+01:00", "2023-11-02T02:00+01:00"),
    "not so late yet": ("2023-11-02T07:59+01:00", "2023-11-01T02:00+01:00"),
    "summer time ends: the hour that comes twice is one tick": ("2023-10-29T08:01+01:00", "2023-10-29T02:00+01:00"),
    "summer time begins: the hour that does not exist is the next": ("2024-03-31T09:01+02:00", "2024-03-31T03:00+02:00"),
}


@pytest.mark.parametrize("case", DUE)
def test_when_a_night_should_have_ended(village: Village, case: str) -> None:
    now, tick = (datetime.fromisoformat(text) for text in DUE[case])
    assert due(load(village.config), now - timedelta(days=30), now) == tick


def test_what_was_due_before_the_first_look_was_not_missed(village: Village) -> None:
    now = datetime(2023, 11, 2, 12, tzinfo=UTC)
    assert due(load(village.config), now - timedelta(hours=1), now) is None


def test_a_missed_night_is_seen_and_the_cursor_remembers_since_when_somebody_looked(village: Village, instance: dg.DagsterInstance) -> None:
    municipality = load(village.config)
    now = datetime.now(UTC)
    state = look(municipality, village.home, instance, now - timedelta(days=3), now)
    assert state is not None
    assert (state.state, "none has begun" in state.says) == ("missed", True)
    cursor = AlertCursor(now, {"abc": state.state})
    assert AlertCursor.read(cursor.write(), now + timedelta(days=1)) == cursor


def test_a_night_that_died_before_it_came_to_the_ledger_is_reported_by_dagster(village: Village, instance: dg.DagsterInstance) -> None:
    municipality = load(village.config)
    job = build_definitions([municipality], village.home).resolve_job_def("vik_nightly")
    run = instance.create_run_for_job(job, tags={MUNICIPALITY_TAG: "vik"}, run_config=None)
    instance.report_run_failed(run, "out of memory")
    now = datetime.now(UTC)
    state = look(municipality, village.home, instance, now, now)
    assert state is not None
    assert (state.state, state.run_id) == ("failed", run.run_id)
    night(village, "later", "done")
    state = look(municipality, village.home, instance, now, now)
    assert state is not None
    assert state.state == "done"


def tick(municipality: Municipality, root: Path, instance: dg.DagsterInstance) -> tuple[int, str | None]:
    schedule = build_definitions([municipality], root).resolve_schedule_def("vik_schedule")
    with dg.build_schedule_context(instance=instance, scheduled_execution_time=datetime(2023, 11, 2, 1, tzinfo=UTC)) as context:
        tick_result = schedule.evaluate_tick(context)
    return len(tick_result.run_requests or []), tick_result.skip_message


def test_the_schedule_starts_one_night_and_skips_in_words_while_one_is_under_way(village: Village) -> None:
    municipality = load(village.config)
    job = build_definitions([municipality], village.home).resolve_job_def("vik_nightly")
    with dg.instance_for_test() as instance:
        assert tick(municipality, village.home, instance) == (1, None)
        run = instance.create_run_for_job(job, tags={MUNICIPALITY_TAG: "vik"}, status=dg.DagsterRunStatus.STARTED)
        requests, words = tick(municipality, village.home, instance)
        assert requests == 0
        assert words is not None
        assert run.run_id in words
        instance.report_run_canceled(run)
        assert tick(municipality, village.home, instance) == (1, None)


def started(village: Village, instance: dg.DagsterInstance, minutes_ago: float) -> tuple[str, datetime]:
    """A whole night that a worker began; returns its run id and a time that many minutes after it began."""
    job = build_definitions([load(village.config)], village.home).resolve_job_def("vik_nightly")
    run = instance.create_run_for_job(job, tags=job.tags, status=dg.DagsterRunStatus.STARTED)
    return run.run_id, datetime.now(UTC) + timedelta(minutes=minutes_ago)


def test_a_night_whose_worker_died_is_reported_to_dagster_and_may_begin_again(village: Village, instance: dg.DagsterInstance) -> None:
    municipality = load(village.config)
    run_id, later = started(village, instance, 1)
    with closing(open_ledger(municipality.ledger, village.home)) as ledger, ledger.lock("vik", run_id):
        ledger.begin_run("vik", NIGHT, run_id, "auto")
        look(municipality, village.home, instance, later, later)
        assert instance.get_run_by_id(run_id).status is dg.DagsterRunStatus.STARTED, "it holds the lock, so it lives"
    look(municipality, village.home, instance, later, later)
    run = instance.get_run_by_id(run_id)
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert run.tags.get("dagster/failure_reason") != "STEP_FAILURE", "Dagster begins such a night once more"


@pytest.mark.parametrize("minutes", [1, 11])
def test_a_night_that_has_not_come_to_its_lock_or_has_just_let_it_go_is_given_ten_minutes(
    minutes: int, village: Village, instance: dg.DagsterInstance
) -> None:
    municipality = load(village.config)
    before_lock, later = started(village, instance, minutes)
    after_lock, _ = started(village, instance, minutes)
    with closing(open_ledger(municipality.ledger, village.home)) as ledger:
        with ledger.lock("vik", after_lock):
            ledger.begin_run("vik", NIGHT, after_lock, "auto")
        ledger.finish_run(after_lock, "done", {}, {})
    look(municipality, village.home, instance, later, later)
    expected = dg.DagsterRunStatus.STARTED if minutes < 10 else dg.DagsterRunStatus.FAILURE
    assert [instance.get_run_by_id(run_id).status for run_id in (before_lock, after_lock)] == [expected, expected]


def test_a_step_by_itself_that_waits_for_the_registers_pool_is_left_waiting(village: Village, instance: dg.DagsterInstance) -> None:
    municipality = load(village.config)
    job = (
        build_definitions([municipality], village.home)
        .resolve_job_def("vik_nightly")
        .get_subset(asset_selection={dg.AssetKey(["vik", "register"])})
    )
    run = instance.create_run_for_job(
        job, tags=job.tags, status=dg.DagsterRunStatus.STARTED, asset_selection=frozenset({dg.AssetKey(["vik", "register"])})
    )
    later = datetime.now(UTC) + timedelta(hours=1)
    look(municipality, village.home, instance, later, later)
    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.STARTED


def test_a_night_of_the_command_line_is_known_by_its_lock_alive_or_killed(village: Village, instance: dg.DagsterInstance) -> None:
    municipality = load(village.config)
    job = build_definitions([municipality], village.home).resolve_job_def("vik_nightly")
    tags = {MUNICIPALITY_TAG: "vik", STARTED_BY_TAG: COMMAND_LINE}
    run = instance.create_run_for_job(job, tags=tags, status=dg.DagsterRunStatus.STARTED)
    program = (
        "import sys, pathlib, datetime, time\n"
        "from reconciliation.ledger import open_ledger\n"
        f"ledger = open_ledger('sqlite:///var/ledger.sqlite', pathlib.Path({str(village.home)!r}))\n"
        "with ledger.lock('vik', 'by-hand'):\n"
        "    ledger.begin_run('vik', datetime.date(2023, 11, 2), 'by-hand', 'auto')\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"held\n"
            words = under_way(municipality, village.home, instance)
            assert words is not None
            assert "by-hand" in words
            now = datetime.now(UTC)
            assert look(municipality, village.home, instance, now, now) is None, "a running night is not judged"
        finally:
            process.kill()
    assert under_way(municipality, village.home, instance) is None, "a killed night holds nobody up"
    state = look(municipality, village.home, instance, now, now)
    assert state is not None
    assert (state.state, state.run_id) == ("failed", "by-hand")
    still = instance.get_run_by_id(run.run_id)
    assert still is not None
    assert not still.is_finished, "a run that has just begun may not have come to its lock yet"
    look(municipality, village.home, instance, now, now + timedelta(hours=1))
    closed = instance.get_run_by_id(run.run_id)
    assert closed is not None
    assert closed.status is dg.DagsterRunStatus.FAILURE, "Dagster's queue does not wait for a dead process"
