"""Check that the ledger's SQLite file is undamaged, before a night writes to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from reconciliation.ledger.ledger_error import LedgerError
from reconciliation.ledger.store import Store

_WHOLE: ContextVar[set[str] | None] = ContextVar("_WHOLE", default=None)


def check_integrity(ledger: Store) -> None:
    """Raises LedgerError when the SQLite file is damaged. PostgreSQL checks its own files."""
    whole = _WHOLE.get()
    if ledger.engine.dialect.name != "sqlite" or (whole is not None and ledger.where in whole):
        return
    with ledger.read() as connection:
        verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if verdict != "ok":
        raise LedgerError(f"The ledger {ledger.where} is damaged ({verdict}); restore the latest backup (`kobosync restore`).")
    if whole is not None:
        whole.add(ledger.where)


@contextmanager
def checked_once() -> Iterator[None]:
    """Within the block, a file that has been checked is not checked again.

    A check takes a second per GB; without this, the nights of many municipalities in one ledger would each pay for all of it.
    """
    token = _WHOLE.set(set())
    try:
        yield
    finally:
        _WHOLE.reset(token)
