"""The commands that read, keep or change the ledger: runs, undo, backup, restore, prune, upgrade, rekey."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import AsJson, ConfigFile, HelpPanel

ledger_app = typer.Typer()


@ledger_app.command(rich_help_panel=HelpPanel.NIGHT)
def runs(config: ConfigFile, last: Annotated[int, typer.Option(min=1, help="How many.")] = 20, as_json: AsJson = False) -> None:
    """List the newest nights: when, how they ended, their run ids."""
    from pipelines.commands.ledger_commands import run_runs  # noqa: PLC0415

    raise typer.Exit(run_runs(config, last, as_json))


@ledger_app.command(rich_help_panel=HelpPanel.NIGHT)
def undo(
    config: ConfigFile,
    run: Annotated[str, typer.Argument(help="The run to take back, or how its id begins; `kobosync runs` lists them.")],
    apply: Annotated[str, typer.Option("--apply", help="The digest that this command shows without it.")] = "",
) -> None:
    """Plan to take back what a run changed and retired; --apply=<digest> does it. Says what cannot be undone."""
    from pipelines.commands.undo_command import run_undo  # noqa: PLC0415

    raise typer.Exit(run_undo(config, run, apply))


@ledger_app.command(rich_help_panel=HelpPanel.LEDGER)
def backup(
    config: Annotated[Path, typer.Argument(help="The municipality's file, or the folder config/ for the ledgers of all.")],
    target: Annotated[Path, typer.Argument(help="The SQLite file to write. With a folder: a folder, where seven of each are kept.")],
) -> None:
    """Copy the ledger to one file; a night may be running."""
    from pipelines.commands.ledger_commands import run_backup  # noqa: PLC0415

    raise typer.Exit(run_backup(config, target))


@ledger_app.command(rich_help_panel=HelpPanel.LEDGER)
def restore(config: ConfigFile, source: Annotated[Path, typer.Argument(help="A file that `kobosync backup` wrote.")]) -> None:
    """Make the ledger what a backup says. What was there is kept beside it."""
    from pipelines.commands.ledger_commands import run_restore  # noqa: PLC0415

    raise typer.Exit(run_restore(config, source))


@ledger_app.command(rich_help_panel=HelpPanel.LEDGER)
def prune(
    config: ConfigFile,
    keep_days: Annotated[int, typer.Option("--keep-days", help="How many days of details to keep (at least 14).")] = 400,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be deleted, and delete nothing.")] = False,
) -> None:
    """Forget the details of old nights: requests, settled writes, plan rows, archived reports. Says what it deletes."""
    from pipelines.commands.prune_command import run_prune  # noqa: PLC0415

    raise typer.Exit(run_prune(config, keep_days, dry_run))


@ledger_app.command(rich_help_panel=HelpPanel.LEDGER)
def upgrade(
    config: ConfigFile,
    backup: Annotated[Path | None, typer.Option("--backup", help="Where the ledger is copied first. Default: var/backups/.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without, it only says what would be done.")] = False,
) -> None:
    """Bring the ledger of an earlier version to this one's tables: a backup first, then the change, then a look at every row."""
    from pipelines.commands.upgrade_command import run_upgrade  # noqa: PLC0415

    raise typer.Exit(run_upgrade(config, backup, yes))


@ledger_app.command(rich_help_panel=HelpPanel.SET_UP)
def rekey(
    config: ConfigFile,
    source: Annotated[str, typer.Argument(help="The source whose keys changed.")],
    file: Annotated[Path, typer.Argument(help="CSV with the headings gammel and ny (or old and new).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would move, what matches nothing, what collides.")] = False,
    by: Annotated[str, typer.Option("--by", help="Who declares it. Blank: the account that runs it.")] = "",
    propose: Annotated[bool, typer.Option("--propose", help="Write FILE: the keys that have moved since the last complete read.")] = False,
) -> None:
    """A source has got new keys: declare which is which, and every dwelling keeps its id in Kobo."""
    from pipelines.commands.rekey_command import run_propose, run_rekey  # noqa: PLC0415

    if propose:
        raise typer.Exit(run_propose(config, source, file))
    raise typer.Exit(run_rekey(config, source, file, dry_run, by))
