"""What can go wrong with the register, typed by what happens next. docs/contract.md is generated from OUTCOMES."""

from __future__ import annotations

from dataclasses import dataclass


class RegisterError(Exception):
    """Any fault of the register or of the way to it.

    words: the register's own text, or our sentence. status: of its last answer; None when none came.
    kobo_id: the entry, when the answer names it.
    """

    def __init__(self, words: str = "", *, status: int | None = None, kobo_id: str | None = None) -> None:
        self.words = words
        self.status = status
        self.kobo_id = kobo_id
        super().__init__(words or f"HTTP {status}")


class ConfigurationFault(RegisterError):
    """Our configuration cannot work until a person corrects it."""


class AuthenticationFault(RegisterError):
    """The register or Maskinporten rejects our credentials."""


class RefusedRow(RegisterError):
    """The register refuses this dwelling and says why. Its owner corrects the row."""


class Conflict(RegisterError):
    """The register has the dwelling already; `kobo_id` when the answer names the entry."""


class NotFound(RegisterError):
    """No such entry, or it is deleted."""


class RateLimited(RegisterError):
    """Too many calls, for longer than we wait."""


class Transient(RegisterError):
    """The register failed, and a later call may succeed; nothing was written."""


class UnknownOutcome(RegisterError):
    """The answer to a write was lost, and whether it was carried out could not be found out. It is looked up later, or by a person."""


class RegisterDown(RegisterError):
    """The register is down, or the night's time for it is used up: nothing more is sent.

    sent: an earlier attempt of this call may have arrived; when False, no attempt was sent.
    """

    def __init__(self, words: str = "", *, status: int | None = None, kobo_id: str | None = None, sent: bool = True) -> None:
        super().__init__(words, status=status, kobo_id=kobo_id)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of the table: how a call ended -> what happens next, who must act, and whether it was written."""

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


OUTCOMES: tuple[Outcome, ...] = (
    Outcome("done", (200, 201, 202, 204), "2xx", None, "go on", "nobody", written="yes"),
    Outcome("refused", (400, 413, 415, 422), "other 4xx", RefusedRow, "to the report, with the register's words", "the data owner"),
    Outcome("authentication", (401, 403), "", AuthenticationFault, "one new token on 401, then stop", "IT operations"),
    Outcome("not_found", (404, 410), "", NotFound, "the next plan sees it", "nobody"),
    Outcome(
        "configuration", (301, 302, 303, 307, 308, 405, 406), "redirects; base_url is no API", ConfigurationFault, "stop", "IT operations"
    ),
    Outcome("conflict", (409,), "", Conflict, "take over the entry if it is ours, else a person", "the data owner"),
    Outcome("rate_limited", (429,), "", RateLimited, "wait as told (capped), repeat", "nobody; IT if it lasts", repeat=True),
    Outcome("transient", (503,), "or no connection at all", Transient, "wait, repeat", "nobody; IT if it lasts", repeat=True),
    Outcome(
        "unknown",
        (408, 500, 502, 504),
        "other 5xx, cut connection, no answer in time, an answer that cannot be read",
        UnknownOutcome,
        "repeat with the same request id; on POST a conflict tells that it was created",
        "nobody; the next night asks again",
        repeat=True,
        written="perhaps",
    ),
    Outcome("down", (), "failed calls in a row, or the night's time is used up", RegisterDown, "stop the night's writes", "IT operations"),
)

BY_CODE = {outcome.code: outcome for outcome in OUTCOMES}
_BY_STATUS = {status: outcome for outcome in OUTCOMES for status in outcome.statuses}


def outcome_of(status: int) -> Outcome:
    """The row for an HTTP status; unknown statuses fall by their class."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 200 <= status < 300:
        return BY_CODE["done"]
    if 300 <= status < 400:
        return BY_CODE["configuration"]
    return BY_CODE["refused"] if 400 <= status < 500 else BY_CODE["unknown"]
