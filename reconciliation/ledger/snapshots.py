"""Progress, night by night: what the burn-up curve is drawn from."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import delete, select

from reconciliation.ledger.ledger_tables import RUN, SNAPSHOT_ROW
from reconciliation.ledger.store import Store, insert_rows

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
            run = connection.execute(select(RUN.c.municipality, RUN.c.as_of).where(RUN.c.run_id == run_id)).one()
            connection.execute(
                delete(SNAPSHOT_ROW).where(SNAPSHOT_ROW.c.municipality == run.municipality, SNAPSHOT_ROW.c.as_of == run.as_of)
            )
            keys = {"municipality": run.municipality, "as_of": run.as_of, "run_id": run_id}
            insert_rows(connection, SNAPSHOT_ROW, [{**keys, **row} for row in snapshot.select(list(SNAPSHOT)).iter_rows(named=True)])

    def history(self, municipality: str) -> pl.DataFrame:
        """Every night's progress by date, category, source and owner. Shape: HISTORY."""
        query = (
            select(*(SNAPSHOT_ROW.c[name] for name in HISTORY))
            .where(SNAPSHOT_ROW.c.municipality == municipality)
            .order_by(SNAPSHOT_ROW.c.as_of, SNAPSHOT_ROW.c.category, SNAPSHOT_ROW.c.source, SNAPSHOT_ROW.c.owner)
        )
        return self.frame(query, HISTORY)
