"""GET requests to a service, with retries. Secrets are sent to the configured host only."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from connectors.read_faults import SourceFault
from connectors.secrets_in_urls import with_values_hidden
from connectors.service_config import Service
from connectors.source_files import MEGABYTE
from connectors.time_limit import OutOfTimeError, current, within

T = TypeVar("T")
_WORTH_ANOTHER = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Page:
    """content: the JSON, numbers as they were written. next_link: `next` of the `Link` header."""

    content: Any
    next_link: str | None


def asked_within(seconds: float, place: str, work: Callable[[], T]) -> T:
    """What work gives, or raises. Raises SourceFault when it takes longer: a service may give a byte now and then for ever."""
    try:
        return within(seconds, work)
    except OutOfTimeError as error:
        raise SourceFault("too_slow", place=place, seconds=f"{seconds:g}") from error


class _TryAgain(Exception):
    def __init__(self, detail: str, status: int | None = None, wait: float | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.wait = wait


class JsonSession:
    """Requests to one host; a context manager. `ask` raises SourceFault."""

    def __init__(self, source: Service, headers: Mapping[str, str], hidden: Sequence[str], shown: str) -> None:
        self._source, self._hidden, self._shown = source, hidden, shown
        self._origin: tuple[str, str] | None = None
        self._bytes_left = source.maximum_megabytes * MEGABYTE
        self._session = requests.Session()
        # A proxy or a .netrc of this machine is used only when the municipality says so.
        self._session.trust_env = source.use_system_proxy
        self._session.headers.update({"Accept": "application/json", **headers})

    def __enter__(self) -> JsonSession:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._session.close()

    def ask(self, address: str) -> Page:
        """Fetch one page. The first address decides which host is sent the secrets."""
        parts = urlsplit(address)
        origin = (parts.scheme, parts.netloc)
        self._origin = self._origin or origin
        if origin != self._origin:
            raise SourceFault("service_elsewhere", url=self._shown, host=parts.hostname or "?")
        source = self._source
        retrying = Retrying(
            stop=stop_after_attempt(source.attempts), wait=self._wait, retry=retry_if_exception_type(_TryAgain), reraise=True
        )
        try:
            return retrying(self._once, address)
        except _TryAgain as error:
            if error.status is not None:
                raise SourceFault("service_status", url=self._shown, status=error.status, attempts=source.attempts) from error
            detail = with_values_hidden(str(error), self._hidden)
            raise SourceFault("service_unreachable", url=self._shown, detail=detail, attempts=source.attempts) from error

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, _TryAgain) else None
        chosen = asked if asked is not None else wait_random_exponential(multiplier=0.5)(state)
        return min(chosen, self._source.retry_wait_cap)

    def _once(self, address: str) -> Page:
        source = self._source
        try:
            left = self._seconds_left()
            patience = (min(source.connect_timeout, left), min(source.read_timeout, left))
            with self._session.get(address, timeout=patience, allow_redirects=False, stream=True) as answer:
                self._judge(answer)
                return Page(self._content(answer), answer.links.get("next", {}).get("url"))
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader, UnicodeError) as error:
            raise SourceFault("bad_address", url=self._shown) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _TryAgain(type(error).__name__) from error

    def _seconds_left(self) -> float:
        """Raises OutOfTimeError when the read has none."""
        limit = current()
        return limit.left() if limit else math.inf

    def _judge(self, answer: requests.Response) -> None:
        status = answer.status_code
        if status in (401, 403):
            raise SourceFault("service_refuses", url=self._shown, status=status)
        if answer.is_redirect:
            raise SourceFault("service_elsewhere", url=self._shown, host=urlsplit(answer.headers.get("Location", "")).hostname or "?")
        if status in _WORTH_ANOTHER:
            raise _TryAgain(f"status {status}", status, _seconds(answer.headers.get("Retry-After")))
        if status != 200:
            raise SourceFault("service_status", url=self._shown, status=status, attempts=1)

    def _content(self, answer: requests.Response) -> Any:
        body = bytearray()
        # Reads what has arrived, be it one byte, so that the time limit is checked also while a service sends slowly.
        while chunk := answer.raw.read1(1 << 16, decode_content=True):
            self._seconds_left()
            body += chunk
            if len(body) > self._bytes_left:
                raise SourceFault("paging_too_long", url=self._shown, limit=f"{self._source.maximum_megabytes} MB")
        self._bytes_left -= len(body)
        try:
            return json.loads(body, parse_float=str, parse_int=str)
        except (ValueError, RecursionError) as error:
            # The error's own text may quote the answer.
            raise SourceFault("not_json", url=self._shown, detail=answer.headers.get("Content-Type", "no content type")[:60]) from error


def _seconds(retry_after: str | None) -> float | None:
    """`Retry-After` as seconds, whether it is a number or a date."""
    if not retry_after:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        when = parsedate_to_datetime(retry_after)
        return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
