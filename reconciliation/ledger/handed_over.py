"""Creates that were written to an import file, until the register is seen to have them."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import select

from reconciliation.ledger.ledger_tables import RUN
from reconciliation.ledger.register_tables import INTENT
from reconciliation.ledger.store import Store

HANDED_OVER = "handed_over"
"""State of a write whose file a person takes to the register."""
WAITING: dict[str, Any] = {"request_id": pl.String(), "leverandor_bolig_id": pl.String(), "run_id": pl.String(), "as_of": pl.Date()}


class HandedOver(Store):
    """Writes that were handed over in an import file and have not been seen in the register."""

    def handed_over(self, municipality: str) -> pl.DataFrame:
        """What is in import files and not yet seen in the register, oldest first. Shape: WAITING; as_of: the night of the file."""
        query = (
            select(INTENT.c.request_id, INTENT.c.leverandor_bolig_id, INTENT.c.run_id, RUN.c.as_of)
            .join(RUN, RUN.c.run_id == INTENT.c.run_id)
            .where(INTENT.c.municipality == municipality, INTENT.c.state == HANDED_OVER)
            .order_by(RUN.c.as_of, INTENT.c.leverandor_bolig_id)
        )
        return self.frame(query, WAITING)
