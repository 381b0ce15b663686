"""When operations are alerted, and the text: pure rules by table, and one real receiver over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pipelines.sensors.alerts import AlertMessage, JudgedNights, NightState, SendingError, judge_nights, next_message, send

MIDNIGHT = datetime(2023, 11, 2, 1, 0, tzinfo=UTC)


def run(verdict: str, hours: float, *, ended: bool = True, mode: str = "auto", message: str | None = None) -> dict[str, Any]:
    """A row of the ledger's runs; hours: when, after the tick of the schedule."""
    began = MIDNIGHT + timedelta(hours=hours)
    return {
        "run_id": f"{verdict}@{hours}",
        "as_of": began.date(),
        "apply_mode": mode,
        "started": began,
        "finished": began + timedelta(minutes=5) if ended else None,
        "verdict": verdict,
        "message": message,
    }


def judged(*runs: dict[str, Any], running: str | None = None, due: bool = False, dry: bool = False) -> NightState | None:
    now = MIDNIGHT + timedelta(hours=7)
    state = judge_nights(runs, running=running, due=MIDNIGHT if due else None, asked_for_dry=dry, now=now)
    return state.state if state else None


STANDINGS = {
    "no night yet": (judged(), None),
    "the last night says it": (judged(run("failed", -24), run("done", 0)), NightState.DONE),
    "incomplete": (judged(run("done", -24), run("incomplete", 0)), NightState.INCOMPLETE),
    "waits": (judged(run("waiting", 0)), NightState.WAITING),
    "killed: running in the ledger, nobody holds the lock": (judged(run("running", 0, ended=False)), NightState.FAILED),
    "killed, found by a plan run later": (judged(run("interrupted", 0, ended=False), run("planned", 1)), NightState.FAILED),
    "under way: not judged yet": (judged(run("running", 0, ended=False), running="running@0"), None),
    "a plan alone is no night": (judged(run("failed", 0), run("planned", 1)), NightState.FAILED),
    "a dry run that somebody asked for is no night": (judged(run("done", 0), run("failed", 1, mode="never")), NightState.DONE),
    "an undo is no night": (judged(run("failed", 0), run("done", 1, mode="undo")), NightState.FAILED),
    "where nights are dry, a dry run is the night": (judged(run("failed", 0, mode="never"), dry=True), NightState.FAILED),
    "none since it was due": (judged(run("done", -24), due=True), NightState.MISSED),
    "none at all": (judged(due=True), NightState.MISSED),
    "a failed night is not a missed one": (judged(run("failed", 0), due=True), NightState.FAILED),
    "a killed night is not a missed one": (judged(run("running", 0, ended=False), due=True), NightState.FAILED),
    "hours late and still running": (judged(run("running", 0, ended=False), running="running@0", due=True), NightState.MISSED),
    "a plan run does not stand in for the night": (judged(run("planned", 1), due=True), NightState.MISSED),
}


@pytest.mark.parametrize("case", STANDINGS)
def test_the_state_of_the_nights(case: str) -> None:
    state, expected = STANDINGS[case]
    assert state == expected


CHANGES = [
    (None, NightState.DONE, None),
    (None, NightState.FAILED, "failed"),
    (NightState.DONE, NightState.DONE, None),
    (NightState.DONE, NightState.INCOMPLETE, "is incomplete"),
    (NightState.INCOMPLETE, NightState.INCOMPLETE, None),
    (NightState.INCOMPLETE, NightState.FAILED, "failed"),
    (NightState.FAILED, NightState.MISSED, "was missed"),
    (NightState.MISSED, NightState.DONE, "is well again"),
    (NightState.DONE, NightState.WAITING, "waits for approval"),
    (NightState.WAITING, NightState.DONE, "is well again"),
]


@pytest.mark.parametrize(("last", "new", "title"), CHANGES)
def test_only_a_change_is_reported(last: NightState | None, new: NightState, title: str | None) -> None:
    message = next_message(last, JudgedNights(new, "The sentence.", "abc", "2023-11-02"), "Vik", "reports/vik")
    if title is None:
        assert message is None
    else:
        assert message is not None
        assert message.title == f"kobosync: the night of Vik {title}"
        assert message.body.splitlines()[:2] == ["The sentence.", "Run in Dagster: /runs/abc"]


def test_a_message_points_to_the_report_of_its_night() -> None:
    message = next_message(None, JudgedNights(NightState.FAILED, "The sentence.", "abc", "2023-11-02"), "Vik", "reports/vik")
    assert message is not None
    assert "Report: reports/vik/2023-11-02" in message.body


def test_links_are_absolute_where_the_file_says_how_people_reach_them() -> None:
    state = JudgedNights(NightState.FAILED, "The sentence.", "abc", "2023-11-02")
    message = next_message(None, state, "Vik", "https://intranett.example/kobosync/vik", "https://dagster.example/")
    assert message is not None
    assert message.body.splitlines()[1:] == [
        "Run in Dagster: https://dagster.example/runs/abc",
        "Report: https://intranett.example/kobosync/vik/2023-11-02",
    ]


class Receiver:
    """What arrived; `status` is what it answers."""

    def __init__(self, port: int) -> None:
        self.address = f"json://127.0.0.1:{port}/alarm"
        self.arrived: list[dict[str, Any]] = []
        self.status = 200


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if receiver.status == 200:
                receiver.arrived.append(json.loads(body))
            self.send_response(receiver.status)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Quiet: pytest shows what matters."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


MESSAGE = AlertMessage("kobosync: the night of Vik failed", "The sentence.")


def test_a_message_arrives_and_its_address_may_come_from_the_environment() -> None:
    with receiving() as receiver:
        send("json://${ALARM}", MESSAGE, environment={"ALARM": receiver.address.removeprefix("json://")})
        (arrived,) = receiver.arrived
    assert (arrived["title"], arrived["message"], arrived["type"]) == (MESSAGE.title, MESSAGE.body, "warning")


def test_what_cannot_be_sent_is_said_without_its_secrets() -> None:
    with receiving() as receiver:
        receiver.status = 500
        with pytest.raises(SendingError, match=r"alerts 2 \(json\) could not be reached"):
            send(receiver.address, MESSAGE, 2)
    with pytest.raises(SendingError, match="environment variable ALARM"):
        send("json://user:${ALARM}@127.0.0.1/", MESSAGE, environment={})
    with pytest.raises(SendingError, match="no address that apprise knows") as caught:
        send("teams://hemmelig", MESSAGE)
    assert "hemmelig" not in str(caught.value)
