"""Progress, night by night: what the burn-up curve is drawn from."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import delete, select

from reconciliation.ledger.ledger_tables import Run, Snapshot
from reconciliation.ledger.store import Store, insert_rows, table_of

_SNAPSHOT, _RUN = table_of(Snapshot), table_of(Run)

SNAPSHOT: dict[str, Any] = {
    "category": pl.String(),
    "source": pl.String(),
    "owner": pl.String(),
    "in_scope": pl.Int64(),
    "in_register": pl.Int64(),
    "in_sync": pl.Int64(),
    "blocked": pl.String(),  # JSON: reason -> dwellings that are not in the register because of it
    "register_seen": pl.Boolean(),  # false: in_register is the last night's that saw it
}
HISTORY: dict[str, Any] = {"as_of": pl.Date(), "run_id": pl.String(), **SNAPSHOT}


class Snapshots(Store):
    """Table `snapshot`: each night's progress per category, source and owner."""

    def record_snapshot(self, run_id: str, snapshot: pl.DataFrame) -> None:
        """Store a night's progress (SNAPSHOT). A night of the same date that is run again replaces it."""
        with self.write() as connection:
            run = connection.execute(select(_RUN.c.municipality, _RUN.c.as_of).where(_RUN.c.run_id == run_id)).one()
            connection.execute(delete(_SNAPSHOT).where(_SNAPSHOT.c.municipality == run.municipality, _SNAPSHOT.c.as_of == run.as_of))
            keys = {"municipality": run.municipality, "as_of": run.as_of, "run_id": run_id}
            insert_rows(connection, Snapshot, [{**keys, **row} for row in snapshot.select(list(SNAPSHOT)).iter_rows(named=True)])

    def history(self, municipality: str) -> pl.DataFrame:
        """Every night's progress by date, category, source and owner. Shape: HISTORY."""
        query = (
            select(*(_SNAPSHOT.c[name] for name in HISTORY))
            .where(_SNAPSHOT.c.municipality == municipality)
            .order_by(_SNAPSHOT.c.as_of, _SNAPSHOT.c.category, _SNAPSHOT.c.source, _SNAPSHOT.c.owner)
        )
        return self.frame(query, HISTORY)
