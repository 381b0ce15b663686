"""The ledger as one thing: what the program remembers between nights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from reconciliation.ledger.deviation_history import Deviations
from reconciliation.ledger.handed_over import HandedOver
from reconciliation.ledger.integrity import check_integrity
from reconciliation.ledger.journal import Journal
from reconciliation.ledger.ledger_error import LedgerError, sentence
from reconciliation.ledger.locks import Locks
from reconciliation.ledger.opening import connect, ensure_current, resolve_url, url_without_password
from reconciliation.ledger.plans import Plans
from reconciliation.ledger.renamed_keys import Rekeying
from reconciliation.ledger.rows_together import RowsBeside
from reconciliation.ledger.runs import Runs
from reconciliation.ledger.shielded_views import ShieldedViews
from reconciliation.ledger.snapshots import Snapshots
from reconciliation.ledger.stock_movements import StockMovements
from reconciliation.ledger.store import utc_now


class Ledger(Runs, Journal, HandedOver, Rekeying, Plans, Deviations, RowsBeside, Snapshots, StockMovements, ShieldedViews, Locks):
    """One database, SQLite or PostgreSQL. Safe to share between threads; close() when done.

    Every method raises LedgerError with one sentence when the database refuses.
    """


def open_ledger(url: str, home: Path, clock: Callable[[], datetime] = utc_now) -> Ledger:
    """Open the ledger at a SQLAlchemy URL, make or migrate its tables where needed.

    A night that never ended leaves a reason to doubt the file: then it is checked through first.

    url: sqlite:///relative-to-home.sqlite or postgresql://...; `${NAME}` is taken from the environment.
    Raises LedgerError: not reachable, not writable, damaged, or made by a newer program.
    """
    resolved = resolve_url(url, home)
    try:
        engine = connect(resolved)
    except (OSError, SQLAlchemyError) as error:
        raise LedgerError(sentence(url_without_password(resolved), error)) from error
    ledger = Ledger(engine, clock)
    try:
        ensure_current(engine)
        if ledger.was_interrupted():
            check_integrity(ledger)
    except LedgerError:
        engine.dispose()
        raise
    return ledger
