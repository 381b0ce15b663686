"""One logical call: its attempts, when it is retried, and which error or answer it ends in."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from kobo_client.authentication import authenticator
from kobo_client.call_outcomes import BY_CODE, outcome_of
from kobo_client.error_body import error_words, existing_id, json_object
from kobo_client.errors import (
    AuthenticationFault,
    ConfigurationFault,
    Conflict,
    RegisterDown,
    RegisterError,
    Transient,
    UnknownOutcome,
)
from kobo_client.pacing import Pace, retry_after
from kobo_client.register_config import RegisterConfig
from kobo_client.scrubbing import scrubbed
from kobo_client.transport import HttpAnswer, NoAnswer, Transport


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One attempt. outcome: a code of call_outcomes.CALL_OUTCOMES. Never a body, only its sha256."""

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


@dataclass(slots=True)
class Call:
    """One logical call: its attempts share the request id."""

    verb: str
    template: str
    url: str
    request_id: str
    kobo_id: str | None = None
    ours: str | None = None
    body: bytes | None = None
    may_be_done: bool = False
    """An attempt may have been carried out although no answer says so."""
    attempt: int = 0
    renewed: bool = False


class Retry(Exception):
    """This attempt failed and is worth retrying."""

    def __init__(self, error: RegisterError, after: float | None, *, outage: bool) -> None:
        super().__init__(str(error))
        self.error, self.after, self.outage = error, after, outage


class Calls:
    """Carries out calls, from any number of threads. Raises ConfigurationFault when the configuration cannot work."""

    def __init__(self, config: RegisterConfig, on_call: Callable[[CallRecord], None] | None = None) -> None:
        self.config = config
        self._on_call = on_call
        self._authenticator = authenticator(config)
        self._pace = Pace(config)
        self._transport = Transport(config)
        self._secrets: tuple[str, ...] = ()
        self._retrying = Retrying(stop=self._stop, wait=self._wait, retry=retry_if_exception_type(Retry), reraise=True)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def scrub(self, text: str) -> str:
        """Text from the register without personal numbers and without our credentials, so that it can be stored."""
        return scrubbed(text, self._secrets)

    def words_of(self, answered: HttpAnswer) -> str:
        """The useful words of an answer, scrubbed."""
        return error_words(answered.content, answered.status, self._secrets)

    def __call__(self, call: Call) -> HttpAnswer:
        """Raises RegisterError, of the type that says what happens next."""
        try:
            return self._retrying(self._attempt, call)
        except RegisterDown as down:
            down.sent = call.may_be_done
            raise
        except Retry as last:
            error = last.error
            if call.verb == "GET" and isinstance(error, UnknownOutcome):
                error = Transient(error.words, status=error.status)
            elif call.may_be_done and not isinstance(error, UnknownOutcome):
                error = UnknownOutcome(error.words, status=error.status)
            raise error from None

    def _attempt(self, call: Call) -> HttpAnswer:
        probing = self._pace.enter()
        try:
            return self._once(call)
        finally:
            self._pace.leave(probing)

    def _once(self, call: Call) -> HttpAnswer:
        call.attempt += 1
        used = self._authenticator.headers()
        if new := tuple(value for value in used.values() if value not in self._secrets):
            self._secrets += new
        started = time.perf_counter()
        try:
            answered = self._transport.send(call.verb, call.url, {**used, "X-Request-Id": call.request_id}, call.body)
        except NoAnswer as none:
            self._tell(call, started, None, "unknown" if none.sent else "transient")
            self._pace.failed()
            call.may_be_done = call.may_be_done or none.sent
            raise Retry((UnknownOutcome if none.sent else Transient)(none.words), None, outage=True) from None
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
    def _whole(call: Call, answered: HttpAnswer) -> bool:
        """Whether the answer is the register's own: an object, or nothing for a change or removal. A proxy's page with 200 is not."""
        if not answered.content and call.verb in ("PUT", "DELETE"):
            return True
        answered.body = json_object(answered.content)
        return answered.body is not None

    def _refuse(self, call: Call, answered: HttpAnswer) -> HttpAnswer:
        """Raises the error of the answer's status."""
        outcome = outcome_of(answered.status)
        words = self.words_of(answered)
        if outcome.error is None:
            outcome = BY_CODE["unknown"]
            words = f"The register's answer is no entry but something else (HTTP {answered.status}): {words}"
        kind = outcome.error or UnknownOutcome
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
        call.may_be_done = call.may_be_done or outcome.written == "perhaps"
        after = retry_after(answered.retry_after, self.config.retry_wait_cap)
        raise Retry(error, after, outage=answered.status in (502, 503, 504))

    def _stop(self, state: RetryCallState) -> bool:
        failure = state.outcome.exception() if state.outcome else None
        patient = isinstance(failure, Retry) and failure.outage and self._pace.waiting
        return state.attempt_number >= self.config.attempts and not patient

    def _wait(self, state: RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        if self._pace.waiting:
            return 0.0  # Pace.enter waits while the register counts as down
        cap = self.config.retry_wait_cap
        if isinstance(failure, Retry) and failure.after is not None:
            return min(cap, failure.after * random.uniform(1.0, 1.1))  # noqa: S311 - spreads threads, guards nothing
        return random.uniform(0.5, 1.0) * min(cap, 0.5 * 2.0 ** min(state.attempt_number - 1, 16))  # noqa: S311

    def _tell(self, call: Call, started: float, status: int | None, outcome: str) -> None:
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
