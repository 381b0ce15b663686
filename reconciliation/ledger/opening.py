"""Opens the database that the configuration's URL names, and brings its tables to this program's revision."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from reconciliation.ledger.ledger_error import LedgerError, sentence
from reconciliation.ledger.migrations import HEAD, REVISIONS

_ADVISORY_LOCK = 0x6B6F626F
"""One number for all who migrate a ledger on the same PostgreSQL server."""


def resolve_url(url: str, home: Path) -> URL:
    """`${NAME}` from the environment, relative SQLite paths below `home`. Raises LedgerError for a missing variable."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise LedgerError(f"The ledger's URL names the environment variable {name}, which is not set; set it and run again.")
        return os.environ[name]

    expanded = re.sub(r"\$\{(\w+)\}", value, url)
    try:
        resolved = make_url(expanded)
    except ArgumentError as error:
        raise LedgerError("The ledger's URL is no SQLAlchemy URL; write e.g. sqlite:///var/ledger.sqlite.") from error
    backend = resolved.get_backend_name()
    if backend == "postgresql" and resolved.drivername != "postgresql+psycopg":
        resolved = resolved.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and resolved.database and not resolved.database.startswith((":", "file:")):
        resolved = resolved.set(database=str((home / resolved.database).resolve()))
    if backend not in {"sqlite", "postgresql"} or (backend == "sqlite" and resolved.database in {None, "", ":memory:"}):
        raise LedgerError("The ledger is a SQLite file or a PostgreSQL database; write e.g. sqlite:///var/ledger.sqlite.")
    return resolved


def connect(url: URL) -> Engine:
    """An engine whose writes are whole transactions on both databases. Makes the folder of a SQLite file. Raises LedgerError."""
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database))
        if not str(path).startswith("file:"):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            private_file(path)
        engine = create_engine(url, connect_args={"timeout": 30})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    except ModuleNotFoundError as error:
        raise LedgerError("The ledger is in PostgreSQL, and its driver is not installed: pip install 'kobosync[postgres]'.") from error


def private_file(path: Path) -> None:
    """Create an empty database file that only this account may read, where there is none: secret addresses will be in it. SQLite gives the
    files that it creates beside it the same permissions. A place where no file can be created is reported by SQLite on opening."""
    if not path.exists():
        with suppress(OSError):
            path.touch(mode=0o600)


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    # The driver begins a transaction at the first write, which is too late when another process writes too.
    connection.isolation_level = None
    with closing(connection.cursor()) as cursor:
        cursor.execute("PRAGMA busy_timeout = 30000")
        cursor.execute("PRAGMA journal_mode = WAL")
        # FULL: an intent that was committed before a call survives a power cut.
        cursor.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def url_without_password(url: URL) -> str:
    """The URL as it may be shown: without password."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def ensure_current(engine: Engine) -> None:
    """Bring the tables to this program's revision. Raises LedgerError. Costs one query when they are there already."""
    where = url_without_password(engine.url)
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            # BEGIN IMMEDIATE fails here for a read-only or damaged file, instead of later in the night.
            if revision_of(connection) == HEAD:
                return
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK})
            revision = revision_of(connection)
            if revision == HEAD:
                return
            if revision is not None and revision not in REVISIONS:
                raise LedgerError(
                    f"The ledger {where} was made by a newer kobosync (revision {revision}, this one knows {HEAD}); install that one again."
                )
            migrate(connection, HEAD)
    except SQLAlchemyError as error:
        raise LedgerError(sentence(where, error)) from error
    except OSError as error:
        raise LedgerError(sentence(where, error)) from error


def revision_of(connection: Connection) -> str | None:
    """The revision the database is at; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: Any = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if revision is None else str(revision)


def migrate(connection: Connection, revision: str) -> None:
    """Take the tables up or down to `revision` ("base" for none) inside the connection's transaction."""
    # Alembic costs a tenth of a second to import and is needed on the day of an upgrade only.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    current = revision_of(connection)
    known = list(REVISIONS)
    down = revision == "base" or (current in known and known.index(revision) < known.index(str(current)))
    (command.downgrade if down else command.upgrade)(config, revision)
