"""Every kind of source, made small and real: what the contract suite asks of each connector, it asks through these."""

from __future__ import annotations

import contextlib
import csv
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import xlsxwriter
from pydantic import TypeAdapter

from connectors.read import read_source
from connectors.read_result import SourceRead
from connectors.source_config import AnySource

SOURCE: TypeAdapter[Any] = TypeAdapter(AnySource)
COMMON = {"title": "Boliglisten", "owner": "boligkontoret", "key": ["Nr"], "ignore": ["Merknad"]}
FIELDS = {"adresse": {"column": "Adresse", "as": "address"}, "bruksareal": {"column": "Areal", "as": "number"}}
HEADINGS = ("Nr", "Adresse", "Areal", "Merknad")
ROWS = (("1", "Storgata 1", "54,5", "a"), ("2", "Storgata 2", "61", "b"), ("3", "Storgata 3 H0101", "0072", "c"))


def source(**settings: Any) -> AnySource:
    made: AnySource = SOURCE.validate_python({**COMMON, "fields": FIELDS, **settings})
    return made


def read(home: Path, last: int | None = None, **settings: Any) -> SourceRead:
    return read_source("liste", source(**settings), home, last)


@dataclass
class Made:
    """A connector under contract. write(home, headings, rows) makes the source; settings(home) is its part of the config."""

    kind: str
    first_row: int
    write: Callable[[Path, Sequence[str], Sequence[Sequence[str]]], None]
    settings: Callable[[Path], dict[str, Any]]
    remove: Callable[[Path], None]

    def read(self, home: Path, last: int | None = None, **settings: Any) -> SourceRead:
        return read(home, last, **self.settings(home), **settings)


def write_csv(home: Path, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with (home / "liste.csv").open("w", encoding="cp1252", newline="") as stream:
        csv.writer(stream, delimiter=";", lineterminator="\r\n").writerows([headings, *rows])


def write_excel(home: Path, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    book = xlsxwriter.Workbook(home / "liste.xlsx")
    sheet = book.add_worksheet("Boliger")
    sheet.write(1, 1, "Boliger i kommunen")
    for number, row in enumerate([headings, *rows], start=3):
        sheet.write_row(number, 1, row)
    book.close()


def write_sqlite(home: Path, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    (home / "liste.sqlite").unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(home / "liste.sqlite")) as connection, connection:
        connection.execute(f"CREATE TABLE bolig ({', '.join(f'{chr(34)}{heading}{chr(34)} TEXT' for heading in headings)})")
        connection.executemany(f"INSERT INTO bolig VALUES ({', '.join('?' * len(headings))})", rows)


@dataclass
class Service:
    """A real service on loopback. answers: path -> what it gives; a callable is given the handler. asked: every request."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def service() -> Iterator[Service]:
    state = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append((self.path, dict(self.headers)))
            answer = state.answers.get(urlsplit(self.path).path)
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            status, headers, body = (
                answer(query, len(state.asked)) if callable(answer) else (200 if answer is not None else 404, {}, answer)
            )
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def connectors(running: Service) -> list[Made]:
    def write_rest(_: Path, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        running.answers["/boliger"] = [dict(zip(headings, row, strict=True)) for row in rows]

    return [
        Made("csv", 2, write_csv, lambda _: {"kind": "csv", "path": "liste.csv"}, lambda home: (home / "liste.csv").unlink()),
        Made(
            "excel",
            5,
            write_excel,
            lambda _: {"kind": "excel", "path": "liste.xlsx", "sheets": [{"name": "Boliger"}]},
            lambda home: (home / "liste.xlsx").unlink(),
        ),
        Made(
            "sql",
            1,
            write_sqlite,
            lambda _: {"kind": "sql", "url": "sqlite:///liste.sqlite", "query": "SELECT * FROM bolig"},
            lambda home: (home / "liste.sqlite").unlink(),
        ),
        Made(
            "rest",
            1,
            write_rest,
            lambda _: {"kind": "rest", "url": f"{running.url}/boliger", "retry_wait_cap": 0},
            lambda _: running.answers.clear(),
        ),
    ]
