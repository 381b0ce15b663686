"""Corrections of single cells, made at the review desk: a value for one row and column of a source.

Stored in the ledger as a decision, with who and when, and withdrawn like one. A correction applies while the source has the same value as
then, and ends when the source has another. (The file of corrections is for a value in any row.)
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
    """heading: in the source's file. written: the cell's value, trimmed; "" when blank. means: the corrected value; None for blank."""

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
    corrections = []
    for row in decisions.filter((pl.col("kind") == KIND) & (pl.col("verdict") == CORRECTED)).iter_rows(named=True):
        source, _, key = row["subject"].partition(":")
        cell = json.loads(row["value"])
        corrections.append(
            CellCorrection(row["decision_id"], source, key, row["field"], cell["written"], cell["means"], row["decided_by"], row["decided"])
        )
    return tuple(corrections)


def correctable(municipality: Municipality, source: str, heading: str) -> bool:
    """Whether cells of that column can be corrected: not those of a key, which identifies the row, or of a column that is not read."""
    known = municipality.sources.get(source)
    return known is not None and heading in known.mapped() and heading not in known.key


def correct_cell(
    ledger: Ledger, municipality: str, *, source: str, key: str, heading: str, written: str, means: str, by: str, why: str = ""
) -> str:
    """Store a correction, in place of an earlier one of the same cell. Returns the decision's id. Raises LedgerError."""
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
