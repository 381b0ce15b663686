"""What can be wrong with the way to the register and with its answers: named, explained, never a traceback."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from kobo_client.call_outcomes import CALL_OUTCOMES, outcome_of
from kobo_client.client import RegisterClient
from kobo_client.error_body import error_words
from kobo_client.errors import ConfigurationFault, RegisterDown, RegisterError, UnknownOutcome
from kobo_client.pacing import retry_after
from kobo_client.payload import from_body, to_body
from kobo_client.register_config import Authentication, RegisterConfig
from kobo_client.snapshot import read_register

KOBO = "11111111-2222-4333-8444-555555555555"
AT = "https://kobo.example"
REAL = RegisterConfig(kind="kobo", base_url=AT, attempts=2, retry_wait_cap=0.01, threads=2)
Values = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"base_url": "kobo.example"}, "must begin with https"),
        ({"base_url": "ftp://kobo.example"}, "must begin with https"),
        ({"base_url": "http://kobo.example"}, "not encrypted"),
        ({"base_url": "https://user:word@kobo.example"}, "holds a password"),
        ({"base_url": "https://kobo.example:port"}, "is no address"),
        ({"base_url": "https://kobo.example/?key=1"}, "before"),
        ({"kind": "rehearsal", "environment": "production", "base_url": "http://127.0.0.1:1"}, "never production"),
        ({"authentication": Authentication(kind="api_key", key_variable="KOBOSYNC_NOT_SET")}, "KOBOSYNC_NOT_SET is not set"),
    ],
)
def test_a_configuration_that_cannot_work_is_one_sentence(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigurationFault, match=expected) as fault:
        RegisterClient(REAL.model_copy(update=change))
    assert "word" not in str(fault.value).replace("password", "")


@responses.activate
@pytest.mark.parametrize("kobo_id", ["42", None, 7, "../../etc"])
def test_a_kobo_id_that_is_no_uuid_is_no_link(kobo_id: object, values: Values) -> None:
    responses.post(f"{AT}/kobobolig", json={"koboId": kobo_id}, status=201)
    with RegisterClient(REAL) as client, pytest.raises(UnknownOutcome, match="no uuid"):
        client.create(to_body(values()), "one")


@responses.activate
def test_unknown_fields_and_changed_values_are_noted_and_survived(values: Values, tmp_path: Path) -> None:
    responses.get(f"{AT}/kobobolig/00000000-0000-0000-0000-000000000000", status=404)
    body = {"koboId": KOBO, **to_body(values()), "boligtype": "TREHUS", "skolekrets": "Nord"}
    responses.get(f"{AT}/kobobolig/{KOBO}", json=body)
    with RegisterClient(REAL) as client:
        seen = read_register(client, REAL, [KOBO], tmp_path)
    assert seen.verdict == "complete"
    assert seen.rows.get_column("boligtype").to_list() == ["TREHUS"]
    assert any("skolekrets" in note for note in seen.notes)
    assert any("TREHUS" in note for note in seen.notes)


@responses.activate
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"koboId": KOBO, "bruksareal": "femti"}, "bruksareal"),
        ({"koboId": KOBO, "adresse": ["Fjordveien"]}, "adresse"),
        ({"koboId": "22222222-2222-4333-8444-555555555555"}, "answered koboId"),
        ({"boligtype": "OMSORGSBOLIG"}, "no entry"),
        (["a list"], "no entry"),
    ],
)
def test_an_answer_of_another_shape_fails_the_snapshot_with_its_name(answer: object, expected: str, tmp_path: Path) -> None:
    responses.get(f"{AT}/kobobolig/00000000-0000-0000-0000-000000000000", status=404)
    responses.get(f"{AT}/kobobolig/{KOBO}", json=answer)
    with RegisterClient(REAL) as client:
        seen = read_register(client, REAL, [KOBO], tmp_path)
    assert seen.verdict == "failed"
    assert expected in str(seen.message)
    assert seen.rows.height == 0


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "HTTP 500"),
        (b'{"timestamp":"x","status":400,"error":"Bad Request","message":"boligtype mangler","path":"/x"}', "boligtype mangler"),
        (b'{"title":"Ugyldig","detail":"nummer er feil","status":400}', "nummer er feil"),
        (b'{"errors":[{"field":"adresse","message":"ukjent"}]}', "ukjent"),
        (b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>", "502 Bad Gateway"),
        (b"<p>Logg inn</p>", "Logg inn"),
        (b"\xff\xfe\x00rar", "rar"),
        (b"[" * 100_000, "[["),
        (b'"bare tekst"', "bare tekst"),
        (b"x" * 2_000_000, "xxx"),
    ],
)
def test_the_useful_words_of_any_error_body_are_kept(content: bytes, expected: str) -> None:
    words = error_words(content, 500)
    assert expected in words
    assert len(words) <= 300


@given(st.binary(max_size=400), st.integers(100, 599))
def test_no_error_body_breaks_us(content: bytes, status: int) -> None:
    assert 0 < len(error_words(content, status)) <= 300


@given(
    st.dictionaries(
        st.sampled_from(["koboId", "adresse", "eier", "bruksareal", "slettet", "x"]),
        st.recursive(
            st.none() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2)
        ),
    )
)
def test_no_answer_breaks_the_reading_of_it(body: dict[str, Any]) -> None:
    assert "kobo_id" in from_body(body)


@pytest.mark.parametrize(("header", "low", "high"), [("3", 3, 3), ("0", 0, 0), ("9999", 30, 30), ("-5", 0, 0)])
def test_retry_after_in_seconds_is_capped(header: str, low: float, high: float) -> None:
    assert low <= float(retry_after(header, 30.0) or 0.0) <= high


def test_retry_after_as_a_date_is_a_wait_until_then() -> None:
    assert 5 < float(retry_after(formatdate(time.time() + 10, usegmt=True), 30.0) or 0) <= 10
    assert retry_after(formatdate(time.time() - 10, usegmt=True), 30.0) == 0


@pytest.mark.parametrize("header", [None, "", "soon", "nan", "99th of May"])
def test_a_retry_after_that_says_nothing_is_none(header: str | None) -> None:
    assert retry_after(header, 30.0) is None


def test_every_status_has_one_outcome() -> None:
    assert all(outcome_of(status).action for status in range(200, 600))
    statuses = [status for outcome in CALL_OUTCOMES for status in outcome.statuses]
    assert len(statuses) == len(set(statuses))


def test_a_register_that_is_down_stops_the_night_and_says_so(values: Values) -> None:
    config = REAL.model_copy(update={"base_url": "http://127.0.0.1:9", "give_up_after": 4, "attempts": 2})
    errors: list[type[RegisterError]] = []
    with RegisterClient(config) as client:
        for number in range(6):
            with pytest.raises(RegisterError) as error:
                client.create(to_body(values(number)), str(number))
            errors.append(type(error.value))
    assert errors[-1] is RegisterDown
    assert errors[0] is not RegisterDown


def test_a_used_up_time_budget_stops_the_night(values: Values) -> None:
    with RegisterClient(REAL.model_copy(update={"base_url": "http://127.0.0.1:9", "time_budget": 0.0, "attempts": 1})) as client:
        with pytest.raises(RegisterError):
            client.create(to_body(values()), "one")
        with pytest.raises(RegisterDown, match="time_budget"):
            client.create(to_body(values()), "two")


@responses.activate
def test_a_redirect_says_that_the_address_is_no_api(values: Values) -> None:
    responses.post(f"{AT}/kobobolig", status=302, headers={"Location": "https://login.example/"}, body=json.dumps({}))
    with RegisterClient(REAL) as client, pytest.raises(ConfigurationFault, match="base_url"):
        client.create(to_body(values()), "one")
