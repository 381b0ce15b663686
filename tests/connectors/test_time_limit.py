"""Nothing waits for ever: whatever a source waits for, its read ends with a sentence, and the next source is read."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest

from connectors import read as read_module
from connectors.address_service import fetch_addresses
from connectors.read_faults import SourceFault
from connectors.read_result import Verdict
from connectors.service_config import AddressService, StatisticsTable
from connectors.source_config import SOURCE_KINDS
from connectors.statistics_table import read_statistics
from connectors.time_limit import OutOfTimeError, TimeLimit, current, within
from tests.connectors.made_sources import HEADINGS, ROWS, read, write_csv, write_sqlite


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "kald.csv")
    for kind in ("csv", "excel"):
        result = read(tmp_path, kind=kind, path="kald.csv", **({"sheets": [{"name": "Boliger"}]} if kind == "excel" else {}))
        assert result.verdict is Verdict.FAILED
        assert "is no plain file" in str(result.message)
    os.mkfifo(tmp_path / "spm.sql")
    assert "is no plain file" in str(read(tmp_path, kind="sql", url="sqlite:///x.sqlite", query_file="spm.sql").message)


def test_an_endless_query_ends(tmp_path: Path) -> None:
    write_sqlite(tmp_path, HEADINGS, ROWS)
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) SELECT i AS Nr, '' AS Adresse, '' AS Areal, '' AS Merknad FROM n"
    )
    for query in (f"{endless} WHERE i < 0", endless):
        result = read(tmp_path, kind="sql", url="sqlite:///liste.sqlite", query=query, maximum_seconds=0.3)
        assert result.verdict is Verdict.FAILED
        assert "was not read to its end in 0.3 seconds" in str(result.message)


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[str]:
    """A service that answers with one byte now and then, for as long as anybody listens."""
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        with closing(connection):
            try:
                connection.recv(4096)
                connection.sendall(first)
                while not over.wait(0.05):
                    connection.sendall(drop)
            except OSError:
                return

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=drip, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/boliger"
        finally:
            over.set()


@pytest.mark.parametrize(
    "first", [b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50000\r\n\r\n[", b"HTTP/1.1 200 OK\r\nX-Slow: "]
)
def test_a_service_that_drips_ends_in_its_body_and_in_its_head(first: bytes) -> None:
    with dripping(first, b" ") as url:
        result = read(Path(), kind="rest", url=url, maximum_seconds=0.4)
    assert result.verdict is Verdict.FAILED
    assert "was not read to its end in 0.4 seconds" in str(result.message)


@pytest.mark.parametrize("ask", ["addresses", "statistics"])
def test_a_service_of_public_facts_that_drips_ends_too(ask: str, tmp_path: Path) -> None:
    with dripping(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50000\r\n\r\n[", b" ") as url:
        addresses = AddressService(api="9901", url=url, maximum_seconds=0.3)
        table = StatisticsTable(table="07459", url=url, maximum_seconds=0.3)
        with pytest.raises(SourceFault, match="too_slow"):
            fetch_addresses(addresses) if ask == "addresses" else read_statistics(table, tmp_path, date(2026, 11, 28))


def test_a_share_that_hangs_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_csv(tmp_path, HEADINGS, ROWS)
    hangs = threading.Event()
    reader = read_module._READERS["csv"]
    monkeypatch.setitem(read_module._READERS, "csv", lambda *given: hangs.wait() and reader(*given))
    assert read(tmp_path, kind="csv", path="liste.csv", maximum_seconds=0.2).verdict is Verdict.FAILED
    hangs.set()
    assert read(tmp_path, kind="csv", path="liste.csv").verdict is Verdict.COMPLETE


def test_each_kind_has_its_seconds() -> None:
    defaults = [kind.model_fields["maximum_seconds"].default for kind in SOURCE_KINDS]
    assert defaults == [300, 600, 900, 1800], "csv, excel, sql, rest: as docs/add-a-source.md says"


def test_what_the_work_gives_or_raises_is_given_and_raised() -> None:
    assert within(5, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)
    assert within(5, current) is not None
    assert current() is None
    with pytest.raises(OutOfTimeError):
        TimeLimit(-1).left()
