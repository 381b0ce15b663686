"""The ledger: what is remembered between nights. Only human decisions and stored ids flow back from here."""

from reconciliation.ledger.bases import BASES, Agreement
from reconciliation.ledger.decision_log import DECISIONS
from reconciliation.ledger.deviation_history import LIFE, OPEN_DEVIATIONS
from reconciliation.ledger.handed_over import HANDED_OVER
from reconciliation.ledger.journal import AttemptRecord, Write, WriteOutcome
from reconciliation.ledger.ledger import Ledger, open_ledger
from reconciliation.ledger.ledger_error import LedgerError
from reconciliation.ledger.links import LINKS, MEMBERSHIPS
from reconciliation.ledger.locks import HeldLock, LockHeldError
from reconciliation.ledger.plans import StoredPlan
from reconciliation.ledger.runs import INTERRUPTED, KILLED, NO_NIGHT, PARTIAL, PLANNED, RENDERED, RUNS
from reconciliation.ledger.shielded_views import SHIELDED_VIEWS, SeenOn
from reconciliation.ledger.snapshots import HISTORY, SNAPSHOT
from reconciliation.ledger.stock_movements import MOVEMENTS, STOCK

__all__ = [
    "BASES",
    "DECISIONS",
    "HANDED_OVER",
    "HISTORY",
    "INTERRUPTED",
    "KILLED",
    "LIFE",
    "LINKS",
    "MEMBERSHIPS",
    "MOVEMENTS",
    "NO_NIGHT",
    "OPEN_DEVIATIONS",
    "PARTIAL",
    "PLANNED",
    "RENDERED",
    "RUNS",
    "SHIELDED_VIEWS",
    "SNAPSHOT",
    "STOCK",
    "Agreement",
    "AttemptRecord",
    "HeldLock",
    "Ledger",
    "LedgerError",
    "LockHeldError",
    "SeenOn",
    "StoredPlan",
    "Write",
    "WriteOutcome",
    "open_ledger",
]
