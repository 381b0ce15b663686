"""Starts a night when a source's file is new or has changed, for municipalities that want it (`on_new_file`)."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import dagster as dg

from connectors.config import FileSource
from connectors.faults import SourceFault
from connectors.files import files_of
from pipelines.jobs import night_name, under_way
from pipelines.own_graph import MUNICIPALITY_TAG
from reconciliation.municipality import Municipality

SETTLED_SECONDS = 30.0
"""A file that was written later than this may still be on its way."""


def source_sensor(municipality: Municipality, root: Path) -> dg.SensorDefinition:
    """One night per state of the files: its cursor is what they were like when the last one was asked for."""

    @dg.sensor(
        name=f"{municipality.slug}_files",
        job_name=night_name(municipality),
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Begins a night of {municipality.name} when a source's file is new or has changed.",
        tags={MUNICIPALITY_TAG: municipality.slug},
    )
    def files(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        return look_for_files(context, municipality, root)

    return files


def look_for_files(
    context: dg.SensorEvaluationContext, municipality: Municipality, root: Path, settled: float = SETTLED_SECONDS
) -> dg.RunRequest | dg.SkipReason:
    """A night to ask for, or why none. What lies there when the sensor first looks is the schedule's to read."""
    found = _state(municipality, root)
    before = context.cursor
    if before is None:
        context.update_cursor(json.dumps(found))
        return dg.SkipReason(f"Watching {len(found)} files from now on.")
    known: dict[str, list[int]] = json.loads(before)
    fresh = sorted(name for name, state in found.items() if known.get(name) != state)
    if not fresh:
        context.update_cursor(json.dumps(found))
        return dg.SkipReason("No source's file is new or has changed.")
    young = [name for name in fresh if time.time() - found[name][1] / 1e9 < settled]
    if young:
        return dg.SkipReason(f"{', '.join(young)} was written less than {settled:.0f} s ago; it may still be on its way.")
    if busy := under_way(municipality, root, context.instance):
        return dg.SkipReason(f"{busy} The new files wait for the next look.")
    context.update_cursor(json.dumps(found))
    state = json.dumps([[name, found[name]] for name in fresh])
    run_key = hashlib.sha256(state.encode()).hexdigest()[:16]
    tags = {MUNICIPALITY_TAG: municipality.slug, "kobosync/new_files": ", ".join(fresh)[:200]}
    return dg.RunRequest(run_key=f"{municipality.slug}-{run_key}", tags=tags)


def _state(municipality: Municipality, root: Path) -> dict[str, list[int]]:
    """`source: file` -> bytes and time of last change (ns). A source that cannot be found now is for the night to tell."""
    found: dict[str, list[int]] = {}
    for name, source in municipality.sources.items():
        if not isinstance(source, FileSource):
            continue
        try:
            for file in files_of(source, root):
                about = file.stat()
                found[f"{name}: {file.name}"] = [about.st_size, about.st_mtime_ns]
        except (SourceFault, OSError):
            continue
    return found
