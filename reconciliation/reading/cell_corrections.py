"""A single cell that its owner has corrected at the review desk: in this row and column, what is written means something else.

Kept in the ledger with who and when, and taken back like any decision. It holds as long as the source says what it said then: once the
source is mended, or says a third thing, the correction is over. The file of corrections is for a value wherever it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from reconciliation.ledger import Ledger
from reconciliation.model.municipality import Municipality

KIND, CORRECTED = "correction", "corrected"
"""Kind and verdict of the ledger's decision. subject: "source:key"; field: the heading; value: JSON of what is written and meant."""
LONGEST = 300
"""Characters of a corrected value."""


@dataclass(frozen=True, slots=True)
class CellCorrection:
    """heading: in the source's file. written: as it is there, trimmed; "" for nothing. means: None for nothing."""

    decision_id: str
    source: str
    key: str
    heading: str
    written: str
    means: str | None
    by: str
    decided: datetime


def cell_corrections(decisions: pl.DataFrame) -> tuple[CellCorrection, ...]:
    """Those in force, oldest first. decisions: the ledger's DECISIONS in force."""
    found = []
    for row in decisions.filter((pl.col("kind") == KIND) & (pl.col("verdict") == CORRECTED)).iter_rows(named=True):
        source, _, key = row["subject"].partition(":")
        cell = json.loads(row["value"])
        found.append(
            CellCorrection(row["decision_id"], source, key, row["field"], cell["written"], cell["means"], row["decided_by"], row["decided"])
        )
    return tuple(found)


def correctable(municipality: Municipality, source: str, heading: str) -> bool:
    """May a cell of that column be corrected? A key names its row for ever, and a column that is not read means nothing."""
    known = municipality.sources.get(source)
    return known is not None and heading in known.mapped() and heading not in known.key


def correct_cell(
    ledger: Ledger, municipality: str, *, source: str, key: str, heading: str, written: str, means: str, by: str, why: str = ""
) -> str:
    """Keep what a cell means, in place of an earlier correction of it. Returns the decision's id. Raises LedgerError."""
    value = {"written": written.strip(), "means": means.strip() or None}
    return ledger.add_decision(
        municipality,
        kind=KIND,
        subject=f"{source}:{key}",
        field=heading,
        verdict=CORRECTED,
        value=json.dumps(value, ensure_ascii=False),
        decided_by=by,
        note=why or None,
    )
