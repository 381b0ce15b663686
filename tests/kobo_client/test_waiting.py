"""How long the client waits, for what, and what it says was never sent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kobo_client.calls import CallRecord
from kobo_client.client import RegisterClient
from kobo_client.errors import RegisterDown, RegisterError, Transient
from kobo_client.payload import to_body
from kobo_client.register_config import RegisterConfig

from .conftest import Rehearsal

Values = Callable[..., dict[str, Any]]


@pytest.fixture
def patient(config: RegisterConfig, rehearsal: Rehearsal, calls: list[CallRecord]) -> Iterator[RegisterClient]:
    """Opens its circuit after three failures and waits up to 9 s for an answer."""
    waiting = config.model_copy(update={"give_up_after": 3, "attempts": 3, "retry_wait_cap": 3.0})
    with RegisterClient(waiting, calls.append) as client:
        yield client


def test_an_outage_is_waited_out_and_the_night_goes_on(
    patient: RegisterClient, rehearsal: Rehearsal, calls: list[CallRecord], values: Values
) -> None:
    rehearsal.faults({"kind": "outage", "seconds": 0.6})
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: patient.create(to_body(values(number)), f"request-{number}"), range(1, 13)))
    assert len({answer.kobo_id for answer in answers}) == 12
    assert sorted(entry["leverandorBoligId"] for entry in rehearsal.holds()) == sorted(f"fdv-{number}" for number in range(1, 13))
    during = [call for call in calls if call.outcome != "done"]
    # One call at a time knocks while the circuit is open; twelve dwellings three times each would be 36.
    assert 3 <= len(during) < 16


def test_an_outage_longer_than_our_patience_leaves_the_rest_unsent(config: RegisterConfig, rehearsal: Rehearsal, values: Values) -> None:
    rehearsal.faults({"kind": "503"})
    impatient = config.model_copy(update={"give_up_after": 2, "attempts": 1, "retry_wait_cap": 0.05})
    errors: list[RegisterError] = []
    with RegisterClient(impatient) as client:
        for number in range(1, 7):
            with pytest.raises(RegisterError) as error:
                client.create(to_body(values(number)), str(number))
            errors.append(error.value)
    down = [error for error in errors if isinstance(error, RegisterDown)]
    assert down
    assert isinstance(errors[-1], RegisterDown)
    assert not down[-1].sent
    assert rehearsal.holds() == []


def test_a_register_that_goes_down_in_the_middle_of_a_call_says_that_it_may_have_arrived(
    config: RegisterConfig, rehearsal: Rehearsal, values: Values
) -> None:
    rehearsal.faults({"kind": "cut_after", "verb": "POST"})
    impatient = config.model_copy(update={"give_up_after": 1, "attempts": 3, "retry_wait_cap": 0.01})
    with RegisterClient(impatient) as client, pytest.raises(RegisterDown) as fault:
        client.create(to_body(values()), "one")
    assert fault.value.sent
    assert len(rehearsal.holds()) == 1


def test_no_more_calls_a_second_than_the_configuration_allows(config: RegisterConfig, rehearsal: Rehearsal, values: Values) -> None:
    begun = time.monotonic()
    with RegisterClient(config.model_copy(update={"calls_per_second": 25.0})) as client, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: client.create(to_body(values(number)), str(number)), range(1, 12)))
    # Eleven calls have ten spaces of 40 ms between them, however many threads: a sleep is never shorter than asked.
    assert time.monotonic() - begun >= 0.4
    assert len(rehearsal.holds()) == 11


def test_a_page_in_place_of_an_entry_is_asked_for_again(client: RegisterClient, rehearsal: Rehearsal, values: Values) -> None:
    kobo_id = client.create(to_body(values()), "one").kobo_id
    rehearsal.faults({"kind": "no_json", "verb": "GET", "times": 1})
    assert client.read(kobo_id)["leverandor_bolig_id"] == "fdv-1"


def test_a_page_that_stays_in_place_of_an_entry_is_named_by_its_title(client: RegisterClient, rehearsal: Rehearsal, values: Values) -> None:
    kobo_id = client.create(to_body(values()), "one").kobo_id
    rehearsal.faults({"kind": "no_json", "verb": "GET"})
    with pytest.raises(Transient, match=r"no entry.*Logg inn"):
        client.read(kobo_id)


@contextmanager
def failing(status: int, times: int) -> Iterator[str]:
    """A register that answers its first calls with that status, and then as it should."""
    left = [times]

    class Fails(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"koboId": "8c4d4f8e-4c3c-4c0e-9d2a-000000000001"}' if left[0] <= 0 else b"{}"
            self.send_response(status if left[0] > 0 else 200)
            left[0] -= 1
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Fails)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_call_is_tried_as_often_as_configured_and_its_record_says_how_long_it_took(config: RegisterConfig) -> None:
    calls: list[CallRecord] = []
    began = time.perf_counter()
    with failing(500, times=9) as address:
        thrice = config.model_copy(update={"base_url": address, "give_up_after": 9, "attempts": 3, "retry_wait_cap": 0.01})
        with RegisterClient(thrice, calls.append) as client, pytest.raises(Transient):
            client.read("8c4d4f8e-4c3c-4c0e-9d2a-000000000001")
    assert [call.attempt for call in calls] == [1, 2, 3]
    assert 0 < sum(call.seconds for call in calls) < time.perf_counter() - began


@pytest.mark.parametrize(("status", "down"), [(400, False), (403, True)])
def test_a_register_that_refuses_rows_is_there_and_one_that_refuses_us_is_given_up(status: int, down: bool, config: RegisterConfig) -> None:
    with failing(status, times=9) as address:
        waiting = config.model_copy(update={"base_url": address, "give_up_after": 2, "attempts": 1, "retry_wait_cap": 0.01})
        with RegisterClient(waiting) as client:
            ends = []
            for _ in range(4):
                with pytest.raises(RegisterError) as ended:
                    client.read("8c4d4f8e-4c3c-4c0e-9d2a-000000000001")
                ends.append(ended.value)
    assert isinstance(ends[-1], RegisterDown) is down


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_gateway_that_finds_no_register_is_an_outage_and_a_register_that_fails_is_not(status: int, config: RegisterConfig) -> None:
    with failing(status, times=4) as address:
        waiting = config.model_copy(update={"base_url": address, "give_up_after": 2, "attempts": 2, "retry_wait_cap": 1.0})
        with RegisterClient(waiting) as client:
            if status == 500:
                with pytest.raises(RegisterError):
                    client.read("8c4d4f8e-4c3c-4c0e-9d2a-000000000001")
            else:
                assert client.read("8c4d4f8e-4c3c-4c0e-9d2a-000000000001")["kobo_id"]
