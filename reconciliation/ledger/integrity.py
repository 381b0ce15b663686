"""Is the ledger's file whole? Asked before a night writes in it."""

from __future__ import annotations

from reconciliation.ledger.faults import LedgerError
from reconciliation.ledger.store import Store


def check_integrity(ledger: Store) -> None:
    """Is the file whole? Raises LedgerError. PostgreSQL looks after itself."""
    if ledger.engine.dialect.name != "sqlite":
        return
    with ledger.read() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise LedgerError(f"The ledger {ledger.where} is damaged ({found}); restore the latest backup (`kobosync restore`).")
