"""Which municipalities can be in one deployment: a conflicting file must not keep the others from loading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assets.stored_table import table_base
from pipelines.schedule_times import is_schedule, schedule_of
from reconciliation.model.municipality import Municipality


def compatible_municipalities(municipalities: Iterable[Municipality], root: Path) -> tuple[list[Municipality], dict[str, str]]:
    """The municipalities that can be loaded together, and slug -> a sentence about each other. The storage of most of them decides."""
    everyone = list(municipalities)
    bases = Counter(table_base(municipality, root) for municipality in everyone)
    common = max(bases, key=lambda base: (bases[base], base), default="")
    fit: list[Municipality] = []
    faults: dict[str, str] = {}
    for municipality in everyone:
        fault = _fault(municipality, root, common)
        if fault:
            faults[municipality.slug] = f"{municipality.file}: {fault}"
        else:
            fit.append(municipality)
    return fit, faults


def _fault(municipality: Municipality, root: Path, common: str) -> str | None:
    if not is_schedule(schedule_of(municipality)):
        return f'schedule: {municipality.schedule!r} is no cron line. Write e.g. "30 2 * * *", or leave it out.'
    try:
        ZoneInfo(municipality.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"timezone: {municipality.timezone!r} is no time zone. Write e.g. Europe/Oslo."
    base = table_base(municipality, root)
    if base != common:
        return f"storage: {base} is not the storage of the others ({common}), and a deployment has one. Write that, or leave it out."
    return None
