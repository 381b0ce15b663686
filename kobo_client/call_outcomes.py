"""How a call to the register can end: statuses, exception, whether the client repeats it. docs/contract.md is generated from the table."""

from __future__ import annotations

from dataclasses import dataclass

from kobo_client.errors import (
    AuthenticationFault,
    ConfigurationFault,
    Conflict,
    NotFound,
    RateLimited,
    RefusedRow,
    RegisterDown,
    RegisterError,
    Transient,
    UnknownOutcome,
)


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """How a call ended -> what happens next, who must act, and whether it was written."""

    code: str
    statuses: tuple[int, ...]
    happens: str
    error: type[RegisterError] | None
    action: str
    who: str
    repeat: bool = False
    """The client tries again by itself."""
    written: str = "no"
    """Whether a write may have been carried out: no, yes or perhaps."""


CALL_OUTCOMES: tuple[CallOutcome, ...] = (
    CallOutcome("done", (200, 201, 202, 204), "2xx", None, "go on", "nobody", written="yes"),
    CallOutcome("refused", (400, 413, 415, 422), "other 4xx", RefusedRow, "to the report, with the register's words", "the data owner"),
    CallOutcome("authentication", (401, 403), "", AuthenticationFault, "one new token on 401, then stop", "IT operations"),
    CallOutcome("not_found", (404, 410), "", NotFound, "the next plan sees it", "nobody"),
    CallOutcome(
        "configuration", (301, 302, 303, 307, 308, 405, 406), "redirects; base_url is no API", ConfigurationFault, "stop", "IT operations"
    ),
    CallOutcome("conflict", (409,), "", Conflict, "take over the entry if it is ours, else a person", "the data owner"),
    CallOutcome("rate_limited", (429,), "", RateLimited, "wait as told (capped), repeat", "nobody; IT if it lasts", repeat=True),
    CallOutcome("transient", (503,), "or no connection at all", Transient, "wait, repeat", "nobody; IT if it lasts", repeat=True),
    CallOutcome(
        "unknown",
        (408, 500, 502, 504),
        "other 5xx, cut connection, no answer in time, an answer that cannot be read",
        UnknownOutcome,
        "repeat with the same request id; on POST a conflict tells that it was created",
        "nobody; the next night asks again",
        repeat=True,
        written="perhaps",
    ),
    CallOutcome(
        "down", (), "failed calls in a row, or the night's time is used up", RegisterDown, "stop the night's writes", "IT operations"
    ),
)

BY_CODE = {outcome.code: outcome for outcome in CALL_OUTCOMES}
_BY_STATUS = {status: outcome for outcome in CALL_OUTCOMES for status in outcome.statuses}


def outcome_of(status: int) -> CallOutcome:
    """The row for an HTTP status; an unknown status has the row of its class (2xx, 3xx, 4xx, other)."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 200 <= status < 300:
        return BY_CODE["done"]
    if 300 <= status < 400:
        return BY_CODE["configuration"]
    return BY_CODE["refused"] if 400 <= status < 500 else BY_CODE["unknown"]
