"""Checks that a SQLite file is an undamaged ledger of this program, before a backup is relied on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Table

from reconciliation.ledger.ledger_error import LedgerError
from reconciliation.ledger.ledger_tables import LEDGER_METADATA, Lock
from reconciliation.ledger.migrations import HEAD, REVISIONS
from reconciliation.ledger.store import table_of

_LOCK = table_of(Lock)
KEPT: list[Table] = [table for table in LEDGER_METADATA.sorted_tables if table is not _LOCK]
"""The tables of a backup: all but the lock, which belongs to a running process."""
_HEADER = b"SQLite format 3\x00"


def revision_of_file(file: Path) -> str:
    """The ledger's revision. Raises LedgerError when the file is no ledger, damaged, or of a newer program. Changes nothing."""
    if not file.is_file():
        what = "a folder" if file.is_dir() else "not there"
        raise LedgerError(f"There is no backup at {file}: it is {what}. Give the path of a file that `kobosync backup` made.")
    try:
        with file.open("rb") as stream:
            head = stream.read(len(_HEADER))
        if head != _HEADER:
            raise LedgerError(f"{file} is no backup: it is no SQLite file. Give the path of a file that `kobosync backup` made.")
        with reading(file) as connection:
            tables = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "alembic_version" not in tables or "run" not in tables:
                raise LedgerError(f"{file} is another program's database. Give a file that `kobosync backup` made.")
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            row = connection.execute("PRAGMA quick_check(1)").fetchone()
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(f"{file} cannot be read as a ledger ({error}); it is damaged or not to be read. Give another backup.") from error
    if row != ("ok",):
        raise LedgerError(f"{file} is damaged ({row[0]}). Give another backup.")
    if revision is None or revision[0] not in REVISIONS:
        known = "none" if revision is None else revision[0]
        raise LedgerError(f"{file} is of a newer kobosync (revision {known}, this one knows {HEAD}). Install that one, then restore.")
    return str(revision[0])


def rows_of_file(file: Path) -> dict[str, int]:
    """Table -> rows, of a ledger at today's revision. Raises LedgerError for a missing table or column."""
    counts = {}
    try:
        with reading(file) as connection:
            for table in KEPT:
                columns = ", ".join(f'"{column.name}"' for column in table.columns)
                connection.execute(f'SELECT {columns} FROM "{table.name}" LIMIT 1').fetchone()  # noqa: S608 - names of our own tables
                (counts[table.name],) = connection.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()  # noqa: S608
    except sqlite3.Error as error:
        raise LedgerError(f"{file} is not a whole ledger ({error}). Give another backup.") from error
    return counts


def municipalities_of_file(file: Path) -> list[str]:
    """Slugs whose nights the ledger holds."""
    with reading(file) as connection:
        return [str(slug) for (slug,) in connection.execute("SELECT DISTINCT municipality FROM run ORDER BY municipality")]


@contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write; a file without a log beside it is read where nothing may be written either."""
    alone = not Path(f"{file}-wal").exists()
    address = f"file:{quote(str(file.resolve()))}?mode=ro" + ("&immutable=1" if alone else "")
    with closing(sqlite3.connect(address, uri=True)) as connection:
        yield connection
