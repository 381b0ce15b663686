"""SQL databases, read in a transaction that cannot write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import URL, Connection, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from connectors.headings import positions
from connectors.query import query_of, writing_word
from connectors.raw_rows import RAW_PLACE, Raw
from connectors.read_faults import SourceFault
from connectors.row_selection import without_blank
from connectors.secrets_in_urls import fill_in, with_values_hidden
from connectors.source_config import SqlSource
from connectors.source_files import cannot_open
from connectors.text_values import as_texts
from connectors.time_limit import current

_CHUNK = 20_000
_CONNECT_SECONDS = 20
_CONNECT_ARGUMENTS: dict[str, dict[str, Any]] = {
    "psycopg": {"connect_timeout": _CONNECT_SECONDS},
    "psycopg2": {"connect_timeout": _CONNECT_SECONDS},
    "pymysql": {"connect_timeout": _CONNECT_SECONDS},
    "pymssql": {"login_timeout": _CONNECT_SECONDS},
    "pyodbc": {"timeout": _CONNECT_SECONDS},
}
_READ_ONLY = {
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
}
"""Makes the next transaction read-only. PostgreSQL has an option of its own and SQLite is opened so. SQL Server and others
have none: there the words of the query are looked through, the transaction is rolled back, and the rights of its user protect."""
_CANNOT_WRITE = frozenset({"sqlite", "postgresql", *_READ_ONLY})


def read_database(source: SqlSource, home: Path) -> Raw:
    """`row` is the ordinal in the query's order. Raises SourceFault when the source cannot be read."""
    query = query_of(source, home)
    filled, hidden = fill_in(source.url, "url")
    url, shown = _url(filled, hidden, home)
    mapped = source.mapped()
    if url.get_backend_name() not in _CANNOT_WRITE and (word := writing_word(query)):
        raise SourceFault("may_write", url=shown, word=word)
    try:
        with _connection(url, shown, hidden) as connection:
            _stop_when_over(connection)
            try:
                result = connection.execution_options(stream_results=True, max_row_buffer=_CHUNK).execute(text(query.replace(":", "\\:")))
                headings = list(result.keys())
                at = positions(headings, mapped, source.ignore, f"{shown}, the query")
                parts, read = [_frame([], mapped, at, shown, 1)], 0
                while rows := result.fetchmany(_CHUNK):
                    parts.append(_frame(rows, mapped, at, shown, read + 1))
                    read += len(rows)
            except SQLAlchemyError as error:
                raise SourceFault("query_failed", url=shown, detail=_detail(error, hidden)) from error
    except SQLAlchemyError as error:
        raise SourceFault("database_refused", url=shown, detail=_detail(error, hidden)) from error
    return Raw(without_blank(pl.concat(parts), mapped), (f"{shown}: {read} rows, read-only",))


def _url(filled: str, hidden: Sequence[str], home: Path) -> tuple[URL, str]:
    """The URL to connect with and how it is shown. A SQLite file that is not there is a fault: connecting would make it."""
    try:
        url = make_url(filled)
    except ArgumentError as error:
        raise SourceFault("bad_url", url=with_values_hidden(filled, hidden)) from error
    shown = with_values_hidden(url.render_as_string(hide_password=True), hidden)
    if url.get_backend_name() != "sqlite":
        return url, shown
    named = (url.database or "").removeprefix("file:")
    if not named or named == ":memory:":
        raise SourceFault("missing_database", path=named or "(none)")
    path = home / named
    if not path.is_file():
        raise SourceFault("missing_database", path=named)
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError as error:
        raise cannot_open(Path(named), error) from error
    if head and head != b"SQLite format 3\0":
        raise SourceFault("not_a_database", path=named)
    return URL.create(url.drivername, database=f"file:{path.resolve().as_uri()[7:]}", query={"mode": "ro", "uri": "true"}), shown


@contextmanager
def _connection(url: URL, shown: str, hidden: Sequence[str]) -> Iterator[Connection]:
    try:
        dialect = url.get_dialect()
        engine = create_engine(url, poolclass=NullPool, connect_args=_CONNECT_ARGUMENTS.get(url.get_driver_name(), {}))
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise SourceFault("driver_missing", url=shown, detail=with_values_hidden(str(error).splitlines()[0], hidden)) from error
    except (ArgumentError, ValueError, TypeError) as error:
        raise SourceFault("bad_url", url=shown) from error
    if dialect.name in _READ_ONLY:
        event.listen(engine, "connect", lambda raw, _: _execute(raw, _READ_ONLY[dialect.name]))
    options: dict[str, Any] = {"postgresql_readonly": True} if dialect.name == "postgresql" else {}
    try:
        with engine.connect() as connection:
            try:
                yield connection.execution_options(**options)
            finally:
                connection.rollback()
    finally:
        engine.dispose()


def _stop_when_over(connection: Connection) -> None:
    """An endless query is ended by its driver, which can be asked from another thread: SQLite's and PostgreSQL's can."""
    limit, driver = current(), connection.connection.driver_connection
    for name in ("interrupt", "cancel"):
        if limit is not None and (stop := getattr(driver, name, None)) is not None:
            limit.when_over(stop)


def _execute(raw: Any, statement: str) -> None:
    cursor = raw.cursor()
    cursor.execute(statement)
    cursor.close()


def _detail(error: SQLAlchemyError, hidden: Sequence[str]) -> str:
    """The driver's own first line: SQLAlchemy's text would repeat the query."""
    cause: BaseException = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    return with_values_hidden(lines[0], hidden)[:300].rstrip(".")


def _frame(rows: Sequence[Sequence[Any]], mapped: Sequence[str], at: Any, shown: str, first: int) -> pl.DataFrame:
    columns = list(zip(*rows, strict=True)) if rows else []
    values = {heading: as_texts(columns[at[heading]]) if rows else [] for heading in mapped}
    place = {"file": [shown] * len(rows), "sheet": [None] * len(rows), "row": list(range(first, first + len(rows)))}
    return pl.DataFrame({**place, **values}, schema={**RAW_PLACE, **dict.fromkeys(mapped, pl.String())})
