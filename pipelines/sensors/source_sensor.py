"""Starts a night when a source's file is new or has changed, for municipalities that want it (`on_new_file`)."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from connectors.read_faults import SourceFault
from connectors.source_config import CsvSource, FileSource
from connectors.source_files import files_of
from pipelines.jobs import MUNICIPALITY_TAG, night_name, under_way
from reconciliation.model.municipality import Municipality

SETTLED_SECONDS = 30.0
"""A file that was written later than this may still be on its way."""


def source_sensor(municipality: Municipality, root: Path) -> dg.SensorDefinition:
    """One night per state of the files. The cursor has the files' state when the last night was started."""

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
    """A night to ask for, or why none. Files that are there at the first look start no night: the schedule reads them."""
    watched = _watched(municipality, root)
    before = context.cursor
    if before is None:
        states = {name: file.state(file.digest()) for name, file in watched.items()}
        context.update_cursor(json.dumps(states))
        return dg.SkipReason(f"Watching {len(states)} files from now on.")
    known: dict[str, list[Any]] = json.loads(before)
    touched = {name: file for name, file in watched.items() if not file.is_as(known.get(name))}
    young = sorted(name for name, file in touched.items() if file.age(time.time()) < settled)
    if young:
        return dg.SkipReason(f"{', '.join(young)} was written less than {settled:.0f} s ago; it may still be on its way.")
    states = {name: file.state(file.digest() if name in touched else known[name][-1]) for name, file in watched.items()}
    # Opened and saved without a change, or copied again: that is no reason to start.
    fresh = sorted(name for name in touched if name not in known or known[name][-1] != states[name][-1])
    if not fresh:
        context.update_cursor(json.dumps(states))
        return dg.SkipReason("No source's file is new or has changed.")
    if busy := under_way(municipality, root, context.instance):
        return dg.SkipReason(f"{busy} The new files wait for the next check.")
    context.update_cursor(json.dumps(states))
    # With its times, so that contents which come back are asked for again.
    state = json.dumps([[name, states[name]] for name in fresh])
    run_key = hashlib.sha256(state.encode()).hexdigest()[:16]
    tags = {MUNICIPALITY_TAG: municipality.slug, "kobosync/new_files": ", ".join(fresh)[:200]}
    return dg.RunRequest(run_key=f"{municipality.slug}-{run_key}", tags=tags)


@dataclass(frozen=True, slots=True)
class _File:
    """A file's attributes in the file system. Its contents are read only when one of them has changed."""

    path: Path
    size: int
    modified: int
    changed: int

    def state(self, digest: str | None) -> list[Any]:
        return [self.size, self.modified, self.changed, digest]

    def is_as(self, known: list[Any] | None) -> bool:
        """An earlier version kept size and time of change alone."""
        if known is None:
            return False
        return known == [self.size, self.modified] if len(known) == 2 else known[:3] == [self.size, self.modified, self.changed]

    def age(self, now: float) -> float:
        """Seconds. A copy that keeps its original's time counts as new."""
        return now - max(self.modified, self.changed) / 1e9

    def digest(self) -> str | None:
        """None for a file that cannot be read now; the night reports it."""
        try:
            with self.path.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()[:32]
        except OSError:
            return None


def _watched(municipality: Municipality, root: Path) -> dict[str, _File]:
    """`source: file` -> the file, those that are joined to it and the owners' corrections too. A missing file is left out:
    the night reports it."""
    files: dict[str, _File] = {}
    for name, path in _paths(municipality, root):
        try:
            about = path.stat()
        except OSError:
            continue
        files[f"{name}: {path.name}"] = _File(path, about.st_size, about.st_mtime_ns, about.st_ctime_ns)
    return files


def _paths(municipality: Municipality, root: Path) -> Iterator[tuple[str, Path]]:
    for name, source in municipality.sources.items():
        if isinstance(source, FileSource):
            try:
                yield from ((name, file) for file in files_of(source, root))
            except SourceFault:
                continue
        if isinstance(source, CsvSource):
            yield from ((name, root / join.path) for join in source.joins)
    if municipality.corrections:
        yield "corrections", root / municipality.corrections
