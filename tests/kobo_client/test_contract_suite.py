"""One suite of what a register does, run over HTTP against the rehearsal register and against recordings."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses

from kobo_client.client import RegisterClient
from kobo_client.errors import Conflict, NotFound, RefusedRow
from kobo_client.payload import to_body, updatable_body
from kobo_client.register_config import RegisterConfig

from .conftest import Rehearsal

KOBO = "11111111-2222-4333-8444-555555555555"
RECORDED = "https://kobo.example"


class Recordings:
    """Answers as they were written down; each test plays the ones it names."""

    def __init__(self, player: responses.RequestsMock) -> None:
        self.player = player

    def play(self, *answers: tuple[str, int, dict[str, Any] | None]) -> None:
        for verb, status, body in answers:
            url = RECORDED + ("/kobobolig" if verb == "POST" else f"/kobobolig/{KOBO}")
            self.player.add(verb, url, status=status, body=json.dumps(body) if body is not None else "")


@pytest.fixture(params=["rehearsal", "recordings"])
def register(
    request: pytest.FixtureRequest, config: RegisterConfig, rehearsal: Rehearsal
) -> Iterator[tuple[RegisterClient, Callable[..., None]]]:
    if request.param == "rehearsal":
        with RegisterClient(config) as client:
            yield client, lambda *answers: None
        return
    recorded = config.model_copy(update={"kind": "kobo", "base_url": RECORDED})
    with responses.RequestsMock(assert_all_requests_are_fired=True) as player, RegisterClient(recorded) as client:
        yield client, Recordings(player).play


Register = tuple[RegisterClient, Callable[..., None]]
Values = Callable[..., dict[str, Any]]


def test_what_is_created_can_be_read(register: Register, values: Values) -> None:
    client, play = register
    play(("POST", 201, {"koboId": KOBO, **to_body(values())}), ("GET", 200, {"koboId": KOBO, **to_body(values())}))
    made = client.create(to_body(values()), str(uuid.uuid4()))
    read = client.read(made.kobo_id)
    assert {name: read[name] for name in values()} == values()
    assert read["kobo_id"] == made.kobo_id


def test_a_second_dwelling_at_the_same_place_is_a_conflict_that_names_the_first(register: Register, values: Values) -> None:
    client, play = register
    play(("POST", 201, {"koboId": KOBO}), ("POST", 409, {"title": "Boligen finnes allerede", "koboId": KOBO}))
    made = client.create(to_body(values()), "one")
    with pytest.raises(Conflict) as conflict:
        client.create(to_body(values(leverandor_bolig_id="other-9")), "two")
    assert conflict.value.kobo_id == made.kobo_id


def test_a_refused_row_keeps_the_registers_words(register: Register, values: Values) -> None:
    client, play = register
    play(("POST", 400, {"title": "Boligen kan ikke registreres", "errors": [{"felt": "boligtype", "melding": "boligtype mangler"}]}))
    with pytest.raises(RefusedRow, match="boligtype mangler"):
        client.create(to_body(values(boligtype=None)), "one")


def test_a_change_is_read_back(register: Register, values: Values) -> None:
    client, play = register
    after = {"koboId": KOBO, **to_body(values(bruksareal=61.0))}
    play(("POST", 201, {"koboId": KOBO}), ("PUT", 200, after), ("GET", 200, after))
    made = client.create(to_body(values()), "one")
    assert client.change(made.kobo_id, updatable_body({**values(), "bruksareal": 61.0}), "two") == 200
    assert client.read(made.kobo_id)["bruksareal"] == 61.0


def test_a_removed_dwelling_is_not_found(register: Register, values: Values) -> None:
    client, play = register
    play(("POST", 201, {"koboId": KOBO}), ("DELETE", 204, None), ("GET", 200, {"koboId": KOBO, "slettet": True}))
    made = client.create(to_body(values()), "one")
    assert client.remove(made.kobo_id, "fdv-1", "two") == 204
    with pytest.raises(NotFound):
        client.read(made.kobo_id)


def test_what_was_never_there_is_not_found(register: Register) -> None:
    client, play = register
    play(("GET", 404, {"status": 404, "title": "Finnes ikke"}), ("PUT", 404, None), ("DELETE", 404, None))
    for call in (
        lambda: client.read(KOBO),
        lambda: client.change(KOBO, {"leverandorBoligId": "x", "boligtype": "OMSORGSBOLIG"}, "one"),
        lambda: client.remove(KOBO, "x", "two"),
    ):
        with pytest.raises(NotFound):
            call()
