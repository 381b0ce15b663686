"""A register on paper: the contract's four verbs in memory, with faults at exact places.

For laws and for faults between two lines of code. What goes over HTTP is tested with the rehearsal register.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kobo_client.errors import (
    AuthenticationFault,
    ConfigurationFault,
    Conflict,
    NotFound,
    RateLimited,
    RefusedRow,
    RegisterDown,
    Transient,
    UnknownOutcome,
)
from kobo_client.payload import from_body

PLACE = ("adressenavn", "nummer", "bruksenhetsnummer", "ekstra_referanse")


@dataclass(frozen=True)
class Made:
    kobo_id: str
    status: int = 201
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class PaperRegister:
    """faults: (verb, leverandor_bolig_id or koboId) -> fault, used up once each; "down" for all that follows.

    A fault may be a row of them, one per call: "after then before"; "fine" is none.
    fills: what its answer to a POST says beside.
    before: the request is lost; after: the answer is lost; refuse: the row is refused; wait: 429; busy: 503; down: the register is gone;
    stranger: our credentials are refused; misconfigured: our settings cannot work.
    """

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    fills: dict[str, Any] = field(default_factory=dict)
    deleted: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: dict[tuple[str, str], str] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    answered: dict[str, str] = field(default_factory=dict)
    is_down: bool = False
    on_call: Callable[[str], None] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def _enter(self, verb: str, about: str) -> str | None:
        if self.on_call is not None:
            self.on_call(verb)
        self.calls[verb] += 1
        fault, _, later = self.faults.pop((verb, about), "fine").partition(" then ")
        if later:
            self.faults[verb, about] = later
        if fault == "down":
            self.is_down = True
        if self.is_down:
            raise RegisterDown("The register does not answer.")
        if fault == "refuse":
            raise RefusedRow("boligtype er ugyldig", status=400)
        if fault == "stranger":
            raise AuthenticationFault("Who are you?", status=401)
        if fault == "misconfigured":
            raise ConfigurationFault("There is no such contract.", status=404)
        if fault == "wait":
            raise RateLimited("Too many requests.", status=429)
        if fault == "busy":
            raise Transient("Try later.", status=503)
        if fault == "before":
            raise UnknownOutcome("The answer was lost.")
        return fault

    @staticmethod
    def _leave(fault: str | None) -> None:
        if fault == "after":
            raise UnknownOutcome("The answer was lost.")

    def create(self, body: Mapping[str, Any], request_id: str) -> Made:
        row = flat(body)
        with self.lock:
            fault = self._enter("POST", str(row["leverandor_bolig_id"]))
            for kobo_id, entry in self.entries.items():
                same_place = all(entry.get(name) == row.get(name) for name in PLACE)
                if entry.get("leverandor_bolig_id") == row["leverandor_bolig_id"] or same_place:
                    raise Conflict("finnes allerede", kobo_id=kobo_id)
            kobo_id = str(uuid.uuid4())
            self.entries[kobo_id] = row
            self._leave(fault)
            return Made(kobo_id, values={**row, **self.fills})

    def read(self, kobo_id: str) -> Mapping[str, Any]:
        with self.lock:
            self._enter("GET", kobo_id)
            if kobo_id not in self.entries:
                raise NotFound("no such dwelling", status=404)
            return {**self.entries[kobo_id], "kobo_id": kobo_id}

    def change(self, kobo_id: str, body: Mapping[str, Any], request_id: str) -> int:
        with self.lock:
            fault = self._enter("PUT", kobo_id)
            if kobo_id not in self.entries:
                raise NotFound("no such dwelling", status=404)
            self.entries[kobo_id].update(flat(body))
            self._leave(fault)
            return 200

    def remove(self, kobo_id: str, leverandor_bolig_id: str, request_id: str) -> int:
        with self.lock:
            fault = self._enter("DELETE", kobo_id)
            if kobo_id not in self.entries:
                raise NotFound("no such dwelling", status=404)
            self.deleted[kobo_id] = self.entries.pop(kobo_id)
            self._leave(fault)
            return 204

    @property
    def ids(self) -> list[str]:
        """leverandor_bolig_id of all existing entries, sorted, duplicates included."""
        return sorted(str(entry["leverandor_bolig_id"]) for entry in self.entries.values() if entry.get("leverandor_bolig_id"))

    @property
    def writes(self) -> int:
        return self.calls["POST"] + self.calls["PUT"] + self.calls["DELETE"]


def flat(body: Mapping[str, Any]) -> dict[str, Any]:
    """A request body under canonical names."""
    return {name: value for name, value in from_body(body).items() if value not in (None, False)}
