"""The commands that make reports and counts from the last night's tables: report, kostra, movements."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import ConfigFile, HelpPanel, to_date

report_app = typer.Typer()


@report_app.command(rich_help_panel=HelpPanel.NIGHT)
def report(config: ConfigFile) -> None:
    """Make the reports again from the last night's tables; nothing is read or changed."""
    from pipelines.commands.night_command import run_report  # noqa: PLC0415

    raise typer.Exit(run_report(config))


@report_app.command(rich_help_panel=HelpPanel.LISTS)
def kostra(
    config: ConfigFile,
    as_of: Annotated[str | None, typer.Option("--as-of", help="The 31 December reported, e.g. 2023-12-31.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="The .xlsx file. Default: beside the reports.")] = None,
) -> None:
    """Count KOSTRA skjema 13 from the last night's tables: a workbook with the rows behind each number."""
    from pipelines.commands.kostra_command import run_kostra  # noqa: PLC0415

    raise typer.Exit(run_kostra(config, to_date(as_of), out))


@report_app.command(rich_help_panel=HelpPanel.LISTS)
def movements(
    config: ConfigFile,
    year: Annotated[int | None, typer.Option(min=2000, max=2200, help="Default: the newest night's.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Count up to this date instead of the end of the year.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="The .xlsx file. Default: beside the reports.")] = None,
) -> None:
    """Dwellings at the start and the end of the year and the changes between, by category and tenure: a workbook with the rows behind."""
    from pipelines.commands.movements_command import run_movements  # noqa: PLC0415

    raise typer.Exit(run_movements(config, year, to_date(as_of), out))
