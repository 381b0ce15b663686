"""When a municipality's night begins: as its file says, else at a minute of its own, so that many do not start at once.

Dagster itself reads the cron lines, summer time included: the tick judged here is the tick that its scheduler made.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import dagster as dg

from reconciliation.model.municipality import Municipality

DEFAULT_SCHEDULE = "0 2 * * *"
FIRST_MINUTE = 60
"""01:00 local time: after the legacy systems' own exports at midnight."""
MINUTES = 240
"""Until 05:00: leaves hours for a long night, and for a second try, before people come to work."""


def schedule_of(municipality: Municipality) -> str:
    """A cron line in the municipality's time zone.

    Without `schedule` in its file the slug alone decides the minute: the same on every machine and after every restart,
    and no municipality moves when another comes or goes.
    """
    if "schedule" in municipality.model_fields_set:
        return municipality.schedule
    number = int.from_bytes(hashlib.sha256(municipality.slug.encode()).digest()[:8], "big")
    hour, minute = divmod(FIRST_MINUTE + number % MINUTES, 60)
    return f"{minute} {hour} * * *"


def schedule_fault(municipality: Municipality) -> str | None:
    """What is wrong with its cron line, in a sentence; None where Dagster accepts it."""
    try:
        dg.ScheduleDefinition(job_name="any", cron_schedule=schedule_of(municipality))
    except dg.DagsterInvalidDefinitionError:
        return f'schedule: {municipality.schedule!r} is no cron line. Write e.g. "30 2 * * *", or leave it out.'
    return None


def latest_tick(cron: str, timezone: str, now: datetime) -> datetime:
    """The last time at or before now (with a zone) that the cron line names. Dagster's partitions of time end at a schedule's ticks."""
    nights = dg.TimeWindowPartitionsDefinition(cron_schedule=cron, timezone=timezone, start=now, fmt="%Y-%m-%d")
    window = nights.get_prev_partition_window(now, respect_bounds=False)
    if window is None:
        raise ValueError(f"{cron!r} names no time before {now}.")
    return window.end
