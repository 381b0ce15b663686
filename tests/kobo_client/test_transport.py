"""What is sent over the wire: headers, proxies, certificates, and how much of an answer is read."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from kobo_client.error_body import MOST_READ
from kobo_client.register_config import RegisterConfig
from kobo_client.transport import NoAnswer, Transport

from .test_maskinporten import certificate, pem

Heard = list[tuple[str, str, dict[str, str], bytes]]


@contextmanager
def listener(answer: bytes = b"{}", tls: ssl.SSLContext | None = None, **headers: str) -> Iterator[tuple[str, Heard]]:
    """A server that answers all calls alike, and what it heard."""
    heard: Heard = []

    class Hears(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            heard.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815 - so the base class calls them

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hears) as server:
        server.daemon_threads = True
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}", heard
        server.shutdown()


@contextmanager
def transport(address: str, **settings: Any) -> Iterator[Transport]:
    opened = Transport(
        RegisterConfig.model_validate({"kind": "kobo", "base_url": address, "connect_timeout": 1, "read_timeout": 2} | settings)
    )
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("verb", "body", "length"), [("GET", None, None), ("DELETE", None, "0"), ("PUT", "ø".encode(), "2"), ("POST", b"{}", "2")]
)
def test_each_verb_sends_its_body_with_its_length_and_no_more(verb: str, body: bytes | None, length: str | None) -> None:
    with listener() as (address, heard), transport(address) as wire:
        wire.send(verb, f"{address}/kobobolig/a%20b", {"X-Request-Id": "one"}, body)
    (command, path, headers, content) = heard[0]
    assert (command, path, content) == (verb, "/kobobolig/a%20b", body or b"")
    assert headers.get("content-length") == length
    assert headers.get("content-type") == (None if body is None else "application/json")
    assert headers["x-request-id"] == "one"
    assert headers["accept"] == "application/json"


def test_cookies_are_not_kept_from_one_call_to_the_next() -> None:
    with listener(Set_Cookie="who=somebody") as (address, heard), transport(address) as wire:
        wire.send("GET", address, {}, None)
        wire.send("GET", address, {}, None)
    assert [call[2].get("cookie") for call in heard] == [None, None]


@pytest.mark.parametrize("used", [True, False])
def test_the_machines_proxy_is_used_when_configured_only(used: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    with listener() as (proxy, through), listener() as (address, direct):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "")
        with transport(address, use_system_proxy=used) as wire:
            wire.send("GET", f"{address}/kobobolig", {}, None)
        assert ([call[1] for call in through], [call[1] for call in direct]) == (
            ([f"{address}/kobobolig"], []) if used else ([], ["/kobobolig"])
        )


def test_the_machines_netrc_is_never_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with listener() as (address, heard), transport(address, use_system_proxy=True) as wire:
        wire.send("GET", address, {}, None)
    assert "authorization" not in heard[0][2]


def test_an_answer_without_end_is_cut() -> None:
    with listener(b"x" * (MOST_READ + 1_000_000)) as (address, _), transport(address) as wire:
        assert MOST_READ < len(wire.send("GET", address, {}, None).content) <= MOST_READ + 65536


@contextmanager
def dripping(first: bytes, dripped: bytes, last: bytes) -> Iterator[str]:
    """A server that answers one call: first and last at once, and dripped a byte at a time, each long before the client loses patience."""

    def answer() -> None:
        caller, _ = server.accept()
        with caller:
            try:
                caller.recv(65536)
                caller.sendall(first)
                for byte in dripped:
                    time.sleep(0.01)
                    caller.sendall(bytes([byte]))
                caller.sendall(last)
            except OSError:
                return  # the client has hung up, as it should

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("first", "dripped", "last"), [(b"", HEAD, b" " * 30), (HEAD, b" " * 30, b""), (b"HTTP/1.1 100 Go on\r\n\r\n", HEAD, b" " * 30)]
)
def test_an_answer_that_drips_is_none_whether_its_head_or_its_body_does(first: bytes, dripped: bytes, last: bytes) -> None:
    with dripping(first, dripped, last) as address, transport(address, read_timeout=0.1) as wire:
        with pytest.raises(NoAnswer, match="was lost") as fault:
            wire.send("POST", address, {}, b"{}")
        assert fault.value.sent, "the register may have carried it out"


def test_each_answer_has_a_time_of_its_own_also_on_a_connection_that_is_kept() -> None:
    with listener() as (address, heard), transport(address, read_timeout=0.2) as wire:
        for _ in range(3):
            assert wire.send("GET", address, {}, None).status == 200
            time.sleep(0.1)
    assert len(heard) == 3


@pytest.mark.parametrize("header", ["one\r\nX-Other: two", "one\ntwo"])
def test_a_header_cannot_smuggle_another(header: str) -> None:
    with listener() as (address, heard), transport(address) as wire:
        with pytest.raises((NoAnswer, ValueError)):
            wire.send("GET", address, {"X-Request-Id": header}, None)
        assert heard == []


def test_a_register_with_a_certificate_of_its_own_making_is_not_trusted(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "own.pem"
    file.write_text(pem(key) + certificate(key, 10), encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with listener(tls=context) as (address, heard), transport(address) as wire:
        with pytest.raises(NoAnswer, match="No safe connection") as fault:
            wire.send("POST", address, {}, b"{}")
        assert not fault.value.sent
        assert heard == []
