"""A municipality's file that cannot be used still is in Dagster with its fault: an asset that is red, a schedule that skips."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

from assets.checks import check_key, result
from pipelines.schedule_times import DEFAULT_SCHEDULE
from reconciliation.model import safe_yaml
from reconciliation.model.key_names import LONGEST, suggested
from reconciliation.model.municipality import ConfigurationError, load

CHECK = "usable"


@dataclass(frozen=True, slots=True)
class Unusable:
    """slug: as the file says it where that can be read and is free, else made of the file's name. says: why it cannot be used.

    alerts: the alert addresses that the file names, as far as it can be read.
    """

    file: Path
    slug: str
    says: str
    alerts: tuple[str, ...] = ()

    @property
    def asset_key(self) -> dg.AssetKey:
        """Key of the red asset that shows the fault in Dagster."""
        return dg.AssetKey([self.slug, "configuration"])


def unusable(file: Path, says: str, taken: Container[str]) -> Unusable:
    """taken: slugs that other files have."""
    content = _content(file)
    slug, alerts = content.get("slug"), content.get("alerts")
    if not isinstance(slug, str) or not re.fullmatch(rf"[a-z][a-z0-9_]{{0,{LONGEST - 1}}}", slug) or slug in taken:
        slug = f"file_{suggested(file.stem)}"[:LONGEST]
    named = tuple(address for address in alerts if isinstance(address, str)) if isinstance(alerts, list) else ()
    return Unusable(file, slug, says, named)


def _content(file: Path) -> dict[str, Any]:
    """The file's content if it is YAML; empty otherwise."""
    try:
        content = safe_yaml.load_yaml(file.read_text(encoding="utf-8", errors="replace")) if file.is_file() else None
    except (OSError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}


def stub_asset(fault: Unusable) -> dg.AssetsDefinition:
    """Materialising it reads the file again and says what is wrong now."""

    @dg.asset(
        key=fault.asset_key,
        group_name=fault.slug,
        description=f"{fault.file} cannot be used, so this municipality has no nights. {fault.says}",
        check_specs=[check_key(fault.asset_key.path, CHECK, "The municipality's file can be used.")],
    )
    def configuration() -> Iterator[object]:
        try:
            load(fault.file)
            says = f"{fault.file} can be used by itself now. Reload the code location. Before: {fault.says}"
        except ConfigurationError as error:
            says = str(error)
        yield result(fault.asset_key.path, CHECK, False, says)
        raise dg.Failure(says, allow_retries=False)

    return configuration


def stub_job(fault: Unusable) -> Any:
    """A job with the name of the municipality's night, which fails with the reason why there is none."""
    return dg.define_asset_job(
        f"{fault.slug}_nightly",
        selection=dg.AssetSelection.assets(fault.asset_key),
        description=f"{fault.file} cannot be used: {fault.says}",
    )


def stub_schedule(fault: Unusable) -> dg.ScheduleDefinition:
    """Skips each night with the fault as its reason."""

    def never(_: dg.ScheduleEvaluationContext) -> dg.SkipReason:
        return dg.SkipReason(f"{fault.file} cannot be used, so there is no night. {fault.says}")

    return dg.ScheduleDefinition(
        name=f"{fault.slug}_schedule",
        job_name=f"{fault.slug}_nightly",
        cron_schedule=DEFAULT_SCHEDULE,
        execution_timezone="Europe/Oslo",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        execution_fn=never,
        description=f"Paused: {fault.says}",
    )
