"""How the desk is served: how many at once, how large a request's head may be, and how long anybody may keep a connection waiting."""

from __future__ import annotations

import asyncio

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from desk.desk_app import desk_app
from desk.visit import Desk

AT_ONCE = 400
"""Connections and requests. Above this the answer is 503."""
LARGEST_HEAD = 32 * 1024
"""Bytes of the first line and the headers."""
HEAD_SECONDS = 10.0
"""From the first byte, or from the connection, until the whole head of a request is here."""
REQUEST_SECONDS = 120.0
"""From the head until the client has read the answer. A workbook of thousands of questions takes half a minute to make."""


class BoundedProtocol(H11Protocol):
    """Ends a connection that sends or reads too slowly. Without it a few hundred that send nothing would block all other people."""

    head_seconds, request_seconds = HEAD_SECONDS, REQUEST_SECONDS
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the time limit of the first request's head."""
        super().connection_made(transport)
        self._within(self.head_seconds)

    def data_received(self, data: bytes) -> None:
        """Start the limit of the next head when bytes come after a response; once a head is complete, the limit of the whole request."""
        before = self.cycle
        if before is not None and before.response_complete and self._timer is None:
            self._within(self.head_seconds)
        super().data_received(data)
        if self.cycle is not before:
            self._within(self.request_seconds)

    def on_response_complete(self) -> None:
        """Give the client as long to read the response as for the rest of a request; when it has read it, limit a head already begun."""
        self._stop()
        super().on_response_complete()
        if not self.cycle.response_complete or self._unread():
            self._within(self.request_seconds)
        elif self._begun():
            self._within(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time limit."""
        self._stop()
        super().connection_lost(exc)

    def _unread(self) -> int:
        return self.transport.get_write_buffer_size()

    def _begun(self) -> bool:
        """Whether a further request has begun and is not complete."""
        return bool(self.conn.trailing_data[0])

    def _within(self, seconds: float) -> None:
        self._stop()
        self._timer = self.loop.call_later(seconds, self._give_up)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if self.cycle is None or not self.cycle.response_complete or self._unread() or self._begun():
            self.transport.abort()


def server_config(desk: Desk, host: str = "127.0.0.1", port: int = 0, protocol: type[BoundedProtocol] = BoundedProtocol) -> uvicorn.Config:
    """Forwarded headers of other proxies are not trusted: the visitor is named by the sign-in proxy's own header."""
    return uvicorn.Config(
        desk_app(desk),
        host=host,
        port=port,
        http=protocol,
        ws="none",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        log_level="error",
        access_log=False,
        limit_concurrency=AT_ONCE,
        h11_max_incomplete_event_size=LARGEST_HEAD,
    )
