"""The register's interface as apply uses it, and the outcome of a write for each of its errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from connectors.own_faults import log_own_fault
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
)
from reconciliation.apply.unwritten_reasons import OWN_FAULT, unwritten
from reconciliation.ledger import Write, WriteOutcome
from reconciliation.model.plan_actions import REPLACE

NOTHING_WRITTEN = (Conflict, NotFound, RateLimited, Transient)
STOPS_THE_NIGHT = (RegisterDown, AuthenticationFault, ConfigurationFault)
"""Errors that every further write would get too."""


class Created(Protocol):
    """The answer to a POST."""

    @property
    def kobo_id(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def values(self) -> Mapping[str, Any]: ...


class Register(Protocol):
    """kobo_client.client.RegisterClient, as far as a plan needs it. Safe to call from many threads; retries inside."""

    def create(self, body: Mapping[str, Any], request_id: str) -> Created: ...

    def read(self, kobo_id: str) -> Mapping[str, Any]:
        """The entry under canonical names. Raises NotFound."""
        ...

    def change(self, kobo_id: str, body: Mapping[str, Any], request_id: str) -> int: ...

    def remove(self, kobo_id: str, leverandor_bolig_id: str, request_id: str) -> int: ...


def settle_error(write: Write, error: Exception, *, again: bool = False) -> WriteOutcome:
    """The outcome of a write that raised an error. A write that may have been carried out stays `unknown`, to be looked up later.

    Errors of NOTHING_WRITTEN settle the write. A lost answer does not, nor does a fault of our own, which is logged.
    again: the write is repeated from an earlier night; a rate limit then does not show what became of its first attempt.
    When the register went down before this write was sent it is not tried; a replacement may have deleted already, and stays unknown.
    """
    status = getattr(error, "status", None)
    reason = getattr(error, "words", None) or str(error)
    if isinstance(error, RegisterDown) and not error.sent and not again and write.verb != REPLACE:
        state, message = "not_tried", unwritten("not_tried")
    elif isinstance(error, RefusedRow):
        state, message = "refused", unwritten("refused", words=reason)
    elif isinstance(error, AuthenticationFault | ConfigurationFault):
        # The last attempt was refused, but an earlier attempt of the same call may have succeeded.
        state, message = "unknown", unwritten("failed", words=reason)
    elif isinstance(error, NOTHING_WRITTEN) and not again:
        state, message = "failed", unwritten("failed", words=reason)
    elif isinstance(error, RegisterError):
        state, message = "unknown", unwritten("unknown")
    else:
        log_own_fault(f"applying a {write.verb}", error)
        state, message = "unknown", unwritten(OWN_FAULT)
    return WriteOutcome(write.request_id, write.leverandor_bolig_id, state, write.kobo_id, status, message)
