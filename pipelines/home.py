"""Paths: the home folder, the municipalities' files, and Dagster's own home below var/."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from reconciliation.model.mapping_files import is_mapping_file
from reconciliation.model.municipality import ConfigurationError, Municipality, home_from, load

GONE = ("pipelines.event_log", "pipelines.run_storage", "pipelines.console_logs", "pipelines.workers")
"""Modules that the dagster.yaml of earlier versions named: Dagster's own storages and launcher took their place."""


def home() -> Path:
    """The home folder, found from the working directory."""
    return home_from(Path.cwd())


def config_files(folder: Path | None = None) -> list[Path]:
    """Every municipality's file, sorted by name; mapping files among them are left out."""
    place = folder or home() / "config"
    files = (file for file in place.glob("*") if file.suffix.casefold() in (".yaml", ".yml") and not file.name.startswith("."))
    return sorted(file for file in files if not is_mapping_file(file))


def municipalities(files: list[Path]) -> tuple[dict[str, Municipality], dict[Path, str]]:
    """Slug -> municipality, and file -> why it cannot be used; a faulty file does not stop the others."""
    loaded: dict[str, Municipality] = {}
    faults: dict[Path, str] = {}
    for file in files:
        try:
            municipality = load(file)
        except ConfigurationError as error:
            faults[file] = str(error)
            continue
        if municipality.slug in loaded:
            by = loaded[municipality.slug].file
            faults[file] = f"{file}: slug {municipality.slug} is that of {by}. Give each municipality a slug of its own."
            continue
        loaded[municipality.slug] = municipality
    return loaded, faults


def prepare_dagster_home(root: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """DAGSTER_HOME as set, made where it is missing, else var/dagster below the home with the project's dagster.yaml linked in.

    Raises ConfigurationError when its dagster.yaml is of an earlier version and names what is no longer there.
    """
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")  # also where a home has no dagster.yaml, which says so
    if environment.get("DAGSTER_HOME"):
        chosen = Path(environment["DAGSTER_HOME"])
        chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _usable(chosen)
    folder = root / "var" / "dagster"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    link, settings = folder / "dagster.yaml", root / "dagster.yaml"
    if settings.exists() and not link.exists():
        link.symlink_to(settings)
    os.environ["DAGSTER_HOME"] = str(folder)
    return _usable(folder)


def _usable(folder: Path) -> Path:
    settings = folder / "dagster.yaml"
    text = settings.read_text(encoding="utf-8") if settings.exists() else ""
    named = sorted({name for name in GONE if f"module: {name}" in text})
    if named:
        raise ConfigurationError(
            f"{settings.resolve()} names {' and '.join(named)}, which kobosync no longer has: "
            "put the dagster.yaml of this version in its place."
        )
    return folder
