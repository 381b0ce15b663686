"""Which municipalities can be in one deployment: a conflicting file must not keep the others from loading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from assets.stored_table import table_base
from pipelines.schedule_times import schedule_fault
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
    if unfit := schedule_fault(municipality):
        return unfit
    base = table_base(municipality, root)
    if base != common:
        return f"storage: {base} is not the storage of the others ({common}), and a deployment has one. Write that, or leave it out."
    return None
