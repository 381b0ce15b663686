"""Dagster's event log in one SQLite file, with the connection kept and one transaction for what a step made.

Dagster's own SQLite log makes a new engine for every event, so that each statement is compiled anew, asks the file for its tables
again and again, and commits up to three times: most of what Dagster adds to a night (docs/performance.md). Named in dagster.yaml;
PostgreSQL storage needs none of it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import Any

import dagster as dg
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS, DagsterEventType
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage, EventLogRecord
from dagster._core.storage.event_log.schema import AssetKeyTable, SqlEventLogStorageTable
from dagster._serdes import deserialize_value
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.dialects import sqlite

BUSY_SECONDS = 120.0
"""How long a writer waits for another process; nights of several municipalities share the file."""

MADE = frozenset(
    {
        DagsterEventType.ASSET_CHECK_EVALUATION,
        DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
        DagsterEventType.ASSET_MATERIALIZATION,
        DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
        DagsterEventType.HANDLED_OUTPUT,
        DagsterEventType.STEP_OUTPUT,
    }
)
"""Others follow on their heels, at the latest the step's end."""


class EventLog(ConsolidatedSqliteEventLogStorage):
    """The same tables, the same rows and the same file watch; only how and when they are reached is ours."""

    @cached_property
    def _engine(self) -> Engine:
        engine = create_engine(self._conn_string, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _settings)
        return engine

    @cached_property
    def _this_thread(self) -> threading.local:
        return threading.local()

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        """A transaction; inside another of the same thread, that one. Who asks sees every event so far."""
        if getattr(self._this_thread, "connection", None) is None:
            self._store_waiting()
        with self._transaction() as connection:
            yield connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        begun: Connection | None = getattr(self._this_thread, "connection", None)
        if begun is not None:
            yield begun
            return
        with self._engine.begin() as connection:
            self._this_thread.connection = connection
            try:
                yield connection
            finally:
                self._this_thread.connection = None

    def store_event(self, event: EventLogEntry) -> None:
        """As SqlEventLogStorage does it, but what a step makes waits for the step's end, or for whoever asks, in one transaction."""
        self._waiting.append(event)
        if event.dagster_event_type not in MADE or not event.run_id:
            self._store_waiting()

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        self._waiting.extend(events)
        self._store_waiting()

    def _store_waiting(self) -> None:
        """What cannot be stored waits on: whoever asks next tries again."""
        if not self._waiting:
            return
        with self._one_at_a_time:
            events = list(self._waiting)
            with self._transaction() as connection:
                for event in events:
                    self._store(connection, event)
            for _ in events:
                self._waiting.popleft()

    def _store(self, connection: Connection, event: EventLogEntry) -> None:
        row = self._event_to_row(event)
        # Past SQLAlchemy, which needs longer for it than the database; a time is written as it writes one.
        cursor = connection.connection.cursor()
        cursor.execute(_INSERT, row | {"timestamp": row["timestamp"].isoformat(" ", "microseconds")})
        stored = cursor.lastrowid
        if event.dagster_event is None:
            return
        if event.dagster_event_type in ASSET_EVENTS and event.dagster_event.asset_key:
            self._store_asset_event_tags(connection, [event], [stored])
            self._store_asset_event(connection, event, stored)
        if event.dagster_event_type in ASSET_CHECK_EVENTS:
            self.store_asset_check_event(event, stored)

    @cached_property
    def _waiting(self) -> deque[EventLogEntry]:
        return deque()

    @cached_property
    def _one_at_a_time(self) -> threading.RLock:
        return threading.RLock()

    def _get_latest_materialization_records(self, raw_asset_rows: Any) -> Mapping[dg.AssetKey, EventLogRecord | None]:
        """As SqlEventLogStorage does it; what is asked for at each of a run's steps is read from its text once."""
        found: dict[dg.AssetKey, EventLogRecord | None] = {}
        for row in raw_asset_rows:
            key, record = dg.AssetKey.from_db_string(row["asset_key"]), _record(row["last_materialization"])
            if row["asset_details"] or key is None or not isinstance(record, EventLogRecord):
                return super()._get_latest_materialization_records(raw_asset_rows)
            found[key] = record
        return found

    def has_table(self, table_name: str) -> bool:
        return table_name in self._tables or super().has_table(table_name)

    def has_asset_key_col(self, column_name: str) -> bool:
        return column_name in self._asset_columns or super().has_asset_key_col(column_name)

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        return column_name in self._asset_columns or super()._has_asset_key_col_on_connection(conn, column_name)

    @cached_property
    def _tables(self) -> frozenset[str]:
        """Those there are already: a file that an older Dagster made gets the others by `dagster instance migrate`."""
        with self._connect() as connection:
            return frozenset(inspect(connection).get_table_names())

    @cached_property
    def _asset_columns(self) -> frozenset[str]:
        with self._connect() as connection:
            return frozenset(column["name"] for column in inspect(connection).get_columns(AssetKeyTable.name))

    def dispose(self) -> None:
        self._store_waiting()
        self._engine.dispose()
        super().dispose()  # type: ignore[no-untyped-call]


_COLUMNS = ("run_id", "event", "dagster_event_type", "timestamp", "step_key", "asset_key", "partition")
_INSERT = str(SqlEventLogStorageTable.insert().compile(dialect=sqlite.dialect(paramstyle="named"), column_keys=_COLUMNS))


@lru_cache(maxsize=64)
def _record(text: str | None) -> object:
    """An asset's last materialization as the log has it."""
    return deserialize_value(text) if text else None


def _settings(connection: sqlite3.Connection, _record: object) -> None:
    # In WAL mode a power cut may cost the last events of the UI's log, never the file; the ledger is what must not lose.
    connection.execute("PRAGMA synchronous=NORMAL")
