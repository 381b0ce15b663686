"""Exceptions of the register client, one for each thing that can happen next. Which status leads to which: call_outcomes.py."""

from __future__ import annotations


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
