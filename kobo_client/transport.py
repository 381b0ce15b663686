"""One attempt over the wire: a requests Session per thread, bounded in time and size, and whether anything was sent."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NewConnectionError

from kobo_client.answers import MOST_READ
from kobo_client.config import RegisterConfig


@dataclass(slots=True)
class Answered:
    """body: the content as an object, when it was asked for and is one."""

    status: int
    content: bytes
    retry_after: str | None
    body: dict[str, Any] | None = None


class NoAnswer(Exception):
    """sent: the request may have reached the register."""

    def __init__(self, words: str, *, sent: bool) -> None:
        super().__init__(words)
        self.words, self.sent = words, sent


class Transport:
    """trust_env stays off unless configured: it costs a quarter of a millisecond per call."""

    def __init__(self, config: RegisterConfig) -> None:
        self._config = config
        self._timeout = (config.connect_timeout, config.read_timeout)
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        with self._lock:
            for session in self._sessions:
                session.close()
            self._sessions.clear()
        self._local = threading.local()

    def send(self, verb: str, url: str, headers: dict[str, str], body: bytes | None) -> Answered:
        """Raises NoAnswer. A body longer than MOST_READ is cut; one that drips longer than the read timeout is no answer."""
        session: requests.Session = getattr(self._local, "session", None) or self._open()
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            response = session.request(verb, url, data=body, headers=headers, timeout=self._timeout, stream=True, allow_redirects=False)
            return Answered(response.status_code, self._content(response), response.headers.get("Retry-After"))
        except (requests.exceptions.ConnectTimeout, requests.exceptions.InvalidURL) as error:
            raise NoAnswer(f"No connection to {self._config.base_url} ({_name(error)}).", sent=False) from None
        except requests.exceptions.SSLError as error:
            raise NoAnswer(f"No safe connection to {self._config.base_url} ({_name(error)}).", sent=False) from None
        except (requests.RequestException, HTTPError, OSError) as error:
            sent = not _never_connected(error)
            words = f"The answer from {self._config.base_url} was lost" if sent else f"No connection to {self._config.base_url}"
            raise NoAnswer(f"{words} ({_name(error)}).", sent=sent) from None

    def _open(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = self._config.use_system_proxy
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        session.headers["Accept"] = "application/json"
        session.headers["User-Agent"] = "kobosync"
        self._local.session = session
        with self._lock:
            self._sessions.append(session)
        return session

    def _content(self, response: requests.Response) -> bytes:
        deadline = time.monotonic() + self._config.read_timeout
        chunks: list[bytes] = []
        size = 0
        # read1, not read: read waits for the whole amount, and a dripping body never ends.
        while chunk := response.raw.read1(65536, decode_content=True):
            chunks.append(chunk)
            size += len(chunk)
            if size > MOST_READ:
                response.close()
                break
            if time.monotonic() > deadline:
                response.close()
                raise requests.exceptions.ReadTimeout("the body drips")
        return b"".join(chunks)


def _never_connected(error: BaseException) -> bool:
    """requests wraps urllib3's reason two levels deep."""
    reason = error.args[0] if error.args else None
    return isinstance(getattr(reason, "reason", None), NewConnectionError)


def _name(error: BaseException) -> str:
    """The kind of error only: its text can hold addresses with ids."""
    return type(error).__name__
