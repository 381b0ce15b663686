"""HTTP answers with one deadline each: requests applies its read timeout to every read anew, so an answer that comes a byte at a time,
in its head or its body, would have no end."""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any, cast

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class TimedAdapter(HTTPAdapter):
    """As its base class, but the read timeout of a request is the time for its whole answer. An answer that takes longer ends as one
    that never came: requests.exceptions.ReadTimeout, or urllib3.exceptions.ReadTimeoutError while the body is read."""

    def init_poolmanager(self, *sizes: Any, **settings: Any) -> None:
        super().init_poolmanager(*sizes, **settings)
        _with_deadlines(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **settings: Any) -> PoolManager:
        return _with_deadlines(super().proxy_manager_for(proxy, **settings))


class _BytesInTime(io.RawIOBase):
    """The bytes of a connection until its deadline. The connection's timeout, when the answer begins, is the time for all of them."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._bytes = connection.makefile("rb", buffering=0)
        self._deadline = time.monotonic() + (connection.gettimeout() or 0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer takes too long")
        self._connection.settimeout(left)
        return self._bytes.readinto(buffer)

    def close(self) -> None:
        self._bytes.close()
        super().close()


class _Connection:
    """What http.client asks a socket for when it reads an answer."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_BytesInTime(self._connection))


class _Answer(http.client.HTTPResponse):
    def __init__(self, connection: socket.socket, *settings: Any, **named: Any) -> None:
        super().__init__(cast(socket.socket, _Connection(connection)), *settings, **named)


class _PlainConnection(HTTPConnection):
    response_class = _Answer


class _SafeConnection(HTTPSConnection):
    response_class = _Answer


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SafePool(HTTPSConnectionPool):
    ConnectionCls = _SafeConnection


def _with_deadlines(pools: PoolManager) -> PoolManager:
    pools.pool_classes_by_scheme = {"http": _PlainPool, "https": _SafePool}
    return pools
