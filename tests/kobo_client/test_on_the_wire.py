"""What a server sees: one request id per logical call, also when the call is repeated."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kobo_client.client import RegisterClient
from kobo_client.errors import RegisterDown
from kobo_client.payload import to_body
from kobo_client.register_config import RegisterConfig
from reconciliation.apply.write_calls import create
from reconciliation.ledger import Write

Values = Callable[..., dict[str, Any]]
KOBO_ID = "11111111-2222-4333-8444-555555555555"


class Script:
    """Answers in turn: status and body. met: (verb, X-Request-Id) of each request."""

    def __init__(self, *answers: tuple[int, dict[str, str]]) -> None:
        self.answers = list(answers)
        self.met: list[tuple[str, str | None]] = []


@pytest.fixture
def script() -> Iterator[tuple[Script, RegisterConfig]]:
    scripted = Script()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            scripted.met.append((self.command, self.headers.get("X-Request-Id")))
            status, body = scripted.answers.pop(0) if scripted.answers else (503, {})
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    yield scripted, RegisterConfig(kind="rehearsal", base_url=address, attempts=3, retry_wait_cap=0.01, give_up_after=4)
    server.shutdown()
    server.server_close()


def test_a_repeated_create_carries_the_id_of_the_first_try(script: tuple[Script, RegisterConfig], values: Values) -> None:
    scripted, config = script
    scripted.answers = [(500, {}), (503, {}), (201, {"koboId": KOBO_ID})]
    with RegisterClient(config) as client:
        assert client.create(to_body(values(1)), "the-one").kobo_id == KOBO_ID
    assert scripted.met == [("POST", "the-one")] * 3


def test_two_calls_have_two_ids(script: tuple[Script, RegisterConfig], values: Values) -> None:
    scripted, config = script
    scripted.answers = [(201, {"koboId": KOBO_ID}), (201, {"koboId": KOBO_ID})]
    with RegisterClient(config) as client:
        client.create(to_body(values(1)), "one")
        client.create(to_body(values(2)), "two")
    assert [request_id for _, request_id in scripted.met] == ["one", "two"]


def test_a_register_that_goes_down_after_a_conflict_leaves_the_create_as_sent(
    script: tuple[Script, RegisterConfig], values: Values
) -> None:
    scripted, config = script
    scripted.answers = [(409, {"koboId": KOBO_ID, "detail": "finnes"})]
    write = Write("r", "run", "fdv-1", "POST", body=json.dumps(to_body(values(1))))
    with RegisterClient(config.model_copy(update={"give_up_after": 1})) as client, pytest.raises(RegisterDown) as down:
        create(client, write)
    assert down.value.sent, "the POST arrived, whatever became of the question after it: nobody may call it not tried"


def test_a_register_away_for_a_while_costs_patience_and_no_dwelling(script: tuple[Script, RegisterConfig], values: Values) -> None:
    scripted, config = script
    scripted.answers = [(503, {})] * 12 + [(201, {"koboId": KOBO_ID})]
    with RegisterClient(config.model_copy(update={"attempts": 15, "give_up_after": 100})) as client:
        assert client.create(to_body(values(1)), "one").kobo_id == KOBO_ID
    assert len(scripted.met) == 13
