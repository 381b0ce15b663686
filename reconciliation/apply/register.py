"""What applying a plan asks of a register, and what each of its errors means for the write that met it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from kobo_client.errors import RefusedRow, RegisterDown, RegisterError, UnknownOutcome
from reconciliation.apply import words
from reconciliation.ledger import Settled, Write


class Created(Protocol):
    @property
    def kobo_id(self) -> str: ...
    @property
    def status(self) -> int: ...


class Register(Protocol):
    """kobo_client.client.RegisterClient, as far as a plan needs it. Safe to call from many threads; retries inside."""

    def create(self, body: Mapping[str, Any], request_id: str) -> Created: ...

    def read(self, kobo_id: str) -> Mapping[str, Any]:
        """The entry under canonical names. Raises NotFound."""
        ...

    def change(self, kobo_id: str, body: Mapping[str, Any], request_id: str) -> int: ...

    def remove(self, kobo_id: str, leverandor_bolig_id: str, request_id: str) -> int: ...


def settle_error(write: Write, error: Exception) -> Settled:
    """The outcome of a write that ended in an error. Only a write that may have arrived stays unsettled."""
    status = getattr(error, "status", None)
    said = getattr(error, "words", None) or str(error)
    if isinstance(error, UnknownOutcome):
        state, message = "unknown", words.UNKNOWN
    elif isinstance(error, RegisterDown):
        state, message = "not_tried", words.NOT_TRIED
    elif isinstance(error, RefusedRow):
        state, message = "refused", words.REFUSED.format(words=said)
    elif isinstance(error, RegisterError):
        state, message = "failed", words.FAILED.format(words=said)
    else:
        # Not an answer we know: as far as anybody can tell, the write may have arrived.
        state, message = "unknown", words.UNKNOWN
    return Settled(write.request_id, write.leverandor_bolig_id, state, write.kobo_id, status, message)
