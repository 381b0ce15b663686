"""One HTTP attempt: one connection per thread, limited in time and size; an error tells whether anything was sent."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError

from kobo_client.error_body import MOST_READ
from kobo_client.register_config import RegisterConfig
from kobo_client.timed_adapter import TimedAdapter


@dataclass(slots=True)
class HttpAnswer:
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


HEADERS = {"User-Agent": "kobosync", "Accept": "application/json", "Accept-Encoding": "gzip, deflate", "Connection": "keep-alive"}


class OneHost(TimedAdapter):
    """For calls to one host, proxy and TLS settings the same: where they go is found out once and not for each call, which is an eighth of
    what a call costs us."""

    _pool: ConnectionPool | None = None

    def get_connection_with_tls_context(self, *call: Any, **settings: Any) -> ConnectionPool:
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*call, **settings)
        return self._pool

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        return super().request_url(request, proxies) if proxies else request.path_url


class Transport:
    """Each thread has an adapter of requests with a pool of one connection.

    The adapter is asked without a Session around it, because what a Session does per call costs as much as the rest: cookies,
    redirects and .netrc, which a register's API has no use for, and proxy settings, which are looked up once here.
    """

    def __init__(self, config: RegisterConfig) -> None:
        self._config = config
        self._timeout = (config.connect_timeout, config.read_timeout)
        self._local = threading.local()
        self._adapters: list[OneHost] = []
        self._lock = threading.Lock()
        with requests.Session() as session:
            session.trust_env = config.use_system_proxy
            route = session.merge_environment_settings(config.base_url, {}, True, None, None)
        self._proxies, self._verify = route["proxies"], route["verify"] or True

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._lock:
            for adapter in self._adapters:
                adapter.close()
            self._adapters.clear()
        self._local = threading.local()

    def send(self, verb: str, url: str, headers: dict[str, str], body: bytes | None) -> HttpAnswer:
        """url: quoted already. Raises NoAnswer.

        A body longer than MOST_READ is cut; an answer that takes longer than the read timeout in all counts as none."""
        adapter: OneHost = getattr(self._local, "adapter", None) or self._open()
        request = requests.PreparedRequest()
        request.method, request.url, request.body = verb, url, body
        # A plain dict: names are written once, here and in kobo_client.authentication, so that case needs no folding.
        request.headers = {**HEADERS, **headers}  # type: ignore[assignment]
        if body is not None:
            request.headers["Content-Type"] = "application/json"
        if verb != "GET":
            request.headers["Content-Length"] = str(len(body or b""))
        try:
            response = adapter.send(request, stream=True, timeout=self._timeout, verify=self._verify, proxies=self._proxies)
            return HttpAnswer(response.status_code, self._content(response), response.headers.get("Retry-After"))
        except (requests.exceptions.ConnectTimeout, requests.exceptions.InvalidURL) as error:
            raise NoAnswer(f"No connection to {self._config.base_url} ({_name(error)}).", sent=False) from None
        except requests.exceptions.SSLError as error:
            raise NoAnswer(f"No safe connection to {self._config.base_url} ({_name(error)}).", sent=False) from None
        except (requests.RequestException, HTTPError, OSError) as error:
            sent = not _never_connected(error)
            words = f"The answer from {self._config.base_url} was lost" if sent else f"No connection to {self._config.base_url}"
            raise NoAnswer(f"{words} ({_name(error)}).", sent=sent) from None

    def _open(self) -> OneHost:
        adapter = OneHost(pool_connections=1, pool_maxsize=1)
        self._local.adapter = adapter
        with self._lock:
            self._adapters.append(adapter)
        return adapter

    def _content(self, response: requests.Response) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while chunk := response.raw.read1(65536, decode_content=True):
            chunks.append(chunk)
            size += len(chunk)
            if size > MOST_READ:
                response.close()
                break
        return b"".join(chunks)


def _never_connected(error: BaseException) -> bool:
    """Whether no connection was made. requests wraps urllib3's reason two levels deep."""
    reason = error.args[0] if error.args else None
    return isinstance(getattr(reason, "reason", None), NewConnectionError)


def _name(error: BaseException) -> str:
    """The error's type only: its text can contain addresses with ids."""
    return type(error).__name__
