"""`kobosync check` says what is wrong with the way to the register and with its answers in a sentence, and never breaks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from kobo_client.rehearsal.process import rehearsal_running
from pipelines.commands.check_command import run_check
from pipelines.exit_codes import DONE, FAILED
from reconciliation.ledger import open_ledger
from reconciliation.model.municipality import load
from tests.kobo_client.test_maskinporten import BAD_KEYS, certificate, pem
from tests.pipelines.village import Village, free_port

KOBO = "11111111-2222-4333-8444-555555555555"
VARIABLE = "KOBOSYNC_CHECK_KEY"
ADDRESS = {"adressenavn": "Storgata", "nummer": 1, "postnummer": "9920", "kommunenummer": "9902"}


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Village:
    monkeypatch.setenv("KOBOSYNC_HOME", str(tmp_path))
    # Wide enough that no sentence is broken over lines.
    monkeypatch.setenv("COLUMNS", "1000")
    return Village(tmp_path)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def output_of(village: Village, capsys: pytest.CaptureFixture[str], expected: int, **register: Any) -> str:
    """What a check prints with these settings of the register."""
    village.write_config(register=dict(village.content["register"]) | register)
    code = run_check(village.config)
    text = capsys.readouterr().out
    assert "Traceback" not in text
    assert code == expected, text
    return text


def maskinporten(**changes: Any) -> dict[str, Any]:
    here = {
        "kind": "maskinporten",
        "key_variable": VARIABLE,
        "token_url": f"http://127.0.0.1:{free_port()}/token",
        "issuer": "https://test.maskinporten.no/",
        "client_id": "vik",
        "scope": "husbanken:kobo",
        "key_id": "one",
    }
    return {"kind": "kobo", "database": None, "authentication": here | changes}


@pytest.mark.parametrize(
    ("register", "words"),
    [
        ({"base_url": "ftp://kobo.example"}, "must begin with https"),
        ({"base_url": "kobo.example"}, "must begin with https"),
        ({"base_url": "http://kobo.example"}, "not encrypted"),
        ({"base_url": f"http://127.0.0.1:{free_port()}"}, "could not be seen"),
        ({"authentication": {"kind": "api_key", "key_variable": "KOBOSYNC_NOT_SET"}}, "KOBOSYNC_NOT_SET is not set"),
    ],
)
def test_an_address_or_key_that_cannot_work(
    village: Village, capsys: pytest.CaptureFixture[str], register: dict[str, Any], words: str
) -> None:
    assert words in output_of(village, capsys, FAILED, kind="kobo", database=None, **register)


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_private_key_that_is_none(
    village: Village, capsys: pytest.CaptureFixture[str], key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    make, words = BAD_KEYS[name]
    monkeypatch.setenv(VARIABLE, make(key))
    assert words in output_of(village, capsys, FAILED, **maskinporten())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scope": "husbanken kobo"}, "is no scope"),
        ({"issuer": "https://test.maskinporten.no"}, "slash"),
        ({"consumer_org": "12"}, "nine digits"),
    ],
)
def test_a_slip_in_the_settings_of_maskinporten(
    village: Village,
    capsys: pytest.CaptureFixture[str],
    key: rsa.RSAPrivateKey,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    words: str,
) -> None:
    monkeypatch.setenv(VARIABLE, pem(key))
    assert words in output_of(village, capsys, FAILED, **maskinporten(**changes))


def test_a_certificate_that_ends_soon_is_said_before_it_does(
    village: Village, capsys: pytest.CaptureFixture[str], key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, pem(key) + certificate(key, 20))
    assert "in 20 days" in output_of(village, capsys, FAILED, **maskinporten())


@contextmanager
def odd_register(entry: Any) -> Iterator[str]:
    """A register that answers each known id with this, over HTTP."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there = self.path.endswith(KOBO)
            body = json.dumps(entry if there else {"title": "Not Found"}).encode()
            self.send_response(200 if there else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("entry", "code", "words"),
    [
        ({"koboId": KOBO, "adresse": ADDRESS, "skolekrets": "Nord"}, DONE, "a field we do not know: skolekrets"),
        ({"koboId": KOBO, "adresse": ADDRESS, "boligtype": "TREHUS"}, DONE, "boligtype has a value we do not know: TREHUS"),
        ({"koboId": "42", "adresse": ADDRESS}, FAILED, "answered koboId '42'"),
        ({"koboId": KOBO, "adresse": ["Storgata 1"]}, FAILED, "its contract has changed"),
        ({"koboId": KOBO, "bruksareal": "femti"}, FAILED, "bruksareal"),
        (["a list"], FAILED, "no entry"),
    ],
)
def test_answers_that_do_not_keep_the_contract_are_named(
    village: Village, capsys: pytest.CaptureFixture[str], entry: Any, code: int, words: str
) -> None:
    with closing(open_ledger(load(village.config).ledger, village.home)) as ledger:
        ledger.save_links("vik", pl.DataFrame({"leverandor_bolig_id": ["fdv-100"], "kobo_id": [KOBO]}), "created")
    with odd_register(entry) as address:
        assert words in output_of(village, capsys, code, kind="kobo", database=None, base_url=address)


def test_a_rehearsal_register_that_is_as_it_must_be(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    with rehearsal_running(load(village.config).register_, village.home):
        assert "answers (rehearsal, test)" in output_of(village, capsys, DONE)
