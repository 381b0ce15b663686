"""The table of municipality numbers is refreshed from SSB's own form, and never made worse by an answer that is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.command_line import app
from reconciliation.identifiers import kommune


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    file = tmp_path / "kommunenummer.csv"
    file.write_bytes(kommune.FILE.read_bytes())
    monkeypatch.setattr(kommune, "FILE", file)
    yield file
    kommune.kommune_table.cache_clear()


@pytest.fixture
def klass() -> Iterator[tuple[str, dict[str, Any]]]:
    """A server with the two pages of KLASS; what it answers is the test's to say."""
    answers: dict[str, Any] = {}

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = answers.get(self.path.split("?")[0].rsplit("/", 1)[-1])
            self.send_response(200 if body is not None else 500)
            self.end_headers()
            self.wfile.write((body if isinstance(body, str) else json.dumps(body)).encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/131", answers
    server.shutdown()


def refresh(address: str) -> Any:
    return CliRunner().invoke(app, ["kommuner", "--refresh", "--from", address])


def test_the_refreshed_table_knows_the_newest_change(table: Path, klass: tuple[str, dict[str, Any]]) -> None:
    address, answers = klass
    known = kommune.read_changes(table)
    rows = [{"oldCode": change.old, "newCode": change.new, "changeOccurred": change.on.isoformat()} for change in known.changes]
    answers["changes"] = {"codeChanges": [*rows, {"oldCode": "3420", "newCode": "3499", "changeOccurred": "2026-01-01"}]}
    answers["codesAt"] = {"codes": [{"code": number} for number in (known.valid - {"3420"}) | {"3499", "9999"}]}
    done = refresh(address)
    assert done.exit_code == 0, done.output
    assert "1 new changes" in done.output
    after = kommune.read_changes(table)
    assert after.current("0427") == ("3499",)
    assert "9999" not in after.valid
    assert len(after.changes) == len(known.changes) + 1


@pytest.mark.parametrize(
    "answer",
    [None, "<html>Vedlikehold</html>", {"codeChanges": [], "codes": []}, {"error": "no"}],
    ids=["500", "html", "empty", "other form"],
)
def test_an_answer_that_is_no_classification_leaves_the_table_as_it_was(
    table: Path, klass: tuple[str, dict[str, Any]], answer: object
) -> None:
    address, answers = klass
    if answer is not None:
        answers.update(changes=answer, codesAt=answer)
    before = table.read_bytes()
    done = refresh(address)
    assert done.exit_code == 1
    assert "as it was" in done.output
    assert table.read_bytes() == before


def test_what_is_shipped_is_reported() -> None:
    done = CliRunner().invoke(app, ["kommuner"])
    assert done.exit_code == 0
    assert "357 numbers valid from 2024-01-01" in done.output
