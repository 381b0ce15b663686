"""The register over HTTP: create, read, change, remove. Thread-safe; retries inside; errors typed by what happens next."""

from __future__ import annotations

import hashlib
import json
import random
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from urllib.parse import quote

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from kobo_client.answers import existing_id, json_object, words_of
from kobo_client.authentication import authenticator, check_addresses
from kobo_client.config import RegisterConfig
from kobo_client.errors import (
    BY_CODE,
    AuthenticationFault,
    ConfigurationFault,
    Conflict,
    NotFound,
    RegisterError,
    Transient,
    UnknownOutcome,
    outcome_of,
)
from kobo_client.pacing import Pace, retry_after
from kobo_client.payload import DELETED, for_version, from_body
from kobo_client.transport import Answered, NoAnswer, Transport

UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
NOBODY = "00000000-0000-0000-0000-000000000000"
ONE, ALL = "/kobobolig/{koboboligId}", "/kobobolig"


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One attempt. outcome: a code of kobo_client.errors.OUTCOMES. Never a body, only its sha256."""

    when: datetime
    verb: str
    path: str
    kobo_id: str | None
    leverandor_bolig_id: str | None
    status: int | None
    attempt: int
    request_id: str
    seconds: float
    sha256: str | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A created entry. found: it was there already, made by an earlier try of ours whose answer was lost."""

    kobo_id: str
    status: int
    found: bool = False


@dataclass(slots=True)
class _Call:
    verb: str
    template: str
    url: str
    request_id: str
    kobo_id: str | None = None
    ours: str | None = None
    body: bytes | None = None
    perhaps: bool = False
    """An attempt may have been carried out, though no answer told."""
    attempt: int = 0
    renewed: bool = False


class _Again(Exception):
    """This attempt failed and another may do better."""

    def __init__(self, error: RegisterError, after: float | None, *, outage: bool) -> None:
        super().__init__(str(error))
        self.error, self.after, self.outage = error, after, outage


class RegisterClient:
    """One register, any number of threads. Raises ConfigurationFault when the configuration cannot work.

    on_call: told about every attempt, from the thread that made it.
    """

    def __init__(self, config: RegisterConfig, on_call: Callable[[CallRecord], None] | None = None) -> None:
        check_addresses(config)
        self.config = config
        self._on_call = on_call
        self._authenticator = authenticator(config)
        self._pace = Pace(config)
        self._transport = Transport(config)
        self._base = config.base_url.rstrip("/")
        self._retrying = Retrying(stop=self._stop, wait=self._wait, retry=retry_if_exception_type(_Again), reraise=True)

    def __enter__(self) -> RegisterClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def create(self, body: Mapping[str, Any], request_id: str) -> Answer:
        """POST a body of kobo_client.payload.to_body. Raises RegisterError.

        When an answer was lost, the POST is repeated with the same request id; a conflict that names an entry with our id
        then means that it was created (our assumption).
        """
        ours = body.get("leverandorBoligId")
        call = self._write("POST", ALL, self._base + ALL, request_id, body, ours=ours)
        try:
            answered = self._carry_out(call)
        except Conflict as conflict:
            if not call.perhaps:
                raise
            return self._created_after_all(conflict, ours)
        created = json_object(answered.content) or {}
        kobo_id = created.get("koboId")
        if not isinstance(kobo_id, str) or not UUID.match(kobo_id):
            raise UnknownOutcome(
                f"The register created {ours} but answered koboId {str(kobo_id)[:60]!r}, which is no uuid: it does not keep the contract.",
                status=answered.status,
            )
        return Answer(kobo_id, answered.status)

    def _created_after_all(self, conflict: Conflict, ours: str | None) -> Answer:
        if conflict.kobo_id is None:
            raise UnknownOutcome(
                "The answer to a POST was lost, and the register says it exists but not as what.", status=conflict.status
            ) from conflict
        try:
            standing = self.read(conflict.kobo_id)
        except RegisterError as error:
            raise UnknownOutcome(f"The answer to a POST was lost and could not be found out: {error}", status=error.status) from error
        if standing.get("leverandor_bolig_id") != ours:
            raise conflict
        return Answer(conflict.kobo_id, conflict.status or 409, found=True)

    def read(self, kobo_id: str) -> dict[str, Any]:
        """GET one entry under canonical names (kobo_client.payload.from_body). Raises NotFound also for a deleted one."""
        values = from_body(self.read_body(kobo_id), self.config.contract)
        if values[DELETED]:
            raise NotFound("The entry is deleted in the register.", status=200, kobo_id=kobo_id)
        return values

    def read_body(self, kobo_id: str) -> dict[str, Any]:
        """GET one entry as it stands, deleted or not. Raises RegisterError."""
        url = f"{self._base}/kobobolig/{quote(kobo_id, safe='')}"
        answered = self._carry_out(_Call("GET", ONE, url, str(uuid.uuid4()), kobo_id))
        body = json_object(answered.content)
        if body is None or "koboId" not in body:
            said = words_of(answered.content, answered.status)
            raise Transient(f"The register's answer for {kobo_id} is no entry: {said}", status=answered.status)
        if str(body["koboId"]).lower() != kobo_id.lower():
            other = str(body["koboId"])[:60]
            raise Transient(f"The register was asked for {kobo_id} and answered koboId {other!r}.", status=answered.status)
        return body

    def change(self, kobo_id: str, body: Mapping[str, Any], request_id: str) -> int:
        """PUT a body of kobo_client.payload.updatable_body; the status. Raises RegisterError."""
        url = f"{self._base}/kobobolig/{quote(kobo_id, safe='')}"
        return self._carry_out(self._write("PUT", ONE, url, request_id, body, kobo_id, body.get("leverandorBoligId"))).status

    def remove(self, kobo_id: str, leverandor_bolig_id: str, request_id: str) -> int:
        """DELETE, soft; the status. An entry that is gone after a lost answer was removed by it. Raises RegisterError."""
        ours = "fdvuBoligId" if self.config.contract == "old" else "leverandorBoligId"
        url = f"{self._base}/kobobolig/{quote(kobo_id, safe='')}?{ours}={quote(leverandor_bolig_id, safe='')}"
        call = _Call("DELETE", ONE, url, request_id, kobo_id, leverandor_bolig_id)
        try:
            return self._carry_out(call).status
        except NotFound as gone:
            if call.perhaps:
                return gone.status or 404
            raise

    def listing(self, page_size: int = 500) -> Iterator[dict[str, Any]]:
        """Every entry as it stands, page by page. Our assumption: no list endpoint is documented. Raises RegisterError."""
        page, seen, total = 0, 0, None
        while total is None or seen < total:
            url = f"{self._base}{ALL}?side={page}&antall={page_size}"
            answered = self._carry_out(_Call("GET", ALL, url, str(uuid.uuid4())))
            body = json_object(answered.content)
            if body is None or not isinstance(body.get("boliger"), list) or not isinstance(body.get("totalt"), int):
                raise ConfigurationFault("The register has no list endpoint as we assume it. Set register.see to links or export.")
            if total not in (None, body["totalt"]) or (not body["boliger"] and seen < body["totalt"]):
                raise Transient("The register changed while its list was read.")
            total = body["totalt"]
            seen += len(body["boliger"])
            yield from body["boliger"]
            page += 1

    def ask_alive(self) -> None:
        """Raises RegisterError when the register does not answer as itself. Asks for an entry that cannot exist."""
        try:
            self.read_body(NOBODY)
        except NotFound:
            return

    def _write(
        self, verb: str, template: str, url: str, request_id: str, body: Mapping[str, Any], kobo_id: str | None = None, ours: Any = None
    ) -> _Call:
        spelled = for_version(body, self.config.contract)
        content = json.dumps(spelled, ensure_ascii=False, separators=(",", ":")).encode()
        return _Call(verb, template, url, request_id, kobo_id, ours, content)

    def _carry_out(self, call: _Call) -> Answered:
        try:
            return self._retrying(self._attempt, call)
        except _Again as last:
            error = last.error
            if call.verb == "GET" and isinstance(error, UnknownOutcome):
                error = Transient(error.words, status=error.status)
            elif call.perhaps and not isinstance(error, UnknownOutcome):
                error = UnknownOutcome(error.words, status=error.status)
            raise error from None

    def _attempt(self, call: _Call) -> Answered:
        probing = self._pace.enter()
        try:
            return self._once(call)
        finally:
            self._pace.leave(probing)

    def _once(self, call: _Call) -> Answered:
        call.attempt += 1
        used = self._authenticator.headers()
        started = time.perf_counter()
        try:
            answered = self._transport.send(call.verb, call.url, {**used, "X-Request-Id": call.request_id}, call.body)
        except NoAnswer as none:
            self._tell(call, started, None, "unknown" if none.sent else "transient")
            self._pace.failed()
            call.perhaps = call.perhaps or none.sent
            raise _Again((UnknownOutcome if none.sent else Transient)(none.words), None, outage=True) from None
        outcome = outcome_of(answered.status)
        self._tell(call, started, answered.status, outcome.code)
        if outcome.error is None and self._whole(call, answered):
            self._pace.answered()
            return answered
        if answered.status == 401 and not call.renewed and self._authenticator.refresh(used):
            call.renewed = True
            return self._once(call)
        return self._refuse(call, answered)

    @staticmethod
    def _whole(call: _Call, answered: Answered) -> bool:
        return call.verb != "POST" or json_object(answered.content) is not None

    def _refuse(self, call: _Call, answered: Answered) -> Answered:
        """Raises what the status means."""
        outcome = outcome_of(answered.status)
        if outcome.error is None:
            outcome = BY_CODE["unknown"]
        kind = outcome.error or UnknownOutcome
        words = words_of(answered.content, answered.status)
        kobo_id = existing_id(answered.content) if kind is Conflict else call.kobo_id
        error = kind(words, status=answered.status, kobo_id=kobo_id)
        if kind is AuthenticationFault:
            error = kind(f"The register refuses our access (HTTP {answered.status}): {words}", status=answered.status)
        if kind is ConfigurationFault:
            error = kind(f"register.base_url does not lead to the register's API (HTTP {answered.status}): {words}", status=answered.status)
        if answered.status >= 500 or kind in (AuthenticationFault, ConfigurationFault):
            self._pace.failed()
        else:
            self._pace.answered()
        if not outcome.repeat:
            raise error
        call.perhaps = call.perhaps or outcome.written == "perhaps"
        after = retry_after(answered.retry_after, self.config.retry_wait_cap)
        raise _Again(error, after, outage=answered.status in (502, 503, 504))

    def _stop(self, state: RetryCallState) -> bool:
        failure = state.outcome.exception() if state.outcome else None
        patient = isinstance(failure, _Again) and failure.outage and self._pace.waiting
        return state.attempt_number >= self.config.attempts and not patient

    def _wait(self, state: RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        if self._pace.waiting:
            return 0.0  # the open circuit does the waiting
        cap = self.config.retry_wait_cap
        if isinstance(failure, _Again) and failure.after is not None:
            return min(cap, failure.after * random.uniform(1.0, 1.1))  # noqa: S311 - spreads threads, guards nothing
        return random.uniform(0.5, 1.0) * min(cap, 0.5 * 2.0 ** min(state.attempt_number - 1, 16))  # noqa: S311

    def _tell(self, call: _Call, started: float, status: int | None, outcome: str) -> None:
        if self._on_call is None:
            return
        digest = hashlib.sha256(call.body).hexdigest() if call.body else None
        seconds = time.perf_counter() - started
        self._on_call(
            CallRecord(
                datetime.now(UTC),
                call.verb,
                call.template,
                call.kobo_id,
                call.ours,
                status,
                call.attempt,
                call.request_id,
                seconds,
                digest,
                outcome,
            )
        )
