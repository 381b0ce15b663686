"""`kobosync runs`, `backup` and `restore`: what the ledger remembers, and keeping it."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipelines.exit_codes import CONFIGURATION, DONE, FAILED
from reconciliation.ledger import LedgerError, open_ledger
from reconciliation.ledger.backup import backup, restore
from reconciliation.ledger.opening import resolve_url
from reconciliation.model.municipality import home_of, load


def run_runs(config: Path, last: int) -> int:
    """The newest nights, newest first."""
    municipality = load(config)
    with closing(open_ledger(municipality.ledger, home_of(config))) as ledger:
        runs = ledger.runs(municipality.slug).reverse().head(last)
    table = Table("night", "began (UTC)", "verdict", "apply", title=f"{municipality.name}: nights", title_justify="left")
    table.add_column("run", overflow="fold")  # whole, to be copied
    table.add_column("says")
    for run in runs.iter_rows(named=True):
        mode = run["apply_mode"][:12]
        table.add_row(str(run["as_of"]), f"{run['started']:%Y-%m-%d %H:%M:%S}", run["verdict"], mode, run["run_id"], run["message"] or "")
    Console().print(table)
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
    """Make the ledger what the backup says; refused while a night runs."""
    municipality = load(config)
    home = home_of(config)
    busy = _busy(municipality.ledger, home)
    if busy:
        for slug, holder in busy.items():
            print(f"The ledger is in use: run {holder} holds the lock of {slug}. Wait until it has ended, then restore.", file=sys.stderr)
        return FAILED
    rows = restore(source, municipality.ledger, home)
    print(f"The ledger of {municipality.name} is what {source} says: {rows} rows. A file that was there is kept beside it.")
    return DONE


def _busy(url: str, home: Path) -> dict[str, str]:
    """Who works with the ledger now. One that is damaged or missing is in nobody's use: that is what one restores for."""
    resolved = resolve_url(url, home)
    if resolved.get_backend_name() == "sqlite" and not Path(str(resolved.database)).exists():
        return {}
    try:
        with closing(open_ledger(url, home)) as ledger:
            return ledger.holders()
    except LedgerError:
        return {}
