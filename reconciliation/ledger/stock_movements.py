"""The movements of the municipality's stock of dwellings: appended, never edited."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import func, select

from reconciliation.ledger.ledger_tables import Absence, Movement
from reconciliation.ledger.store import Store, insert_rows, table_of

_MOVEMENT, _ABSENCE = table_of(Movement), table_of(Absence)

MOVEMENTS: dict[str, Any] = {
    "as_of": pl.Date(),
    "leverandor_bolig_id": pl.String(),
    "kind": pl.String(),  # MovementKind
    "stands": pl.Boolean(),
    "category": pl.String(),  # null: an older ledger did not keep it
    "tenure": pl.String(),  # "" when no source says; null: an older ledger did not keep it
}
STOCK: dict[str, Any] = {name: MOVEMENTS[name] for name in ("leverandor_bolig_id", "kind", "stands", "category", "tenure")}


class StockMovements(Store):
    """Table `movement`: each dwelling's changes of state in the municipality's stock."""

    def stock(self, municipality: str) -> pl.DataFrame:
        """The newest row of every dwelling, also of those that have left. Shape: STOCK."""
        newest = select(func.max(_MOVEMENT.c.id)).where(_MOVEMENT.c.municipality == municipality).group_by(_MOVEMENT.c.leverandor_bolig_id)
        return self.frame(select(*(_MOVEMENT.c[name] for name in STOCK)).where(_MOVEMENT.c.id.in_(newest)), STOCK)

    def movements(self, municipality: str) -> pl.DataFrame:
        """All of them, in the order in which they were written. Shape: MOVEMENTS."""
        query = select(*(_MOVEMENT.c[name] for name in MOVEMENTS)).where(_MOVEMENT.c.municipality == municipality)
        return self.frame(query.order_by(_MOVEMENT.c.id), MOVEMENTS)

    def last_movement(self, municipality: str) -> date | None:
        """The newest night that has one."""
        with self.read() as connection:
            last: date | None = connection.execute(
                select(func.max(_MOVEMENT.c.as_of)).where(_MOVEMENT.c.municipality == municipality)
            ).scalar()
        return last

    def record_movements(self, municipality: str, run_id: str | None, moved: pl.DataFrame, absent: Collection[str], as_of: date) -> None:
        """Append moved (MOVEMENTS), and add tonight to the absences of the dwellings in `absent`. Writes nothing when both are empty."""
        if moved.is_empty() and not absent:
            return
        keys = {"municipality": municipality, "run_id": run_id}
        with self.write() as connection:
            insert_rows(connection, Movement, [{**keys, **row} for row in moved.select(list(MOVEMENTS)).iter_rows(named=True)])
            known = connection.execute(
                select(_ABSENCE.c.leverandor_bolig_id).where(_ABSENCE.c.municipality == municipality, _ABSENCE.c.as_of == as_of)
            ).scalars()
            new = sorted(set(absent) - set(known))
            insert_rows(
                connection, Absence, [{"municipality": municipality, "leverandor_bolig_id": dwelling, "as_of": as_of} for dwelling in new]
            )
