"""Opening a ledger read-only: nothing is created, migrated or written."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from reconciliation.ledger.ledger import Ledger
from reconciliation.ledger.ledger_error import LedgerError, sentence
from reconciliation.ledger.migrations import HEAD, REVISIONS
from reconciliation.ledger.opening import connect, resolve_url, revision_of, url_without_password


def look_at_ledger(url: str, home: Path) -> tuple[Ledger | None, str | None]:
    """The ledger if it is at today's revision, else None; and its revision. (None, None) when there is none yet. The caller closes it.

    Raises LedgerError for what cannot be opened, is no ledger, or was made by a newer program.
    """
    resolved = resolve_url(url, home)
    where = url_without_password(resolved)
    try:
        if resolved.get_backend_name() == "sqlite":
            file = Path(str(resolved.database))
            if not file.exists():
                return None, None
            engine = create_engine("sqlite://", creator=lambda: _read_only(file), poolclass=StaticPool)
        else:
            engine = connect(resolved)
        with engine.connect() as connection:
            revision = revision_of(connection)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise LedgerError(sentence(where, error)) from error
    if revision == HEAD:
        ledger = Ledger(engine)
        ledger.where = where
        return ledger, revision
    engine.dispose()
    if revision is not None and revision not in REVISIONS:
        raise LedgerError(f"The ledger {where} was made by a newer kobosync (revision {revision}, this one knows {HEAD}).")
    return None, revision


def _read_only(file: Path) -> sqlite3.Connection:
    alone = not Path(f"{file}-wal").exists()  # no other process has it open: SQLite need not create its coordination files
    address = f"file:{quote(str(file.resolve()))}?mode=ro" + ("&immutable=1" if alone else "")
    return sqlite3.connect(address, uri=True, check_same_thread=False)
