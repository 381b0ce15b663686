"""The register over HTTP: create, read, change, remove. Thread-safe; retries inside; errors typed by what happens next."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import quote

from kobo_client.authentication import check_addresses
from kobo_client.calls import Call, CallRecord, Calls
from kobo_client.contract import ID_OF_NO_ENTRY
from kobo_client.errors import ConfigurationFault, Conflict, NotFound, RegisterError, Transient, UnknownOutcome
from kobo_client.payload import DELETED, for_version, from_body
from kobo_client.register_config import RegisterConfig

__all__ = ["UUID", "CallRecord", "CreatedEntry", "RegisterClient"]

UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
ONE, ALL = "/kobobolig/{koboboligId}", "/kobobolig"


@dataclass(frozen=True, slots=True)
class CreatedEntry:
    """A created entry. status: of the answer, or of the conflict that named it: an earlier attempt had made it and its answer was lost.

    values: canonical name -> value in the answer; empty after a conflict.
    """

    kobo_id: str
    status: int
    values: Mapping[str, Any] = field(default_factory=dict)


class RegisterClient:
    """One register, any number of threads. Raises ConfigurationFault when the configuration cannot work.

    on_call: called after every attempt, in the thread that made it.
    """

    def __init__(self, config: RegisterConfig, on_call: Callable[[CallRecord], None] | None = None) -> None:
        check_addresses(config)
        self.config = config
        self._carry_out = Calls(config, on_call)
        self._base = config.base_url.rstrip("/")

    def __enter__(self) -> RegisterClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; no call can be made afterwards."""
        self._carry_out.close()

    def scrub(self, text: str) -> str:
        """Text from the register without national identity numbers and without our secrets, so that it can be stored."""
        return self._carry_out.scrub(text)

    def create(self, body: Mapping[str, Any], request_id: str) -> CreatedEntry:
        """POST a body of kobo_client.payload.to_body. Raises RegisterError.

        When an answer was lost, the POST is repeated with the same request id; a conflict that names an entry with our id
        then means that it was created (our assumption).
        """
        ours = body.get("leverandorBoligId")
        call = self._write("POST", ALL, self._base + ALL, request_id, body, ours=ours)
        try:
            answered = self._carry_out(call)
        except Conflict as conflict:
            if not call.may_be_done:
                raise
            return self._created_after_all(conflict, ours)
        created = answered.body or {}
        kobo_id = created.get("koboId")
        if not isinstance(kobo_id, str) or not UUID.match(kobo_id):
            shown = self.scrub(str(kobo_id))[:60]
            raise UnknownOutcome(
                f"The register created {ours} but answered koboId {shown!r}, which is no uuid: it does not keep the contract.",
                status=answered.status,
            )
        return CreatedEntry(kobo_id, answered.status, values=from_body(created, self.config.contract))

    def _created_after_all(self, conflict: Conflict, ours: str | None) -> CreatedEntry:
        if conflict.kobo_id is None:
            raise UnknownOutcome(
                "The answer to a POST was lost, and the register says it exists but not as what.", status=conflict.status
            ) from conflict
        try:
            existing = self.read(conflict.kobo_id)
        except RegisterError as error:
            raise UnknownOutcome(f"The answer to a POST was lost and could not be found out: {error}", status=error.status) from error
        if existing.get("leverandor_bolig_id") != ours:
            raise conflict
        return CreatedEntry(conflict.kobo_id, conflict.status or 409)

    def read(self, kobo_id: str) -> dict[str, Any]:
        """GET one entry under canonical names (kobo_client.payload.from_body). Raises NotFound also for a deleted one."""
        values = from_body(self.read_body(kobo_id), self.config.contract)
        if values[DELETED]:
            raise NotFound("The entry is deleted in the register.", status=200, kobo_id=kobo_id)
        return values

    def read_body(self, kobo_id: str) -> dict[str, Any]:
        """GET one entry as it is, deleted or not. Raises RegisterError."""
        url = f"{self._base}/kobobolig/{quote(kobo_id, safe='')}"
        answered = self._carry_out(Call("GET", ONE, url, str(uuid.uuid4()), kobo_id))
        body = answered.body
        if body is None or "koboId" not in body:
            shown = self._carry_out.words_of(answered)
            raise Transient(f"The register's answer for {kobo_id} is no entry: {shown}", status=answered.status)
        if str(body["koboId"]).lower() != kobo_id.lower():
            other = self.scrub(str(body["koboId"]))[:60]
            raise Transient(f"The register was asked for {kobo_id} and answered koboId {other!r}.", status=answered.status)
        return body

    def change(self, kobo_id: str, body: Mapping[str, Any], request_id: str) -> int:
        """PUT a body of kobo_client.payload.updatable_body; the status. Raises RegisterError."""
        url = f"{self._base}/kobobolig/{quote(kobo_id, safe='')}"
        return self._carry_out(self._write("PUT", ONE, url, request_id, body, kobo_id, body.get("leverandorBoligId"))).status

    def remove(self, kobo_id: str, leverandor_bolig_id: str, request_id: str) -> int:
        """DELETE (soft); returns the status. NotFound after a lost answer counts as deleted by that attempt. Raises RegisterError."""
        ours = "fdvuBoligId" if self.config.contract == "old" else "leverandorBoligId"
        url = f"{self._base}/kobobolig/{quote(kobo_id, safe='')}?{ours}={quote(leverandor_bolig_id, safe='')}"
        call = Call("DELETE", ONE, url, request_id, kobo_id, leverandor_bolig_id)
        try:
            return self._carry_out(call).status
        except NotFound as gone:
            if call.may_be_done:
                return gone.status or 404
            raise

    def listing(self, page_size: int = 500) -> Iterator[dict[str, Any]]:
        """Every entry as it is, page by page. Our assumption: no list endpoint is documented. Raises RegisterError."""
        page, seen, total = 0, 0, None
        while total is None or seen < total:
            url = f"{self._base}{ALL}?side={page}&antall={page_size}"
            answered = self._carry_out(Call("GET", ALL, url, str(uuid.uuid4())))
            body = answered.body
            if body is None or not isinstance(body.get("boliger"), list) or not isinstance(body.get("totalt"), int):
                raise ConfigurationFault("The register has no list endpoint as we assume it. Set register.see to links or export.")
            if total not in (None, body["totalt"]) or (not body["boliger"] and seen < body["totalt"]):
                raise Transient("The register changed while its list was read.")
            total = body["totalt"]
            seen += len(body["boliger"])
            yield from body["boliger"]
            page += 1

    def ask_alive(self) -> None:
        """Raises RegisterError unless the register answers "not found" to a request for an entry that cannot exist."""
        try:
            self.read_body(ID_OF_NO_ENTRY)
        except NotFound:
            return

    def _write(
        self, verb: str, template: str, url: str, request_id: str, body: Mapping[str, Any], kobo_id: str | None = None, ours: Any = None
    ) -> Call:
        spelled = for_version(body, self.config.contract)
        content = _compact(spelled).encode()
        return Call(verb, template, url, request_id, kobo_id, ours, content)
