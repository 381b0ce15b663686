"""Lines of delimited text to columns, without losing which line each row began on."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from connectors.dialect import Dialect, record_at


@dataclass(frozen=True, slots=True)
class BadRecord:
    """row: 1-based line. value_count: how many values it has. lines: how many it runs over. heading: what the fault is under, if known."""

    row: int
    reason: str
    value_count: int
    lines: int = 1
    heading: str = "?"


@dataclass(frozen=True, slots=True)
class Records:
    """rows: `row` (1-based line) and one String column `c<n>` per asked column. bad: in order of lines.

    blank: lines with nothing but blanks and separators. continued: lines that a value of a row runs on over.
    """

    rows: pl.DataFrame
    bad: Sequence[BadRecord] = ()
    blank: int = 0
    continued: int = 0


def with_one_line_end(text: bytes) -> bytes:
    """Each line ends with a line feed, as any editor counts them. Not splitlines: it also breaks at characters that no editor breaks at."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


def lines_of(text: str | bytes) -> pl.Series:
    """The text's lines without their ends. text: when bytes, UTF-8."""
    plain = with_one_line_end(text.encode() if isinstance(text, str) else text)
    return pl.Series([plain], dtype=pl.Binary).cast(pl.String).str.split("\n").explode()


def regular_records(text: bytes, dialect: Dialect, columns: Sequence[int]) -> pl.DataFrame | None:
    """As `split_records`, by polars' own reader. None unless no line has a quote and each has as many values as there are headings.

    text: UTF-8 with one line end.
    """
    width = len(dialect.headings)
    separator = dialect.separator.encode()
    if width == 1 or len(separator) > 1 or (dialect.quote and dialect.quote.encode() in text):
        return None
    last = f"c{width - 1}"
    wanted = dict.fromkeys([*_columns(columns), last])
    try:
        frame = (
            pl.scan_csv(
                text,
                has_header=False,
                separator=dialect.separator,
                quote_char=None,
                schema=dict.fromkeys(_columns(range(width)), pl.String()),
                skip_lines=dialect.body,
                row_index_name="row",
                row_index_offset=dialect.body + 1,
                raise_if_empty=False,
            )
            .select(pl.col("row").cast(pl.Int64), *wanted)
            .collect()
        )
    except pl.exceptions.PolarsError:  # too many values on a line
        return None
    # Missing values are null like empty ones. No line has too many values, so a complete total means that every line is complete.
    if frame[last].null_count():
        start = _offset(text, dialect.body)
        if text.count(separator, start) != frame.height * (width - 1):
            return None
    return frame.select("row", *_columns(columns))


def _offset(text: bytes, line: int) -> int:
    """Where that line (0-based) begins."""
    at = 0
    for _ in range(line):
        at = text.find(b"\n", at) + 1
    return at


def split_records(lines: pl.Series | Sequence[str], dialect: Dialect, columns: Sequence[int]) -> Records:
    """Every line after the headings: in a row, bad, or blank.

    Lines without a quote and well-formed quoted lines go through polars whole; only what is left is read one by one.
    """
    series = pl.Series(lines, dtype=pl.String).alias("start")
    frame = series.slice(dialect.body).to_frame().with_row_index("row", dialect.body + 1).with_columns(pl.col("row").cast(pl.Int64))
    filled = pl.col("start").str.strip_chars(" \t\u00a0" + dialect.separator) != ""
    quoted = pl.col("start").str.contains(dialect.quote, literal=True)
    if not dialect.quote or not frame.select(quoted.any()).item():
        written = frame.filter(filled)
        rows, bad = _plain(written, dialect, columns)
        return Records(rows, bad, blank=frame.height - written.height)
    clean = pl.col("start").str.contains(_well_formed(dialect))
    odd_ones = frame.filter(quoted & ~clean)["row"].to_list()
    careful, bad, consumed = _one_by_one(series.to_list() if odd_ones else [], dialect, columns, odd_ones)
    left = frame.filter(~pl.col("row").is_in(consumed)) if consumed else frame
    rest = left.filter(filled)
    unquoted, bad_unquoted = _plain(rest.filter(~quoted), dialect, columns)
    neat, bad_neat = _neat(rest.filter(quoted), dialect, columns)
    rows = pl.concat([unquoted, neat, careful]).sort("row")
    every_bad = sorted([*bad, *bad_unquoted, *bad_neat], key=lambda record: record.row)
    continued = len(consumed) - careful.height - sum(record.lines for record in bad)
    return Records(rows, every_bad, left.height - rest.height, continued)


def _columns(columns: Sequence[int]) -> list[str]:
    return [f"c{column}" for column in columns]


def _plain(frame: pl.DataFrame, dialect: Dialect, columns: Sequence[int]) -> tuple[pl.DataFrame, list[BadRecord]]:
    """No quotes: every separator separates. Values beyond the headings are forgiven when they are blank."""
    width = len(dialect.headings)
    frame = frame.with_columns((pl.col("start").str.count_matches(dialect.separator, literal=True) + 1).alias("value_count"))
    uneven = frame.filter(pl.col("value_count") != width)
    if not uneven.is_empty():
        beyond = pl.col("start").str.split(dialect.separator).list.slice(width).list.join("").str.strip_chars() != ""
        uneven = uneven.filter((pl.col("value_count") < width) | beyond)
        frame = frame.join(uneven, on="row", how="anti", maintain_order="left") if uneven.height else frame
    bad = [_bad(row, count, width) for row, count in uneven.select("row", "value_count").iter_rows()]
    # One that has more is cut off after what is asked for.
    values = pl.col("start").str.split_exact(dialect.separator, max(columns, default=0) + 1)
    wanted = [pl.col("values").struct.field(f"field_{column}").alias(f"c{column}") for column in columns]
    return frame.select("row", values.alias("values")).select("row", *wanted), bad


def _bad(row: int, count: int, width: int, lines: int = 1) -> BadRecord:
    return BadRecord(row, "too_few_values" if count < width else "too_many_values", count, lines)


def _well_formed(dialect: Dialect) -> str:
    """One whole record on one line: each value either has no quote at all or is quoted from end to end."""
    s, q = re.escape(dialect.separator), re.escape(dialect.quote)
    value = f"(?:{q}(?:[^{q}]|{q}{q})*{q}|[^{q}{s}]*)"
    return f"^{value}(?:{s}{value})*$"


def _neat(frame: pl.DataFrame, dialect: Dialect, columns: Sequence[int]) -> tuple[pl.DataFrame, list[BadRecord]]:
    width = len(dialect.headings)
    q = re.escape(dialect.quote)
    bare = pl.col("start").str.replace_all(f"{q}(?:[^{q}]|{q}{q})*{q}", "")
    frame = frame.with_columns((bare.str.count_matches(dialect.separator, literal=True) + 1).alias("value_count"))
    right = frame.filter(pl.col("value_count") == width)
    wrong, bad, _ = _one_by_one_of(frame.filter(pl.col("value_count") != width), dialect, columns)
    if right.is_empty():
        return wrong, bad
    parsed = pl.read_csv(
        io.BytesIO("\n".join(right["start"]).encode()),
        has_header=False,
        separator=dialect.separator,
        quote_char=dialect.quote,
        infer_schema=False,
        new_columns=_columns(range(width)),
        raise_if_empty=False,
    )
    return pl.concat([right.select("row").hstack(parsed.select(_columns(columns))), wrong]), bad


def _one_by_one_of(frame: pl.DataFrame, dialect: Dialect, columns: Sequence[int]) -> tuple[pl.DataFrame, list[BadRecord], list[int]]:
    lines = frame["start"].to_list()
    rows = dict(enumerate(frame["row"].to_list(), start=1))
    parsed, bad, consumed = _one_by_one(lines, dialect, columns, list(rows))
    renumbered = parsed.with_columns(pl.col("row").replace_strict(rows, return_dtype=pl.Int64))
    return renumbered, [replace(record, row=rows[record.row]) for record in bad], consumed


def _one_by_one(
    lines: Sequence[str], dialect: Dialect, columns: Sequence[int], rows: Sequence[int]
) -> tuple[pl.DataFrame, list[BadRecord], list[int]]:
    """Records that begin on these rows, with the lines they run over. Returns rows, bad records, and rows used up."""
    width = len(dialect.headings)
    good: list[tuple[object, ...]] = []
    bad: list[BadRecord] = []
    consumed: list[int] = []
    next_free = 0
    for row in rows:
        if row <= next_free:
            continue
        record = record_at(lines, row - 1, dialect.separator, dialect.quote, width, spaced=dialect.spaced)
        values, next_free = record.values, record.after
        consumed += range(row, next_free + 1)
        if values is None:
            bad.append(BadRecord(row, "quote_swallows" if record.swallows else "quote_not_closed", 0, next_free - row + 1))
        elif len(values) < width or "".join(values[width:]).strip():
            bad.append(_bad(row, len(values), width, next_free - row + 1))
        else:
            good.append((row, *(values[column] for column in columns)))
    schema = {"row": pl.Int64(), **dict.fromkeys(_columns(columns), pl.String())}
    return pl.DataFrame(good, schema=schema, orient="row"), bad, consumed
