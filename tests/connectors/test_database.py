"""Databases: read, never changed, and no secret of theirs in any word of ours."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text

from connectors.read_result import SourceRead, Verdict
from connectors.text_values import as_text
from tests.connectors.made_sources import HEADINGS, ROWS, read, write_sqlite
from tests.reconciliation.ledger.databases import postgres_server

SELECT = "SELECT * FROM bolig ORDER BY Nr"


def ask(home: Path, url: str = "sqlite:///liste.sqlite", query: str | None = SELECT, **settings: Any) -> SourceRead:
    asked: dict[str, Any] = {"query": query} if query else {}
    return read(home, kind="sql", url=url, **asked, **settings)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_sqlite(tmp_path, HEADINGS, ROWS)
    return tmp_path


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        ("0301 ", "0301 "),
        (301, "301"),
        (61.0, "61"),
        (54.5, "54.5"),
        (1e300, "1e+300"),
        (True, "true"),
        (Decimal("54.50"), "54.50"),
        (date(2023, 11, 1), "2023-11-01"),
        (datetime(2023, 11, 1), "2023-11-01"),
        (datetime(2023, 11, 1, 2, 3, 4), "2023-11-01 02:03:04"),
        (datetime(2023, 11, 1, 2, 3, 4, tzinfo=UTC), "2023-11-01 02:03:04+00:00"),
        (time(2, 3), "02:03:00"),
        (b"\x01\xff", "01ff"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ({"b": 1, "a": ["å"]}, '{"a": ["å"], "b": 1}'),
    ],
)
def test_values_become_text_the_same_way_every_night(value: object, written: str | None) -> None:
    assert as_text(value) == written


def test_rows_keep_the_querys_order_and_mixed_types(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "liste.sqlite")) as connection, connection:
        connection.execute("CREATE TABLE bolig (Nr, Adresse, Areal, Merknad)")
        connection.executemany("INSERT INTO bolig VALUES (?, ?, ?, '')", [(1, "A 1", 54.5), ("01", None, 61), (2, "B", "x")])
    result = ask(tmp_path, query="SELECT * FROM bolig ORDER BY rowid DESC")
    assert result.rows.select("row", "Nr", "Adresse", "Areal").rows() == [
        (1, "2", "B", "x"),
        (2, "01", None, "61"),
        (3, "1", "A 1", "54.5"),
    ]


def test_the_database_is_not_touched(home: Path) -> None:
    before = hashlib.sha256((home / "liste.sqlite").read_bytes()).hexdigest()
    assert ask(home).verdict is Verdict.COMPLETE
    sneaky = ask(home, query="WITH x AS (SELECT 1) DELETE FROM bolig")
    assert sneaky.verdict is Verdict.FAILED
    assert "readonly" in str(sneaky.message)
    assert hashlib.sha256((home / "liste.sqlite").read_bytes()).hexdigest() == before


@pytest.mark.parametrize("query", ["DELETE FROM bolig", "-- x\n/* y */ drop TABLE bolig", "EXEC p", "", "PRAGMA x"])
def test_only_a_select_is_run(home: Path, query: str) -> None:
    result = ask(home, query=None, query_file="q.sql") if (home / "q.sql").write_text(query) or not query else ask(home, query=query)
    assert result.verdict is Verdict.FAILED
    assert "Only SELECT and WITH are run" in str(result.message)


def test_a_query_may_lie_in_a_file_with_comments_and_colons(home: Path) -> None:
    (home / "q.sql").write_text("-- boliger: alle\n/* 100 % */\nSELECT *, ':x %' AS Kode FROM bolig;\n", encoding="utf-8-sig")
    result = ask(home, query=None, query_file="q.sql", ignore=["Merknad", "Kode"])
    assert (result.verdict, result.rows.height) == (Verdict.COMPLETE, 3)


def test_a_password_comes_from_the_environment_and_shows_nowhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOEI_PASSWORD", "hemmelig#1")
    result = ask(home, "postgresql+psycopg://leser:${BOEI_PASSWORD}@127.0.0.1:1/boei")
    assert result.verdict is Verdict.FAILED
    assert "refuses the connection" in str(result.message)
    assert "hemmelig" not in str(result)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:///borte.sqlite", "The database file borte.sqlite does not exist"),
        ("sqlite://", "The database file (none) does not exist"),
        ("sqlite:///:memory:", "does not exist"),
        ("sqlite:///tekst.sqlite", "tekst.sqlite is not an SQLite database"),
        ("sqlite:///mappe", "does not exist"),
        ("ikke en url", "cannot be understood"),
        ("postgresql+psycopg://u:pw@127.0.0.1:1/x", "refuses the connection"),
        ("klingon://u:pw@h/x", "The driver for klingon://u:***@h/x is not installed"),
        ("mssql+pyodbc://u:pw@h/x", "is not installed"),
        ("postgresql://u:${IKKE_SATT}@h/x", "The environment variable IKKE_SATT is not set"),
    ],
)
def test_a_url_that_leads_nowhere_is_reported_and_nothing_is_made(home: Path, url: str, words: str) -> None:
    (home / "tekst.sqlite").write_text("Dette er en tekstfil, ikke en database.")
    (home / "mappe").mkdir()
    before = sorted(home.iterdir())
    result = ask(home, url)
    assert result.verdict is Verdict.FAILED
    assert words in str(result.message)
    assert ":pw@" not in str(result)
    assert result.melding
    assert sorted(home.iterdir()) == before


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT * FROM boliger", "no such table: boliger"),
        ("SELECT Nr, Adresse, Areal, Merknad, Leietaker FROM bolig", "no such column: Leietaker"),
        ("SELECT Nr, Adresse, Areal, Merknad, Nr AS Nummer FROM bolig", "unknown heading 'Nummer'"),
        ("SELECT Nr, Nr, Adresse, Areal, Merknad FROM bolig", "'Nr' is there more than once"),
        ("SELECT FROM", "syntax error"),
    ],
)
def test_a_query_that_does_not_fit_is_reported(home: Path, query: str, words: str) -> None:
    result = ask(home, query=query)
    assert result.verdict is Verdict.FAILED
    assert words in str(result.message)


WRITES = {
    "SELECT * INTO kopi FROM bolig": "INTO",
    "WITH x AS (SELECT 1 AS n) DELETE FROM bolig": "DELETE",
    "SELECT 1 COMMIT DROP TABLE bolig": "COMMIT",
    "SELECT 1; SELECT 2": ";",
    "SELECT * FROM bolig -- ;\n exec sp_who": "EXEC",
    "SELECT 'it''s' AS a, 'x' merge": "MERGE",
    "SELECT * FROM OPENROWSET('x', 'y')": "OPENROWSET",
}
READS = (
    SELECT,
    "SELECT [update], \"delete\", 'drop table' AS a /* insert */ FROM bolig -- create\n",
    "WITH x AS (SELECT * FROM bolig) SELECT updated, deleted, 'it''s; into' AS b FROM x;",
    "SELECT `set` FROM bolig WHERE a = ']' AND [b]]; drop] = 1",
)


@pytest.mark.parametrize("query", WRITES)
def test_where_no_transaction_is_read_only_a_query_that_could_write_is_not_run(query: str, home: Path) -> None:
    result = ask(home, "mssql+pyodbc://u:pw@127.0.0.1/x", query)
    assert result.verdict is Verdict.FAILED
    assert f"has no read-only transactions, and the query says {WRITES[query]}," in str(result.message)


@pytest.mark.parametrize("query", READS)
def test_words_in_quotes_and_comments_write_nothing(query: str, home: Path) -> None:
    assert "is not installed" in str(ask(home, "mssql+pyodbc://u:pw@127.0.0.1/x", query).message)


def test_a_missing_query_file_is_reported(home: Path) -> None:
    assert "borte.sql does not exist" in str(ask(home, query=None, query_file="borte.sql").message)


def test_many_rows_are_streamed_whole(tmp_path: Path) -> None:
    write_sqlite(tmp_path, HEADINGS, [(f"{n:06d}", "A", "1", "") for n in range(45_000)])
    result = ask(tmp_path)
    assert result.rows["row"].to_list() == list(range(1, 45_001))
    assert result.rows["Nr"].is_sorted()


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    uri, why = postgres_server()
    if uri is None:
        pytest.skip(why)
    url = uri.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS kilde"))
        connection.execute(text("CREATE SEQUENCE IF NOT EXISTS teller"))
        connection.execute(text('CREATE TABLE kilde ("Nr" int, "Adresse" text, "Areal" numeric(6,2), "Merknad" date)'))
        connection.execute(text("INSERT INTO kilde SELECT n, 'Storgata ' || n, n + 0.5, '2023-11-01' FROM generate_series(1, 30) n"))
    yield url
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE kilde"))
    engine.dispose()


@pytest.mark.postgres
def test_postgresql_is_read_in_a_transaction_that_cannot_write(tmp_path: Path, postgres: str) -> None:
    result = ask(tmp_path, postgres, 'SELECT "Nr", "Adresse", "Areal"::numeric, "Merknad" FROM kilde ORDER BY 1')
    assert result.rows.select("Nr", "Adresse", "Areal").row(29) == ("30", "Storgata 30", "30.50")
    writing = ask(tmp_path, postgres, "SELECT nextval('teller'), * FROM kilde")
    assert writing.verdict is Verdict.FAILED
    assert "read-only transaction" in str(writing.message)
    deleting = ask(tmp_path, postgres, "WITH gone AS (DELETE FROM kilde RETURNING *) SELECT * FROM gone")
    assert deleting.verdict is Verdict.FAILED
    assert ask(tmp_path, postgres, "SELECT * FROM kilde").rows.height == 30
