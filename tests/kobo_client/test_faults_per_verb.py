"""Each fault x each verb: the error that the caller gets, the number of calls, and the register's entries afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from kobo_client.client import CallRecord, RegisterClient
from kobo_client.errors import RateLimited, RegisterError, Transient, UnknownOutcome
from kobo_client.payload import to_body, updatable_body

from .conftest import Rehearsal

ONCE: dict[str, dict[str, Any]] = {
    "latency": {"kind": "latency", "seconds": 0.01},
    "429 in seconds": {"kind": "429_seconds", "seconds": 0.01},
    "429 with a date": {"kind": "429_date", "seconds": 1},
    "500": {"kind": "500"},
    "500, empty": {"kind": "empty_500"},
    "500, 2 MB": {"kind": "huge_500"},
    "502, a page": {"kind": "502_html"},
    "503": {"kind": "503"},
    "cut before commit": {"kind": "cut_before"},
    "cut after commit": {"kind": "cut_after"},
    "cut in the answer": {"kind": "cut_middle"},
    "answer drips": {"kind": "slow_body", "seconds": 0.05},
    "short outage": {"kind": "outage", "seconds": 0.015},
}
VERBS = ("POST", "GET", "PUT", "DELETE")
ALWAYS: dict[str, tuple[dict[str, Any], type[RegisterError], type[RegisterError]]] = {
    # fault: (rule, what a write ends as, what a read ends as)
    "429": ({"kind": "429_seconds", "seconds": 0.01}, RateLimited, RateLimited),
    "500": ({"kind": "500"}, UnknownOutcome, Transient),
    "503": ({"kind": "503"}, Transient, Transient),
    "cut before commit": ({"kind": "cut_before"}, UnknownOutcome, Transient),
    "cut after commit": ({"kind": "cut_after"}, UnknownOutcome, Transient),
}


def act(client: RegisterClient, verb: str, kobo_id: str, values: Callable[..., dict[str, Any]]) -> str:
    request_id = str(uuid.uuid4())
    if verb == "POST":
        return client.create(to_body(values(2)), request_id).kobo_id
    if verb == "GET":
        return str(client.read(kobo_id)["leverandor_bolig_id"])
    if verb == "PUT":
        return str(client.change(kobo_id, updatable_body(values(1, bruksareal=99.0)), request_id))
    return str(client.remove(kobo_id, "fdv-1", request_id))


def as_must_be(verb: str, holds: list[dict[str, Any]]) -> bool:
    ids = sorted(entry["leverandorBoligId"] for entry in holds)
    if verb == "PUT":
        return ids == ["fdv-1"] and holds[0]["bruksareal"] == 99
    return ids == {"POST": ["fdv-1", "fdv-2"], "GET": ["fdv-1"], "DELETE": []}[verb]


def test_a_passing_fault_costs_calls_and_nothing_else(
    client: RegisterClient, rehearsal: Rehearsal, calls: list[CallRecord], values: Callable[..., dict[str, Any]]
) -> None:
    table = Table("fault", "verb", "outcome", "calls", "statuses", "register", title="One fault, then none")
    wrong = []
    for name, rule in ONCE.items():
        for verb in VERBS:
            rehearsal.reset()
            kobo_id = client.create(to_body(values(1)), "first").kobo_id
            calls.clear()
            rehearsal.faults({**rule, "verb": verb} if rule["kind"] == "outage" else {**rule, "verb": verb, "times": 1})
            try:
                outcome = "done" if act(client, verb, kobo_id, values) else "?"
            except RegisterError as error:
                outcome = type(error).__name__
            holds = rehearsal.holds()
            ids = {call.request_id for call in calls if call.verb == verb}
            good = outcome == "done" and as_must_be(verb, holds) and len(ids) == 1
            statuses = " ".join(str(call.status or "-") for call in calls)
            table.add_row(name, verb, outcome, str(len(calls)), statuses, f"{len(holds)} standing" if good else f"WRONG {holds}")
            if not good:
                wrong.append((name, verb, outcome, statuses))
    Console(width=120).print(table)
    assert wrong == []


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", ALWAYS)
def test_a_lasting_fault_is_named_by_what_happens_next(
    client: RegisterClient, rehearsal: Rehearsal, name: str, verb: str, values: Callable[..., dict[str, Any]]
) -> None:
    rule, write, read = ALWAYS[name]
    kobo_id = client.create(to_body(values(1)), "first").kobo_id
    rehearsal.faults({**rule, "verb": verb})
    with pytest.raises(RegisterError) as fault:
        act(client, verb, kobo_id, values)
    assert type(fault.value) is (read if verb == "GET" else write)
    ids = [entry["leverandorBoligId"] for entry in rehearsal.holds()]
    assert len(ids) == len(set(ids))


def test_a_create_whose_answer_was_lost_is_found_under_its_own_id(
    client: RegisterClient, rehearsal: Rehearsal, values: Callable[..., dict[str, Any]]
) -> None:
    rehearsal.faults({"kind": "cut_after", "verb": "POST", "times": 1})
    answer = client.create(to_body(values()), "one")
    (entry,) = rehearsal.holds()
    assert (answer.status, answer.kobo_id) == (409, entry["koboId"])


def test_a_lost_create_is_not_taken_for_anothers_dwelling(
    client: RegisterClient, rehearsal: Rehearsal, values: Callable[..., dict[str, Any]]
) -> None:
    client.create(to_body(values(leverandor_bolig_id="another-1")), "theirs")
    rehearsal.faults({"kind": "cut_before", "verb": "POST", "times": 1})
    with pytest.raises(RegisterError) as fault:
        client.create(to_body(values()), "ours")
    assert type(fault.value).__name__ == "Conflict"
