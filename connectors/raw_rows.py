"""The result of every reader, before masking, hashing and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from connectors.line_account import LineAccount

RAW_PLACE = {"file": pl.String(), "sheet": pl.String(), "row": pl.Int64()}


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line, or several, that cannot be split into values. `reason` is a key of LINE_FAULTS. lines: how many."""

    file: str
    row: int
    reason: str
    melding: str
    sheet: str | None = None
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Raw:
    """rows: file, sheet, row, one String column per mapped heading and `written_in` of some.

    Total rows, blank rows and printed lines are already gone.
    """

    rows: pl.DataFrame
    notes: tuple[str, ...] = ()
    bad_lines: Sequence[BadLine] = field(default_factory=tuple)
    lines: tuple[LineAccount, ...] = ()
    """Of each delimited file."""
    layout: Mapping[str, str] = field(default_factory=dict)
    """How the source is written (encoding, separator, quote), where that can change from night to night; of its last file."""
    joined: Mapping[str, str] = field(default_factory=dict)
    """Heading -> the other file that its values come from. `written_in` holds the row there."""


def written_in(heading: str) -> str:
    """Name of the Int64 column with the row that a value is written in, where that is another row: of a joined file, or of a merged cell.
    Only such headings have one."""
    return f"row of {heading}"


def empty_rows(headings: Sequence[str]) -> pl.DataFrame:
    """A frame without rows: the columns of RAW_PLACE, then one text column per heading."""
    return pl.DataFrame(schema={**RAW_PLACE, **dict.fromkeys(headings, pl.String())})


def together(parts: Sequence[Raw]) -> Raw:
    """The results of several files or sheets of one source, joined."""
    return Raw(
        rows=pl.concat([part.rows for part in parts], how="diagonal"),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        bad_lines=[line for part in parts for line in part.bad_lines],
        lines=tuple(account for part in parts for account in part.lines),
        layout=parts[-1].layout,
        joined={heading: file for part in parts for heading, file in part.joined.items()},
    )
