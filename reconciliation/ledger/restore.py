"""Restoring a ledger: a copy of the backup is checked and migrated first, and only then moved to the ledger's place."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from reconciliation.ledger.backup import copy_rows, remove_database
from reconciliation.ledger.ledger import Ledger, open_ledger
from reconciliation.ledger.ledger_error import LedgerError
from reconciliation.ledger.ledger_tables import Lock
from reconciliation.ledger.opening import private_file, resolve_url
from reconciliation.ledger.store import table_of
from reconciliation.ledger.whole_ledger import KEPT, municipalities_of_file, reading, revision_of_file, rows_of_file

SET_ASIDE = ".before-restore-"
"""Between the name of a ledger that a restore set aside, and its number."""
_ENDINGS = ("-wal", "-shm", "")
"""SQLite's files of one database. Its log first: left beside another database, it would be read into that."""


@dataclass(frozen=True, slots=True)
class Restored:
    """rows: number of rows in the ledger now. kept: where the previous SQLite file was moved; None when there was none."""

    rows: int
    kept: Path | None


def restore(source: Path, url: str, home: Path, slug: str | None = None) -> Restored:
    """Replace the content of the ledger at `url` by the backup. Raises LedgerError; the ledger is unchanged then.

    A SQLite file that is there is moved aside, not deleted; a PostgreSQL database must hold no ledger rows yet.
    slug: refuse a backup that holds nights, and none of that municipality.
    """
    revision_of_file(source)
    resolved = resolve_url(url, home)
    if resolved.get_backend_name() != "sqlite":
        with TemporaryDirectory() as folder, _tried(source, Path(folder) / "backup.sqlite", slug) as fresh:
            return Restored(_into_empty(fresh, url, home), None)
    place = Path(str(resolved.database))
    if place.exists() and source.samefile(place):
        raise LedgerError(f"{source} is the ledger itself. Give the path of a file that `kobosync backup` made.")
    with _tried(source, place.with_name(place.name + ".restoring"), slug) as fresh:
        rows = sum(rows_of_file(fresh).values())
        _refuse_while_in_use(url, home, place)
        return Restored(rows, _swap(fresh, place))


@contextlib.contextmanager
def _tried(source: Path, fresh: Path, slug: str | None) -> Iterator[Path]:
    """A checked copy of the backup at `fresh`, migrated to today's revision; deleted after the block unless it was moved."""
    try:
        fresh.parent.mkdir(parents=True, exist_ok=True)
        remove_database(fresh)
        private_file(fresh)
        with reading(source) as backup, closing(sqlite3.connect(fresh)) as copy:
            backup.backup(copy)
        with open_ledger(f"sqlite:///{fresh.resolve()}", fresh.parent) as ledger, ledger.write() as connection:
            connection.execute(delete(table_of(Lock)))
        rows_of_file(fresh)
        municipalities = municipalities_of_file(fresh)
        if slug is not None and municipalities and slug not in municipalities:
            raise LedgerError(
                f"{source} holds nights of {', '.join(municipalities)} and none of {slug}. Give a backup of the ledger of {slug}."
            )
        yield fresh
    except LedgerError as error:
        raise LedgerError(str(error).replace(str(fresh.resolve()), str(source)).replace(str(fresh), str(source))) from error
    except (sqlite3.Error, SQLAlchemyError, OSError) as error:
        raise LedgerError(f"{source} could not be restored ({error}). The ledger is unchanged; correct that and restore again.") from error
    finally:
        remove_database(fresh)


def _into_empty(fresh: Path, url: str, home: Path) -> int:
    """Copy the backup into an empty PostgreSQL database, in one transaction."""
    with open_ledger(f"sqlite:///{fresh.resolve()}", fresh.parent) as old, open_ledger(url, home) as new:
        with new.read() as connection:
            filled = [table.name for table in KEPT if connection.execute(select(table).limit(1)).first() is not None]
        if filled:
            raise LedgerError(f"The ledger {new.where} is not empty (table {filled[0]}); restore into an empty database.")
        return copy_rows(old, new)


def _refuse_while_in_use(url: str, home: Path, place: Path) -> None:
    """Raises LedgerError when a process uses the ledger. A damaged or missing one counts as unused: that is when backups are restored."""
    if not place.exists():
        return
    try:
        with closing(open_ledger(url, home)) as ledger:
            busy = holders(ledger)
    except LedgerError:
        return
    if busy:
        raise LedgerError(busy)


def holders(ledger: Ledger) -> str:
    """A sentence per process that holds a lock in the ledger now; empty when none does."""
    sentences = (f"run {holder} holds the lock of {slug}" for slug, holder in ledger.holders().items())
    names = "; ".join(sentences)
    return f"The ledger {ledger.where} is in use: {names}. Wait until it has ended, then restore." if names else ""


def _swap(fresh: Path, place: Path) -> Path | None:
    """Move `fresh` to `place` and the files that are there aside; returns where to. Undone when a step fails."""
    kept = _free_name(place)
    moved: list[tuple[Path, Path]] = []
    try:
        for ending in _ENDINGS:
            file, aside = Path(f"{place}{ending}"), Path(f"{kept}{ending}")
            if file.exists():
                file.rename(aside)
                moved.append((file, aside))
        os.replace(fresh, place)
    except OSError:
        for file, aside in reversed(moved):
            aside.rename(file)
        raise
    return kept if kept.exists() else None


def _free_name(path: Path) -> Path:
    for number in range(1, 10_000):
        candidate = path.with_name(f"{path.name}{SET_ASIDE}{number}")
        if not candidate.exists():
            return candidate
    raise LedgerError(f"{path.parent} holds thousands of files set aside by restores; remove some and restore again.")
