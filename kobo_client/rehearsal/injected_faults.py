"""Faults on demand: which call gets which fault, and how the connection is disturbed."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

KINDS = (
    "latency",
    "429_seconds",
    "429_date",
    "500",
    "502_html",
    "503",
    "cut_before",
    "cut_after",
    "cut_middle",
    "slow_body",
    "outage",
    "token_expiry",
    "empty_500",
    "huge_500",
    "no_json",
    "page_instead",
)
BEFORE = frozenset(
    {"429_seconds", "429_date", "500", "502_html", "503", "cut_before", "outage", "token_expiry", "empty_500", "huge_500", "page_instead"}
)
"""The call is not carried out."""


@dataclass(slots=True)
class FaultRule:
    """kind: of KINDS. verb, contains: which calls (contains: in the path or body). times: how often; rate: how likely;
    after: calls it lets pass first. seconds: of latency, Retry-After, outage or between drops of a slow body."""

    kind: str
    verb: str | None = None
    contains: str | None = None
    times: int | None = None
    rate: float = 1.0
    after: int = 0
    seconds: float = 0.0
    until: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        if self.kind == "outage":
            self.until = time.monotonic() + self.seconds


@dataclass(slots=True)
class Faults:
    """The rules: the first that applies to a call decides its fault; latency applies in addition."""

    rules: list[FaultRule] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(2023))  # noqa: S311 - a script, not a secret

    def set(self, rules: list[dict[str, Any]]) -> None:
        """Replace the rules; the random numbers start over, so that a test gets the same faults each time."""
        self.rules = [FaultRule(**rule) for rule in rules]
        self.chance = random.Random(2023)  # noqa: S311

    def of(self, verb: str, text: str) -> tuple[float, FaultRule | None]:
        """(seconds of latency, the fault or None) for a call."""
        latency, fault = 0.0, None
        for rule in self.rules:
            if fault is not None and rule.kind != "latency":
                continue
            if not self._applies(rule, verb, text):
                continue
            if rule.kind == "latency":
                latency += rule.seconds
            else:
                fault = rule
        return latency, fault

    def _applies(self, rule: FaultRule, verb: str, text: str) -> bool:
        if (rule.verb is not None and rule.verb != verb) or (rule.contains is not None and rule.contains not in text):
            return False
        if rule.until is not None:
            return time.monotonic() < rule.until
        if rule.after > 0:
            rule.after -= 1
            return False
        if rule.times == 0 or (rule.rate < 1.0 and self.chance.random() >= rule.rate):
            return False
        if rule.times is not None:
            rule.times -= 1
        return True


def answer_instead(rule: FaultRule) -> Response | None:
    """The answer of a fault; None when the connection is cut instead."""
    spring = {"timestamp": "2023-11-01T02:00:00Z", "status": 500, "error": "Internal Server Error", "path": "/kobobolig"}
    answers: dict[str, Response] = {
        "429_seconds": JSONResponse({"title": "Too Many Requests"}, 429, {"Retry-After": f"{rule.seconds:g}"}),
        "429_date": JSONResponse({"title": "Too Many Requests"}, 429, {"Retry-After": formatdate(time.time() + rule.seconds, usegmt=True)}),
        "500": JSONResponse(spring, 500),
        "502_html": HTMLResponse("<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>", 502),
        "503": JSONResponse({"title": "Service Unavailable", "status": 503}, 503),
        "token_expiry": JSONResponse({"title": "Unauthorized", "detail": "The token has expired"}, 401),
        "empty_500": Response(b"", 500),
        "page_instead": HTMLResponse("<html><title>Logg inn</title></html>", 200),
        "huge_500": Response(b"<html><title>Out of memory</title>" + b"x" * 2_000_000, 500, media_type="text/html"),
    }
    return answers.get(rule.kind)


def cut(scope: Scope) -> None:
    """Close the connection without an answer."""
    scope["rehearsal.transport"].abort()


async def spoil(rule: FaultRule, response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Do the fault to an answer whose call has been carried out."""
    if rule.kind == "cut_after":
        cut(scope)
    elif rule.kind == "no_json":
        await HTMLResponse("<html><title>Logg inn</title></html>", 200)(scope, receive, send)
    elif rule.kind == "slow_body" and not response.body:
        await asyncio.sleep(rule.seconds)
        await response(scope, receive, send)
    else:
        content = bytes(response.body) or b" "
        await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
        if rule.kind == "cut_middle":
            await send({"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True})
            scope["rehearsal.transport"].close()
            return
        step = max(1, len(content) // 20)
        for start in range(0, len(content), step):
            await asyncio.sleep(rule.seconds)
            await send({"type": "http.response.body", "body": content[start : start + step], "more_body": True})
        await send({"type": "http.response.body", "body": b""})
