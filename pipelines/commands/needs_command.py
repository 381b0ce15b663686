"""`kobosync needs template`: the empty workbooks that services fill in with what they need."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from language import using_language
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED

needs = typer.Typer(no_args_is_help=True, help="What the services need: workbooks to fill in.")


@needs.callback()
def _needs() -> None:
    """What the services need: workbooks to fill in."""


@needs.command()
def template(
    config: Annotated[Path, typer.Argument(help="The municipality's file, e.g. config/demo.yaml.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="A new .xlsx file, or a folder for one workbook per service. Default: this folder.")
    ] = None,
    service: Annotated[str, typer.Option("--service", help="Only this owner's, e.g. helse_omsorg.")] = "",
) -> None:
    """Write an empty needs workbook for each service. Never writes over a file."""
    raise typer.Exit(run_template(config, out, service))


@needs.command()
def measures(
    config: Annotated[Path, typer.Argument(help="The municipality's file, e.g. config/demo.yaml.")],
    out: Annotated[Path, typer.Option("--out", help="A new .xlsx file.")] = Path("tiltak.xlsx"),
) -> None:
    """Write an empty list of planned acquisitions and disposals. Never writes over a file."""
    raise typer.Exit(run_measures(config, out))


def run_template(config: Path, out: Path | None, service: str) -> int:
    """2 when the service is unknown or a file is there already; 1 when a file cannot be written."""
    from reconciliation.model.municipality import Municipality, load  # noqa: PLC0415
    from reporting.needs_template import write_template  # noqa: PLC0415

    municipality: Municipality = load(config)
    if service and service not in municipality.owners:
        print(f"--service={service} is not among the owners ({', '.join(municipality.owners)}).", file=sys.stderr)
        return CONFIGURATION
    asked = (municipality.needs.services if municipality.needs else ()) or tuple(municipality.owners)
    wanted: dict[Path, str | None]
    if out is not None and out.suffix.casefold() == ".xlsx":
        wanted = {out: service or None}
    else:
        folder = out or Path()
        wanted = {folder / f"behov-{slug}.xlsx": slug for slug in ([service] if service else asked)}
    with using_language(municipality.language):
        return _written({file: partial(write_template, file, municipality, owner) for file, owner in wanted.items()})


def run_measures(config: Path, out: Path) -> int:
    """2 when the file is there already; 1 when it cannot be written."""
    from reconciliation.model.municipality import load  # noqa: PLC0415
    from reporting.needs_template import write_measures_template  # noqa: PLC0415

    municipality = load(config)
    with using_language(municipality.language):
        return _written({out: partial(write_measures_template, out, municipality)})


def _written(files: Mapping[Path, Callable[[], None]]) -> int:
    if existing := [file for file in files if file.exists()]:
        print(f"{existing[0]} is there already, and somebody may have filled it in. Move it, or give another --out.", file=sys.stderr)
        return CONFIGURATION
    for file, write in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write()
        except OSError as error:
            reason = error.strerror or error
            print(f"{file}: cannot be written ({reason}). Give another place with --out.", file=sys.stderr)
            return FAILED
        print(file)
    return DONE
