"""Everything Dagster loads: one group, job and schedule per file in config/."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import dagster as dg

from assets.municipality_graph import municipality_assets
from assets.night_resource import NightRun
from assets.stored_table import table_base
from assets.table_io import EarlierTables, TableStore
from pipelines.deployment_clashes import compatible_municipalities
from pipelines.home import config_files, home, municipalities
from pipelines.jobs import jobs_of, nightly_job, nightly_schedule, report_job
from pipelines.sensors.alert_sensor import alerts_sensor
from pipelines.sensors.answer_sensor import clarification_sensor
from pipelines.sensors.configuration_sensor import configuration_sensor
from pipelines.sensors.owner_letters import owner_letters_sensor
from pipelines.sensors.source_sensor import source_sensor
from pipelines.unusable_files import Unusable, stub_asset, stub_job, stub_schedule, unusable
from reconciliation.model.municipality import ConfigurationError, Municipality

log = logging.getLogger("kobosync")

FEW = 50
"""With more municipalities than this a deployment has no plan and report jobs of its own: each job costs loading time. The same is
had from `kobosync plan` and `kobosync report`, or by materialising `plan` or `reports` in the graph."""


def build_definitions(municipalities: Sequence[Municipality], root: Path, faults: Sequence[Unusable] = ()) -> dg.Definitions:
    """Definitions for those municipalities; relative paths are below `root`. faults: files that are only there with their fault."""
    bases = {table_base(municipality, root) for municipality in municipalities}
    if len(bases) > 1:
        raise ConfigurationError(f"Municipalities in one deployment share one storage, but these are named: {', '.join(sorted(bases))}.")
    base = bases.pop() if bases else str(root / "var/tables")
    resources = _resources(base, root)
    assets = {municipality.slug: municipality_assets(municipality) for municipality in municipalities}
    return dg.Definitions(
        assets=[*chain.from_iterable(assets.values()), *map(stub_asset, faults)],
        jobs=[
            *(
                job
                for municipality in municipalities
                for job in jobs_of(municipality, root, assets[municipality.slug], resources, all_four=len(municipalities) <= FEW)
            ),
            *map(stub_job, faults),
        ],
        schedules=[*(nightly_schedule(municipality, root) for municipality in municipalities), *map(stub_schedule, faults)],
        sensors=[
            configuration_sensor(faults, {str(root / municipality.file): municipality.alerts for municipality in municipalities}),
            *(alerts_sensor(municipality, root) for municipality in municipalities),
            *(clarification_sensor(municipality, root, base) for municipality in municipalities if municipality.answers),
            *(source_sensor(municipality, root) for municipality in municipalities if municipality.on_new_file),
            *(
                owner_letters_sensor(municipality, root)
                for municipality in municipalities
                if municipality.send and municipality.send.owners
            ),
        ],
        resources=resources,
        executor=dg.in_process_executor,
    )


def nights_and_reports(municipality: Municipality, root: Path) -> dg.Definitions:
    """What the command line runs, without what only a deployment has (schedules, sensors, other jobs): making that costs a tenth of a
    second."""
    return dg.Definitions(
        assets=municipality_assets(municipality),
        jobs=[nightly_job(municipality), report_job(municipality)],
        resources=_resources(table_base(municipality, root), root),
        executor=dg.in_process_executor,
    )


def _resources(base: str, root: Path) -> dict[str, Any]:
    return {"tables": TableStore(base=base), "earlier": EarlierTables(base=base), "night": NightRun(home=str(root))}


@dg.definitions
def kobosync() -> dg.Definitions:
    """All municipalities in config/. A file that cannot be used is there with its fault, and is logged; the others run."""
    definitions, faults = _loaded(home(), tuple((file, *_stamp(file)) for file in config_files()))
    for fault in faults:
        log.error(fault.says)
    return definitions


def _stamp(file: Path) -> tuple[int, int]:
    try:
        stat = file.stat()
    except OSError:
        return 0, 0  # Reading it says what is wrong.
    return stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=1)
def _loaded(root: Path, files: tuple[tuple[Path, int, int], ...]) -> tuple[dg.Definitions, list[Unusable]]:
    """Made once for files as they are: Dagster asks twice in every process, first what there is, then for it.

    files: path, time of last change (ns) and size (bytes) of each.
    """
    loaded, faults = municipalities([file for file, _, _ in files])
    fit, misfits = compatible_municipalities(loaded.values(), root)
    taken = {municipality.slug for municipality in fit}
    unfit = {root / loaded[slug].file: says for slug, says in misfits.items()}
    stubs = []
    for file, says in sorted((faults | unfit).items()):
        stubs.append(unusable(file, says, taken))
        taken.add(stubs[-1].slug)
    return build_definitions(fit, root, stubs), stubs
