"""What reading a source gives: rows that keep their place, and a verdict on the read itself.

A failed read is never an empty source (law 2): callers look at the verdict before they look at the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

PLACE_COLUMNS = ("source", "file", "sheet", "row", "row_hash")
"""First columns of every read. `row` is the 1-based number the owner sees in Excel or an editor; for SQL, the
ordinal in the query's order. `row_hash` is a stable hash of the mapped raw values. `sheet` is null outside Excel."""


class Verdict(StrEnum):
    """How a read went. Only `COMPLETE` may lead to a retirement."""

    COMPLETE = "complete"
    FAILED = "failed"
    SUSPICIOUS = "suspicious"


@dataclass(frozen=True, slots=True)
class SourceRead:
    """One source, read once.

    rows: PLACE_COLUMNS, then one String column per mapped heading, values as written (trimmed of nothing).
    message: one English sentence for operators: what, where, what to do. None when complete.
    melding: the same for the data owner, in bokmål.
    masked: heading -> how many values had a national identity number masked.
    notes: what was detected and chosen (encoding, separator, header row ...), English.
    """

    source: str
    verdict: Verdict
    rows: pl.DataFrame
    message: str | None = None
    melding: str | None = None
    masked: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
