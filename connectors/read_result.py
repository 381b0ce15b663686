"""The result of reading a source: rows with their place, and a verdict on the read.

A failed read is never an empty source (law 2): callers must look at the verdict before they use the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

PLACE_COLUMNS = ("source", "file", "sheet", "row", "row_hash")
"""First columns of every read. `row` is the 1-based number the owner sees in Excel or an editor; for SQL, the
ordinal in the query's order. `row_hash` is a stable hash of the mapped raw values (docs/decisions/0010). `sheet` is null outside Excel."""

UNREADABLE_COLUMNS = ("source", "file", "sheet", "row", "reason", "melding")
"""A line that could not be read: its place, a reason code (`connectors.read_faults.LINE_FAULTS`) and a stored message (language)."""

ERROR_VALUES = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#UBEREGNET!")
"""What Excel writes in a cell whose formula failed. Such a cell keeps the word as its value, so that it is refused for
what it is and never read as blank. `#UBEREGNET!` is ours: a formula that no program has calculated."""


class Verdict(StrEnum):
    """How a read went. Only `COMPLETE` may lead to a retirement."""

    COMPLETE = "complete"
    FAILED = "failed"
    SUSPICIOUS = "suspicious"


@dataclass(frozen=True, slots=True)
class SourceRead:
    """One source, read once.

    rows: PLACE_COLUMNS, then one String column per mapped heading, values as written (trimmed of nothing), then
    raw_rows.written_in of the headings whose values may be written in another row.
    message: one English sentence for operators: what, where, what to do. None when complete.
    melding: stored messages that say the same to the data owner.
    masked: heading -> how many values had a national identity number masked.
    notes: what was detected and chosen (encoding, separator, header row ...), English.
    unreadable: lines that could not be split into values (UNREADABLE_COLUMNS), to be counted as rejected; None when there are none. A read
    with such lines is never complete, since their keys are not known.
    layout: how delimited text is written (encoding, separator, quote).
    joined: heading -> the other file of the export that its values come from.
    lines: for delimited text, the number of physical lines and the counts by kind that add up to it. Empty for other kinds.
    """

    source: str
    verdict: Verdict
    rows: pl.DataFrame
    message: str | None = None
    melding: str | None = None
    masked: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    unreadable: pl.DataFrame | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    layout: Mapping[str, str] = field(default_factory=dict)
    joined: Mapping[str, str] = field(default_factory=dict)
