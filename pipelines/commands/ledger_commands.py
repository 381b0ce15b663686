"""`kobosync runs`, `backup` and `restore`: what the ledger remembers, and keeping it."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

from rich.table import Table

from pipelines.commands.output import console, print_json
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED
from pipelines.home import config_files, municipalities
from reconciliation.ledger import LedgerError, open_ledger
from reconciliation.ledger.backup import backup
from reconciliation.ledger.read_only import look_at_ledger
from reconciliation.ledger.restore import restore
from reconciliation.model.municipality import Municipality, home_of, load


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
    """Copy the ledger to a SQLite file; a night may be running. A folder of municipalities' files: each ledger, to a folder."""
    if config.is_dir():
        return _backup_all(config, target)
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


def _backup_all(folder: Path, target: Path) -> int:
    """Each ledger that a file in `folder` names, to one file per weekday, so that seven are kept. A shared ledger once.

    2: a file cannot be used; 1: a ledger could not be copied. One that fails never stops the others.
    """
    loaded, faults = municipalities(config_files(folder))
    for says in faults.values():
        print(says, file=sys.stderr)
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    sharing: dict[str, list[Municipality]] = {}
    for municipality in loaded.values():
        sharing.setdefault(municipality.ledger, []).append(municipality)
    codes = [CONFIGURATION] * bool(faults)
    for together in sharing.values():
        try:
            opened, revision = look_at_ledger(together[0].ledger, home_of(folder / Path(together[0].file).name))
            if opened is None:
                why = f"is of revision {revision}: kobosync upgrade {together[0].file}" if revision else "has no night yet"
                print(f"{together[0].name}: the ledger {why}. Nothing was copied.", file=sys.stderr)
                codes += [FAILED] * bool(revision)
                continue
            with closing(opened) as ledger:
                file = target / f"{together[0].slug if len(together) == 1 else 'ledger'}-{date.today().isoweekday()}.sqlite"  # noqa: DTZ011
                print(f"{file}: {backup(ledger, file)} rows.")
        except LedgerError as error:
            print(error, file=sys.stderr)
            codes.append(FAILED)
    return next((code for code in (FAILED, CONFIGURATION) if code in codes), DONE)


def run_restore(config: Path, source: Path) -> int:
    """Make the ledger what the backup says; refused while a night runs, and for a file that is no whole ledger."""
    municipality = load(config)
    done = restore(source, municipality.ledger, home_of(config), municipality.slug)
    aside = f" The one that was there lies at {done.kept}." if done.kept else ""
    print(f"The ledger of {municipality.name} is what {source} says: {done.rows} rows.{aside}")
    return DONE
