"""Checks the state of a municipality's nights once a minute, and alerts operations when it changes."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from assets.night_resource import is_whole
from pipelines.jobs import COMMAND_LINE, MUNICIPALITY_TAG, STARTED_BY_TAG, UNFINISHED, approve_name, night_name
from pipelines.schedule_times import latest_tick, schedule_of
from pipelines.sensors.alerts import JudgedNights, NightState, SendingError, judge_nights, next_message, send
from reconciliation.ledger import LedgerError, open_ledger
from reconciliation.model.municipality import Municipality

GRACE = timedelta(minutes=10)
_NEWEST = 20


@dataclass(frozen=True, slots=True)
class AlertCursor:
    """The cursor. since: the first check; earlier schedule ticks are ignored. states: address (hashed) -> state last sent to it."""

    since: datetime
    states: Mapping[str, NightState] = field(default_factory=dict)

    @classmethod
    def read(cls, cursor: str | None, now: datetime) -> AlertCursor:
        """The cursor as Dagster stored it; one that starts at `now` when there is none."""
        if not cursor:
            return cls(now)
        content = json.loads(cursor)
        return cls(datetime.fromisoformat(content["since"]), {name: NightState(state) for name, state in content["states"].items()})

    def write(self) -> str:
        """The cursor as JSON text, for Dagster to store."""
        return json.dumps({"since": self.since.isoformat(), "states": dict(sorted(self.states.items()))})


def alerts_sensor(municipality: Municipality, root: Path) -> dg.SensorDefinition:
    """Starts no run: it reads the ledger and sends alerts. Its skip reasons are the history of what was sent."""

    @dg.sensor(
        name=f"{municipality.slug}_alerts",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Tells operations once when {municipality.name}'s night fails, waits or is missed, and once when all is well again.",
        tags={MUNICIPALITY_TAG: municipality.slug},
    )
    def alerts(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        now = datetime.now(UTC)
        before = AlertCursor.read(context.cursor, now)
        night = look(municipality, root, context.instance, before.since, now)
        after, says = send_alerts(municipality, before, night)
        return dg.SensorResult(skip_reason=says, cursor=after.write())

    return alerts


def look(municipality: Municipality, root: Path, instance: dg.DagsterInstance, since: datetime, now: datetime) -> JudgedNights | None:
    """The state of the nights, by the ledger, and by Dagster for a night that did not reach the ledger."""
    try:
        with closing(open_ledger(municipality.ledger, root)) as ledger:
            runs = ledger.runs(municipality.slug).to_dicts()
            holder = ledger.held_by(municipality.slug)
    except LedgerError as error:
        return JudgedNights(NightState.FAILED, str(error))
    known = {run["run_id"] for run in runs}
    running = holder if holder in known else None
    close_dead(municipality, instance, {run["run_id"]: run["finished"] for run in runs}, holder, now)
    runs += [run for run in _failed_in_dagster(municipality, instance) if run["run_id"] not in known]
    runs.sort(key=lambda run: run["finished"] or run["started"])
    return judge_nights(
        runs,
        running=running,
        due=due(municipality, since, now),
        asked_for_dry=municipality.apply == "never",
        now=now,
    )


def close_dead(
    municipality: Municipality, instance: dg.DagsterInstance, finished: Mapping[str, datetime | None], holder: str | None, now: datetime
) -> int:
    """Report to Dagster the nights whose process is gone, so that they are begun once more and hold up no queue. Returns how many.

    Dagster learns of no such death itself: of a killed command never, and of a lost Celery worker not before `max_runtime_seconds`.
    A running night holds the ledger's lock from its first step to its last, on every machine.

    finished: run id -> when the ledger recorded its end, None before that. holder: run id that a living process holds the lock for.
    """
    closed = 0
    filters = dg.RunsFilter(tags={MUNICIPALITY_TAG: municipality.slug}, statuses=UNFINISHED)
    for record in instance.get_run_records(filters):
        run = record.dagster_run
        by_command = run.tags.get(STARTED_BY_TAG) == COMMAND_LINE
        # Dagster watches its queue itself; and a single step may wait for the register's pool before it takes the lock.
        watched = by_command or (run.status is dg.DagsterRunStatus.STARTED and is_whole(run, municipality))
        if run.run_id == holder or not watched:
            continue
        ended = finished.get(run.run_id)
        began = record.create_timestamp if record.start_time is None else datetime.fromtimestamp(record.start_time, UTC)
        # There is a moment between the first step and the lock, and between the last step and Dagster's event about it.
        died_in_the_middle = run.run_id in finished and ended is None
        if died_in_the_middle or (ended or began) < now - GRACE:
            instance.report_run_failed(run, "The night's process ended without a message; no process has the ledger's lock for it.")
            closed += 1
    return closed


def due(municipality: Municipality, since: datetime, now: datetime) -> datetime | None:
    """The latest tick (UTC) whose night should have ended by now; None when it came before `since`."""
    latest = (now - timedelta(hours=municipality.missed_after_hours)).astimezone(ZoneInfo(municipality.timezone))
    tick = latest_tick(schedule_of(municipality), municipality.timezone, latest).astimezone(UTC)
    return tick if tick >= since else None


def send_alerts(municipality: Municipality, cursor: AlertCursor, state: JudgedNights | None) -> tuple[AlertCursor, str]:
    """Send what is new to each address separately: a failed one is tried again, and the others get nothing twice."""
    if state is None:
        return cursor, "A night is running, or none has been yet; nothing to judge."
    if not municipality.alerts:
        return cursor, f"{state.state}: {state.says} No alert was sent: `alerts` in {municipality.file} names no address."
    states, sent, faults = dict(cursor.states), 0, []
    reports = f"{((municipality.send and municipality.send.link) or municipality.reports).rstrip('/')}/{municipality.slug}"
    for number, address in enumerate(municipality.alerts, start=1):
        name = hashlib.sha256(address.encode()).hexdigest()[:12]
        message = next_message(states.get(name), state, municipality.name, reports, municipality.base_url)
        try:
            if message:
                send(address, message, number)
                sent += 1
        except SendingError as error:
            faults.append(str(error))
        else:
            states[name] = state.state
    says = f"{state.state}: {state.says} " + (f"Told {sent} of {len(municipality.alerts)}." if sent else "Nothing new to tell.")
    return AlertCursor(cursor.since, states), " ".join([says, *faults])


def _failed_in_dagster(municipality: Municipality, instance: dg.DagsterInstance) -> list[dict[str, Any]]:
    """The latest night that Dagster says failed, in the shape of the ledger's runs."""
    failed = []
    for job in (night_name(municipality), approve_name(municipality)):
        filters = dg.RunsFilter(job_name=job, tags={MUNICIPALITY_TAG: municipality.slug}, statuses=[dg.DagsterRunStatus.FAILURE])
        # Of the newest few, the last whole night; runs of selected steps do not count.
        newest = instance.get_run_records(filters, limit=_NEWEST)
        nights = (record for record in newest if is_whole(record.dagster_run, municipality))
        for record in itertools.islice(nights, 1):
            ended = record.create_timestamp if record.end_time is None else datetime.fromtimestamp(record.end_time, UTC)
            failed.append(
                {
                    "run_id": record.dagster_run.run_id,
                    "as_of": None,
                    "apply_mode": municipality.apply,
                    "started": ended,
                    "finished": ended,
                    "verdict": "failed",
                    "message": None,
                }
            )
    return failed
