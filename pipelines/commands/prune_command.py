"""`kobosync prune`: delete details of old nights from the ledger, archived reports, and tables of sources that are gone."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.exit_codes import CONFIGURATION, DONE, FAILED
from reconciliation.ledger import open_ledger
from reconciliation.ledger.backup import prune
from reconciliation.model.municipality import Municipality, home_of, load
from reporting.report_files import ARCHIVE, dated

LEAST = 14
"""Days. Fewer would take away what an undo or a question about last week needs."""

_WORDS = {"call": "requests to the register", "intent": "settled writes (those nights can no longer be undone)", "plan_item": "plan rows"}


def run_prune(config: Path, keep_days: int, dry_run: bool) -> int:
    """0: done or shown. 1: something could not be deleted; the rest is. 2: fewer days than may be kept."""
    if keep_days < LEAST:
        print(f"--keep-days={keep_days} is too few; keep at least {LEAST} days.", file=sys.stderr)
        return CONFIGURATION
    municipality, home = load(config), home_of(config)
    before = datetime.now(ZoneInfo(municipality.timezone)).date() - timedelta(days=keep_days)
    with closing(open_ledger(municipality.ledger, home)) as ledger:
        removed = prune(ledger, municipality.slug, before, dry_run=dry_run)
    print(f"{municipality.name}: nights before {before}{', as it would be; nothing is deleted' if dry_run else ''}.")
    for table, rows in removed.items():
        print(f"  {rows} {_WORDS[table]}")
    faults = 0
    for path in [*old_reports(municipality, home, before), *orphaned_tables(municipality, home)]:
        print(f"  {path.relative_to(home) if path.is_relative_to(home) else path}")
        if not dry_run and (fault := _removed(path)):
            print(fault, file=sys.stderr)
            faults += 1
    print("Kept: every link, key, decision, deviation, night and curve point, open writes, and each dwelling's newest plan row.")
    return FAILED if faults else DONE


def old_reports(municipality: Municipality, home: Path, before: date) -> Iterator[Path]:
    """Archived reports of nights before that date. The newest report is not in the archive and always stays."""
    yield from (path for path in dated(home / municipality.reports / municipality.slug / ARCHIVE) if path.name < before.isoformat())


def orphaned_tables(municipality: Municipality, home: Path) -> Iterator[Path]:
    """Tables of sources that are no longer configured, and what a killed write left. Storage elsewhere than in a folder is its own."""
    if "://" in municipality.storage:
        return
    folder = home / municipality.storage / municipality.slug
    yield from sorted(path for path in folder.glob("source/*.parquet") if path.stem not in municipality.sources)
    yield from sorted(folder.rglob("*.parquet.unfinished"))


def _removed(path: Path) -> str | None:
    """Delete a file or folder; a sentence when it cannot be."""
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        return f"{path} cannot be deleted ({error.strerror}); give the account that runs kobosync write access to it."
    return None
