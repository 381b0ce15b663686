"""What is around every page: where a request may come from, how large and slow it may be, and what a browser may load."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "kobosync_desk"
LARGEST_BODY = 64 * 1024
"""Bytes. The longest answer with its reason is a few kB."""
SLOWEST_BODY = 10.0
"""Seconds for the whole body."""
WRITES_A_MINUTE = 120
"""Of one session. A quick person answers twenty cases a minute."""
MOST_SESSIONS = 10_000
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Rejected(Exception):
    """A request that is answered with `status` and the text `desk_refused.<key>`."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status, self.key = status, key


class Sessions:
    """Session cookies, the token that belongs to each, and how much each has written lately. Nothing is kept on disk."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._written: OrderedDict[str, list[float]] = OrderedDict()

    def of(self, request: Request) -> str:
        """The request's session, or a new one when it brings none that we made."""
        given = request.cookies.get(COOKIE, "")
        name, _, mark = given.partition(".")
        return given if name and hmac.compare_digest(mark, self._mark(name)) else self._new()

    def token(self, session: str) -> str:
        """What a form of this session must send along (against cross-site request forgery)."""
        return hmac.new(self._key, b"token:" + session.encode(), sha256).hexdigest()

    def check(self, session: str, token: str) -> None:
        """Raises Rejected: a token of another session, or too many writes in a minute."""
        if not hmac.compare_digest(token, self.token(session)):
            raise Rejected(403, "token")
        now = time.monotonic()
        lately = [moment for moment in self._written.pop(session, []) if now - moment < 60]
        self._written[session] = [*lately, now]
        while len(self._written) > MOST_SESSIONS:
            self._written.popitem(last=False)
        if len(lately) >= WRITES_A_MINUTE:
            raise Rejected(429, "too_many")

    def _new(self) -> str:
        name = secrets.token_hex(16)
        return f"{name}.{self._mark(name)}"

    def _mark(self, name: str) -> str:
        return hmac.new(self._key, b"session:" + name.encode(), sha256).hexdigest()[:32]


def with_headers(response: Response, session: str, *, secure: bool) -> Response:
    """The response with the headers that every page has, and the session's cookie. secure: behind a proxy that speaks TLS."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.set_cookie(COOKIE, session, httponly=True, samesite="strict", secure=secure, path="/")
    return response


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a posted form, each once. Raises Rejected: too large, too slow, another kind of body, or no UTF-8."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Rejected(415, "form")
    body = bytearray()

    async def read() -> None:
        async for chunk in request.stream():
            body.extend(chunk)
            if len(body) > LARGEST_BODY:
                raise Rejected(413, "large")

    try:
        await asyncio.wait_for(read(), SLOWEST_BODY)
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=30)
    except TimeoutError as error:
        raise Rejected(408, "slow") from error
    except ValueError as error:
        raise Rejected(400, "form") from error
    return {name: values[0] for name, values in fields.items()}


def local_host(request: Request) -> bool:
    """Is the request addressed to this machine by name? A page elsewhere that resolves its own name to 127.0.0.1 is not."""
    return (request.url.hostname or "") in ("127.0.0.1", "localhost", "::1")
