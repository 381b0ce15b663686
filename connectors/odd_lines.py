"""Lines of delimited text that are not records: those that a system printed around the list, and those with bytes that are not text."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from connectors.dialect import Dialect
from connectors.encoding import DAMAGED
from connectors.printed_lines import is_ruler, last_words, pattern_of, printed
from connectors.records import BadRecord, Records, lines_of

_TAIL = 10
"""The most last lines that may be remarks without a pattern."""


def printed_around(
    lines: pl.Series, records: Records, dialect: Dialect, key: str | None, footer: tuple[str, ...], totals: Sequence[str] = ()
) -> frozenset[int]:
    """Which of the bad lines (1-based) a system printed around the list.

    key: the column of records.rows that the first part of the key is in; a remark does not look like its values. totals: words
    that a total begins with; it may have fewer values than a row.
    """
    numbers = [record.row for record in records.bad if record.lines == 1 and record.value_count < len(dialect.headings)]
    separator = re.escape(dialect.separator)
    texts = lines.gather(pl.Series(numbers, dtype=pl.Int64) - 1).str.strip_chars(" \t\u00a0" + dialect.separator + dialect.quote)
    short_lines = pl.DataFrame({"row": pl.Series(numbers, dtype=pl.Int64), "text": texts})
    keys = records.rows[key].drop_nulls() if key else pl.Series([], dtype=pl.String)
    text = pl.col("text")
    # A separator in a sentence has a blank behind it; a row cut short has several without.
    few = text.str.count_matches(f"{separator}[^ \t]") <= 1
    last = records.rows["row"].max() if records.rows.height else None
    after = pl.col("row") > (int(str(last)) if last is not None else len(lines))
    behind = pl.col("row") > len(lines) - _TAIL - 1
    remark = last_words(text, keys, len(dialect.headings)) & after & behind & ~text.str.contains(separator)
    known = (printed(text, None) & few) | remark | is_ruler(text.str.replace_all(separator, ""))
    if totals and key:
        words = "|".join(re.escape(word.strip()) for word in totals)
        known |= after & text.str.contains(rf"(?i)^(?:{words})(?:[\s:.=]|{separator}|$)")
    if declared := pattern_of(footer):
        known |= text.str.contains(declared)
    return frozenset(short_lines.filter(known.fill_null(value=False))["row"])


def damaged_records(text: bytes, records: Records, dialect: Dialect) -> list[BadRecord]:
    """The records with bytes that are not text, and the heading above the first such byte."""
    lines = lines_of(text)
    marked = lines.str.contains(DAMAGED, literal=True).arg_true() + 1
    begun = records.rows["row"]
    bad = [(record.row, record.row + record.lines) for record in records.bad]
    columns_by_row: dict[int, list[int]] = {}
    for line in marked.to_list():
        index = begun.search_sorted(line, side="right") - 1
        if line > dialect.body and index >= 0 and not any(first <= line < after for first, after in bad):
            columns_by_row.setdefault(int(begun[index]), []).append(line)
    return [
        BadRecord(row, "damaged_text", 0, max(at) - row + 1, _heading(lines[row - 1], dialect))
        for row, at in sorted(columns_by_row.items())
    ]


def _heading(line: str, dialect: Dialect) -> str:
    """The heading of the first damaged value of a line; "?" where quotes may hide separators."""
    if DAMAGED not in line or (dialect.quote and dialect.quote in line):
        return "?"
    values: Sequence[str] = line.split(dialect.separator)
    column = next(index for index, value in enumerate(values) if DAMAGED in value)
    return dialect.headings[column] if column < len(dialect.headings) else "?"
