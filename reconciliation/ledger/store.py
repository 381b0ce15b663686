"""Reading from and writing to the database: whole transactions, one writer at a time, one kind of error."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Self

import polars as pl
from sqlalchemy import CompoundSelect, Engine, Select, Table, insert
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from reconciliation.ledger.ledger_error import LedgerError, sentence
from reconciliation.ledger.opening import url_without_password

BATCH = 5_000
"""Rows per insert: enough that the statement's cost vanishes, few enough that memory does not matter."""


def utc_now() -> datetime:
    """The time now, with time zone UTC; tests replace it."""
    return datetime.now(UTC)


class Store:
    """Base of the ledger's parts: transactions on one engine. Safe to share between threads."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self.engine = engine
        self.clock = clock
        self.where = url_without_password(engine.url)
        self._writing = threading.RLock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view. Raises LedgerError."""
        try:
            with self.engine.connect() as connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise LedgerError(sentence(self.where, error)) from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it is kept, or nothing. Raises LedgerError."""
        # SQLite has one writer; waiting here is fairer than its busy loop, and threads of one process do not lock each other out.
        with self._writing:
            try:
                with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
                    yield connection
            except SQLAlchemyError as error:
                raise LedgerError(sentence(self.where, error)) from error

    def frame(self, query: Select[Any] | CompoundSelect[Any], schema: Mapping[str, Any]) -> pl.DataFrame:
        """The query's rows as a frame of that schema, columns in its order."""
        with self.read() as connection:
            rows = connection.execute(query).fetchall()
        return pl.DataFrame([tuple(row) for row in rows], schema=dict(schema), orient="row")

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def table_of(model: type) -> Table:
    """The Core table of a SQLModel class: ORM inserts cost nine times as much."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def insert_rows(connection: Connection, model: type, rows: Sequence[Mapping[str, Any]]) -> None:
    """Core insert in batches. Every row must have the same keys."""
    statement = insert(table_of(model))
    for start in range(0, len(rows), BATCH):
        connection.execute(statement, [dict(row) for row in rows[start : start + BATCH]])
