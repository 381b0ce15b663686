"""`kobosync runs`, `backup` and `restore`: what the ledger remembers, and keeping it."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

from rich.table import Table

from pipelines.commands.output import console, print_json
from pipelines.exit_codes import CONFIGURATION, DONE
from reconciliation.ledger import open_ledger
from reconciliation.ledger.backup import backup
from reconciliation.ledger.restore import restore
from reconciliation.model.municipality import home_of, load


def run_runs(config: Path, last: int, as_json: bool = False) -> int:
    """The newest nights, newest first."""
    municipality = load(config)
    with closing(open_ledger(municipality.ledger, home_of(config))) as ledger:
        runs = ledger.runs(municipality.slug).reverse().head(last)
    if as_json:
        print_json([{**run, "seconds": json.loads(run["seconds"])} for run in runs.to_dicts()])
        return DONE
    table = Table("night", "began (UTC)", "verdict", "apply", title=f"{municipality.name}: nights", title_justify="left")
    table.add_column("run", overflow="fold")  # whole, to be copied
    table.add_column("says")
    for run in runs.iter_rows(named=True):
        mode = run["apply_mode"][:12]
        table.add_row(str(run["as_of"]), f"{run['started']:%Y-%m-%d %H:%M:%S}", run["verdict"], mode, run["run_id"], run["message"] or "")
    console().print(table)
    return DONE


def run_backup(config: Path, target: Path) -> int:
    """Copy the ledger to a SQLite file; a night may be running."""
    municipality = load(config)
    if not target.parent.is_dir():
        print(f"There is no folder {target.parent}; make it, or give another path.", file=sys.stderr)
        return CONFIGURATION
    with closing(open_ledger(municipality.ledger, home_of(config))) as ledger:
        if target.resolve() == Path(ledger.where).resolve():
            print(f"{target} is the ledger itself; give another path.", file=sys.stderr)
            return CONFIGURATION
        rows = backup(ledger, target)
    print(f"{target}: {rows} rows.")
    return DONE


def run_restore(config: Path, source: Path) -> int:
    """Make the ledger what the backup says; refused while a night runs, and for a file that is no whole ledger."""
    municipality = load(config)
    done = restore(source, municipality.ledger, home_of(config), municipality.slug)
    aside = f" The one that was there lies at {done.kept}." if done.kept else ""
    print(f"The ledger of {municipality.name} is what {source} says: {done.rows} rows.{aside}")
    return DONE
