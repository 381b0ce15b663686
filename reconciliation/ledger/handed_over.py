"""Creates that were written to an import file, until the register is seen to have them."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import select

from reconciliation.ledger.ledger_tables import Run
from reconciliation.ledger.register_tables import Intent
from reconciliation.ledger.store import Store, table_of

HANDED_OVER = "handed_over"
"""State of a write whose file a person takes to the register."""
WAITING: dict[str, Any] = {"request_id": pl.String(), "leverandor_bolig_id": pl.String(), "run_id": pl.String(), "as_of": pl.Date()}
_INTENT, _RUN = table_of(Intent), table_of(Run)


class HandedOver(Store):
    """Writes that were handed over in an import file and have not been seen in the register."""

    def handed_over(self, municipality: str) -> pl.DataFrame:
        """What is in import files and not yet seen in the register, oldest first. Shape: WAITING; as_of: the night of the file."""
        query = (
            select(_INTENT.c.request_id, _INTENT.c.leverandor_bolig_id, _INTENT.c.run_id, _RUN.c.as_of)
            .join(_RUN, _RUN.c.run_id == _INTENT.c.run_id)
            .where(_INTENT.c.municipality == municipality, _INTENT.c.state == HANDED_OVER)
            .order_by(_RUN.c.as_of, _INTENT.c.leverandor_bolig_id)
        )
        return self.frame(query, WAITING)
