"""A sign of life is given after a good night, and what goes wrong with it hurts no night and names no secret."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assets.heartbeat import send_heartbeat
from tests.pipelines.village import FDV, FIRST, SECOND, THIRD, inhabited, run_night


@contextmanager
def listening(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()


def test_only_a_good_night_that_applies_gives_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as (address, asked), inhabited(tmp_path, monkeypatch, heartbeat="${BEAT}/vik") as village:
        monkeypatch.setenv("BEAT", address)
        assert run_night(village.config, "never", FIRST) == 0
        assert asked == [], "a dry run is somebody looking"
        assert run_night(village.config, "auto", SECOND) == 0
        assert asked == ["/vik"]
        village.write_fdv(FDV.replace("Nummer", "Nr"))
        assert run_night(village.config, "auto", THIRD) == 1
        assert asked == ["/vik"], "a night that is incomplete is none"


def test_what_goes_wrong_is_reported_without_the_address() -> None:
    with listening(500) as (address, _):
        assert send_heartbeat(f"{address}/secret") == "heartbeat: the address answered 500."
    gone = send_heartbeat(f"{address}/secret")
    assert gone is not None
    assert "could not be reached" in gone
    assert "secret" not in gone
    assert "NOT_SET_HERE is not set" in str(send_heartbeat("${NOT_SET_HERE}", {}))
