"""The rehearsal register as a server and as a process."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from kobo_client.client import RegisterClient
from kobo_client.errors import ConfigurationFault, Conflict, RefusedRow
from kobo_client.payload import to_body
from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.openapi import openapi
from kobo_client.rehearsal.process import rehearsal_running

from .conftest import Rehearsal

Values = Callable[..., dict[str, Any]]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


OPERATIONS = ["GET /kobobolig", "POST /kobobolig", "GET", "PUT", "DELETE"]


def test_schemathesis_is_asked_about_every_operation() -> None:
    shown = {f"{verb.upper()} {path}" for path, verbs in openapi()["paths"].items() for verb in verbs if verb != "parameters"}
    assert shown == {operation if " " in operation else f"{operation} /kobobolig/{{koboboligId}}" for operation in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_schemathesis_finds_nothing(rehearsal: Rehearsal, client: RegisterClient, values: Values, operation: str) -> None:
    verb, _, path = operation.partition(" ")
    api = schemathesis.openapi.from_dict(openapi())
    chosen = api[path or "/kobobolig/{koboboligId}"][verb]

    @settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(chosen.as_strategy())
    def each(case: Any) -> None:
        case.call_and_validate(base_url=rehearsal.address, checks=CHECKS, session=rehearsal.session)
        if "koboboligId" in (case.path_parameters or {}):
            # A random id never exists: the same call with one that does.
            case.path_parameters["koboboligId"] = kobo_id
            statuses.append(case.call_and_validate(base_url=rehearsal.address, checks=CHECKS, session=rehearsal.session).status_code)

    statuses: list[int] = []
    kobo_id = client.create(to_body(values()), "one").kobo_id
    each()
    assert 404 not in statuses
    assert bool(statuses) == (not path)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"bruksenhetsnummer": "H 101"}, "format"),
        ({"boligtype": "TREHUS"}, "må være en av"),
        ({"postnummer": None}, "postnummer mangler"),
        ({"bokstav": "AB"}, "format"),
        ({"bruksareal": -1}, "tall"),
        ({"adressenavn": "x" * 500}, "tekst"),
    ],
)
def test_it_refuses_what_the_contract_refuses(client: RegisterClient, values: Values, change: dict[str, Any], expected: str) -> None:
    with pytest.raises(RefusedRow, match=expected):
        client.create(to_body(values(**change)), "one")


def test_it_refuses_protected_fields_unknown_fields_and_anothers_dwelling(client: RegisterClient, values: Values) -> None:
    made = client.create(to_body(values()), "one")
    whole = to_body(values())
    assert client.change(made.kobo_id, whole, "same protected values") == 200
    with pytest.raises(RefusedRow, match="kan ikke oppdateres"):
        client.change(made.kobo_id, to_body(values(bruksenhetsnummer="H0102")), "two")
    with pytest.raises(RefusedRow, match="er ikke boligens"):
        client.change(made.kobo_id, to_body(values(leverandor_bolig_id="other")), "three")
    with pytest.raises(RefusedRow, match="er ukjent"):
        client.create({**whole, "navn": "x"}, "four")


def test_a_removed_dwelling_blocks_no_new_one_at_its_place(client: RegisterClient, values: Values) -> None:
    first = client.create(to_body(values()), "one")
    client.remove(first.kobo_id, "fdv-1", "two")
    second = client.create(to_body(values()), "three")
    assert second.kobo_id != first.kobo_id
    with pytest.raises(Conflict):
        client.create(to_body(values()), "four")


def test_it_shows_what_it_holds_and_escapes_it(client: RegisterClient, rehearsal: Rehearsal, values: Values) -> None:
    client.create(to_body(values(adressenavn="<b>Vegen")), "one")
    page = rehearsal.session.get(rehearsal.address, timeout=5).text
    assert "&lt;b&gt;Vegen" in page
    assert "<b>Vegen" not in page


def test_one_that_runs_is_used_and_left_running(tmp_path: Path) -> None:
    config = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=Path("r.sqlite"))
    with rehearsal_running(config, tmp_path) as address:
        again = config.model_copy(update={"base_url": address})
        with rehearsal_running(again, tmp_path) as same:
            assert same == address
        assert requests.get(f"{address}/rehearsal/health", timeout=5).status_code == 200
        stranger = again.model_copy(update={"database": Path("another.sqlite")})
        with pytest.raises(ConfigurationFault, match="another database"), rehearsal_running(stranger, tmp_path):
            pass
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{address}/rehearsal/health", timeout=5)


def test_it_remembers_what_it_held_and_serves_the_older_contract(tmp_path: Path, values: Values) -> None:
    config = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=Path("r.sqlite"), contract="old")
    with rehearsal_running(config, tmp_path) as address:
        old = config.model_copy(update={"base_url": address})
        with RegisterClient(old) as client:
            made = client.create(to_body(values()), "one")
            assert client.read(made.kobo_id)["leverandor_bolig_id"] == "fdv-1"
            assert "fdvuBoligId" in client.read_body(made.kobo_id)
    with rehearsal_running(config, tmp_path) as address, RegisterClient(config.model_copy(update={"base_url": address})) as client:
        assert client.remove(made.kobo_id, "fdv-1", "two") == 204


def test_a_port_that_somebody_else_has_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config = RegisterConfig(kind="rehearsal", base_url=f"http://127.0.0.1:{taken.getsockname()[1]}", database=Path("r.sqlite"))
        with pytest.raises(ConfigurationFault, match="used by another program"), rehearsal_running(config, tmp_path):
            pass


@pytest.mark.parametrize("change", [{"database": None}, {"base_url": "https://kobo.example"}, {"base_url": "http://127.0.0.1:1/api"}])
def test_a_rehearsal_that_cannot_be_is_one_sentence(tmp_path: Path, change: dict[str, Any]) -> None:
    config = RegisterConfig(kind="rehearsal", database=Path("r.sqlite")).model_copy(update=change)
    with pytest.raises(ConfigurationFault), rehearsal_running(config, tmp_path):
        pass
