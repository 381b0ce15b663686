"""Checks around every page: where a request may come from, how large and slow it may be, and what a browser may load."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from threading import Lock
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "kobosync_desk"
LARGEST_BODY = 256 * 1024
"""Bytes. The form of a house with three hundred flats has a hundred of them for each field; an answer with its reason is a few kB."""
MOST_FIELDS = 2_000
"""Three of each flat of the largest house, and some."""
WRITTEN = ("hvorfor", "verdi")
"""Fields that people write in; of a house "verdi.<question>"."""
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the direction of what follows them, so that it reads as something else."""
SLOWEST_BODY = 10.0
"""Seconds for the whole body."""
WRITES_A_MINUTE = 120
"""Of one account, in however many browsers. A quick person answers twenty cases a minute."""
MOST_ACCOUNTS = 10_000
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


_LOCAL = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?")


class Rejected(Exception):
    """A request that is answered with `status` and the text `desk_refused.<key>`."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status, self.key = status, key


class Sessions:
    """Session cookies, the token that belongs to each, and how much each account has written lately. Nothing is kept on disk."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._written: OrderedDict[str, list[float]] = OrderedDict()
        self._counting = Lock()

    def of(self, request: Request) -> str:
        """The request's session, or a new one when it brings none that we made."""
        given = request.cookies.get(COOKIE, "")
        name, _, mark = given.partition(".")
        return given if name and _same(mark, self._mark(name)) else self._new()

    def token(self, session: str, account: str) -> str:
        """What a form of this session and account must send along (against cross-site request forgery). Of the account too: a session
        that somebody else planted in a browser opens nothing there."""
        return hmac.new(self._key, f"token:{session}:{account}".encode(), sha256).hexdigest()

    def check(self, session: str, account: str, token: str) -> None:
        """Raises Rejected: a token of another session or account, or too many writes in a minute."""
        if not _same(token, self.token(session, account)):
            raise Rejected(403, "token")
        now = time.monotonic()
        with self._counting:
            lately = [moment for moment in self._written.pop(account, []) if now - moment < 60]
            if len(lately) < WRITES_A_MINUTE:
                lately.append(now)
                self._written[account] = lately
                while len(self._written) > MOST_ACCOUNTS:
                    self._written.popitem(last=False)
                return
            self._written[account] = lately
        raise Rejected(429, "too_many")

    def _new(self) -> str:
        name = secrets.token_hex(16)
        return f"{name}.{self._mark(name)}"

    def _mark(self, name: str) -> str:
        return hmac.new(self._key, b"session:" + name.encode("utf-8", "replace"), sha256).hexdigest()[:32]


def _same(given: str, known: str) -> bool:
    """Compared in constant time; as bytes, for text beyond ASCII is a TypeError there."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), known.encode())


def with_headers(response: Response, session: str = "", *, secure: bool = False) -> Response:
    """The response with the headers that every page has, and the session's cookie where it has one. secure: behind a proxy that uses
    TLS."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    if session:
        response.set_cookie(COOKIE, session, httponly=True, samesite="strict", secure=secure, path="/")
    return response


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a posted form, each once. Raises Rejected: too large, too slow, another kind of body, or no UTF-8."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Rejected(415, "form")
    body = bytearray()

    async def read() -> None:
        async for chunk in request.stream():
            body.extend(chunk)
            if len(body) > LARGEST_BODY:
                raise Rejected(413, "large")

    try:
        await asyncio.wait_for(read(), SLOWEST_BODY)
        fields = parse_qs(
            body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=MOST_FIELDS, errors="strict"
        )
    except TimeoutError as error:
        raise Rejected(408, "slow") from error
    except ValueError as error:
        raise Rejected(400, "form") from error
    if any(len(values) > 1 for values in fields.values()):
        # A browser sends each field once; of two values it is unknown which was meant.
        raise Rejected(400, "form")
    return {name: _plain(values[0]) if name.partition(".")[0] in WRITTEN else values[0] for name, values in fields.items()}


def _plain(written: str) -> str:
    """Control characters, which a copied text may have and PostgreSQL or a screen cannot show, become spaces."""
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") or sign in TURNING else sign for sign in written)


def local_host(request: Request) -> bool:
    """Is the request addressed to this machine by name? A page elsewhere that resolves its own name to 127.0.0.1 is not."""
    return bool(_LOCAL.fullmatch(request.headers.get("host", "").lower()))
