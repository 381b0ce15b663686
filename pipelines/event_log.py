"""Dagster's event log in one SQLite file, with the connection kept.

Dagster's own SQLite log makes a new engine for every event, so that each statement is compiled anew: about three of the
four seconds that Dagster added to a night (docs/performance.md). Named in dagster.yaml; PostgreSQL storage needs none of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine, event

BUSY_SECONDS = 120.0
"""How long a writer waits for another process; nights of several municipalities share the file."""


class EventLog(ConsolidatedSqliteEventLogStorage):
    """The same tables and the same file watch; only the engine is made once."""

    @cached_property
    def _engine(self) -> Engine:
        engine = create_engine(self._conn_string, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _settings)
        return engine

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        self._engine.dispose()
        super().dispose()  # type: ignore[no-untyped-call]


def _settings(connection: sqlite3.Connection, _record: object) -> None:
    # In WAL mode a power cut may cost the last events of the UI's log, never the file; the ledger is what must not lose.
    connection.execute("PRAGMA synchronous=NORMAL")
