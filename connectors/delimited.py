"""Delimited text, one file or several, with columns joined in from a second file of the same export."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

import polars as pl

from connectors.dialect import QUOTES, Dialect, detect
from connectors.encoding import as_utf8
from connectors.headings import positions
from connectors.line_account import LineAccount, physical_lines
from connectors.odd_lines import damaged_records, printed_around
from connectors.raw_rows import BadLine, Raw, together, written_in
from connectors.read_faults import LINE_FAULTS, SourceFault, say
from connectors.records import BadRecord, Records, lines_of, regular_records, split_records, with_one_line_end
from connectors.row_selection import PRINTED_LINES, Printed, kept_rows, note_of
from connectors.source_config import CsvSource, Join
from connectors.source_files import check_size, files_of, shown_path

_TEXT_FOR_EXCEL = r'^="([^"]*)"$'
_NAMES = {";": "';'", ",": "','", "\t": "tab", "|": "'|'"}
_LOOKED_AT = 50_000
"""Lines in which separator, quote and headings are looked for; the least number of them is _FEW."""
_FEW = 1_000


def read_delimited(source: CsvSource, home: Path) -> Raw:
    """Raises SourceFault when the source cannot be read."""
    mapped = source.mapped()
    joined = {heading for join in source.joins for heading in join.columns}
    on = tuple(dict.fromkeys(heading for join in source.joins for heading in join.on))
    own = tuple(dict.fromkeys((*(heading for heading in mapped if heading not in joined), *on)))
    raw = together([_read_file(file, home, source, own, source.ignore) for file in files_of(source, home)])
    for join in source.joins:
        raw = _join(raw, join, source, home)
    unwanted = [heading for heading in raw.rows.columns if heading in (*on, *joined) and heading not in mapped]
    return replace(raw, rows=raw.rows.drop(unwanted).drop([written_in(heading) for heading in unwanted], strict=False))


def _read_file(path: Path, home: Path, source: CsvSource, wanted: Sequence[str], ignored: Sequence[str]) -> Raw:
    name = shown_path(path, home)
    check_size(path, home, source.maximum_megabytes)
    text, encoding, is_damaged = as_utf8(path.read_bytes(), source.encoding, name)
    text = with_one_line_end(text)
    start = _first_lines(text, source)
    if not any(map(str.strip, start)) and not text.decode().strip():
        raise SourceFault("empty_file", path=name)
    dialect = detect(start, (*wanted, *ignored), source.separator, source.quote, source.header_row)
    at = positions(dialect.headings, wanted, ignored, name)
    key = [heading for heading in source.key if heading in at]
    no_rows = Printed(source.total_rows, source.footer)
    split = partial(_records, text, columns=sorted(at.values()), key=f"c{at[key[0]]}" if key else None, no_rows=no_rows)
    records, footers = split(dialect)
    short: tuple[str, ...] = ()
    if records.rows.is_empty() and {record.reason for record in records.bad} == {"too_few_values"}:
        # If every line is short, no line was broken in two: some systems leave out trailing empty values.
        width = records.bad[0].value_count
        left_out = dialect.headings[width:]
        if all(record.value_count == width for record in records.bad) and max(at.values()) < width:
            dialect = replace(dialect, headings=dialect.headings[:width])
            records, footers = split(dialect)
            short = (f"{name}: no line has a value for the last headings ({', '.join(left_out)})",)
    damaged = damaged_records(text, records, dialect) if is_damaged else []
    for_excel = b'"' in text and b'="' in text
    null_words = [word for word in source.null_values if _may_be_in(text, word, dialect.quote)]
    columns = [_value(f"c{column}", null_words, for_excel=for_excel).alias(heading) for heading, column in at.items()]
    whole = records.rows.filter(~pl.col("row").is_in([record.row for record in damaged])) if damaged else records.rows
    rows = whole.select(pl.lit(path.name).alias("file"), pl.lit(None, pl.String).alias("sheet"), "row", *columns)
    kept = kept_rows(rows, wanted, partial(_filled_cells, text, dialect), key, no_rows, name)
    bad = sorted([*records.bad, *damaged], key=lambda record: record.row)
    account = LineAccount(
        file=path.name,
        lines=physical_lines(text),
        before=dialect.header,
        headings=dialect.body - dialect.header,
        rows=kept.rows.height,
        blank=records.blank + kept.blank - _line_after_the_last(text),
        again=kept.again,
        totals=kept.totals,
        footers=kept.footers + len(footers),
        unreadable=sum(record.lines for record in bad),
        continued=records.continued - sum(record.lines - 1 for record in damaged),
    )
    printed = note_of(footers, PRINTED_LINES, name)
    layout = {"encoding": encoding, "separator": dialect.separator, "quote": dialect.quote}
    notes = (_note(name, encoding, dialect), *short, *kept.notes, *printed)
    return Raw(kept.rows, notes, [_bad_line(path.name, record, dialect) for record in bad], (account,), layout)


def _line_after_the_last(text: bytes) -> int:
    """1 for a text that ends with a line end: splitting it gives one blank line too many."""
    return int(text.endswith(b"\n"))


def _first_lines(text: bytes, source: CsvSource) -> list[str]:
    """Enough to detect the dialect. Where no line is quoted each line is a record, and few are enough."""
    few = _lines(text, _FEW)
    quoted = any(quote in line for line in few for quote in (*QUOTES, source.quote or QUOTES[0]))
    if source.header_row is None and not quoted and sum(map(bool, map(str.strip, few))) > _FEW / 2:
        return few
    return _lines(text, _LOOKED_AT + (source.header_row or 0))


def _lines(text: bytes, count: int) -> list[str]:
    return b"".join(islice(io.BytesIO(text), count)).decode().split("\n")[:count]


def _may_be_in(text: bytes, word: str, quote: str) -> bool:
    """Whether a value may be this word. A quote in it is written twice; looking for its first character first is ten times as fast."""
    coded = word.encode()
    return bool(quote and quote in word) or (coded[:1] in text and coded in text)


def _records(text: bytes, dialect: Dialect, *, columns: Sequence[int], key: str | None, no_rows: Printed) -> tuple[Records, list[int]]:
    """The file's records, and the numbers of the lines that a system printed around the list.

    key: the column that the first part of the key is in.
    """
    regular = regular_records(text, dialect, columns)
    if regular is not None:
        return Records(regular, blank=_line_after_the_last(text)), []
    lines = lines_of(text)
    records = split_records(lines, dialect, columns)
    if not records.bad:
        return records, []
    printed = printed_around(lines, records, dialect, key, no_rows.footer, no_rows.totals)
    return replace(records, bad=[record for record in records.bad if record.row not in printed]), sorted(printed)


def _filled_cells(text: bytes, dialect: Dialect, rows: pl.DataFrame) -> pl.Series:
    """Of each row's line the values that are not blank, mapped or not."""
    around = " \t\u00a0" + dialect.quote
    cells = lines_of(text).gather(rows["row"] - 1).str.split(dialect.separator)
    return (
        cells.to_frame("cells")
        .select(pl.col("cells").list.eval(pl.element().str.strip_chars(around)).list.eval(pl.element().filter(pl.element() != "")))
        .to_series()
    )


def _value(column: str, null_values: Sequence[str], *, for_excel: bool) -> pl.Expr:
    # Systems write ="0301" so that Excel keeps the leading zero; it is a text, not a formula.
    value = pl.col(column)
    if for_excel:
        value = pl.when(value.str.starts_with('="')).then(value.str.replace(_TEXT_FOR_EXCEL, "${1}")).otherwise(value)
    return pl.when(~value.is_in(["", *null_values]) if null_values else value != "").then(value)


def _note(name: str, encoding: str, dialect: Dialect) -> str:
    separator = _NAMES.get(dialect.separator, repr(dialect.separator))
    return f"{name}: {encoding}, separator {separator}, quote {dialect.quote or 'none'}, headings on line {dialect.header + 1}"


def _bad_line(file: str, record: BadRecord, dialect: Dialect) -> BadLine:
    words = LINE_FAULTS[record.reason]
    width = len(dialect.headings)
    filled_in = {
        "found": record.value_count,
        "expected": width,
        "separator": dialect.separator,
        "quote": dialect.quote,
        "heading": record.heading,
    }
    _, melding = say(words, **filled_in, last=record.row + record.lines - 1)
    return BadLine(file, record.row, record.reason, melding, lines=record.lines)


def _join(raw: Raw, join: Join, source: CsvSource, home: Path) -> Raw:
    """Left join: every row of the main file stays one row."""
    path = home / join.path
    theirs = tuple(join.on.values())
    blanks = [pl.lit(None, pl.String).alias(heading) for heading in join.columns]
    if join.optional and not path.exists():
        return replace(raw, rows=raw.rows.with_columns(blanks), notes=(*raw.notes, f"{join.path} is not there; its columns are blank"))
    reading = source.model_copy(update={"header_row": None})
    other = _read_file(path, home, reading, tuple(dict.fromkeys((*theirs, *join.columns))), join.ignore)
    keys = [f"on {number}" for number in range(len(theirs))]
    table = other.rows.select(
        "row",
        *(pl.col(heading).str.strip_chars().alias(key) for heading, key in zip(theirs, keys, strict=True)),
        *(pl.col(heading).alias(f"joined {heading}") for heading in join.columns),
    ).drop_nulls(keys)
    # A repeated row counts once; two different rows with one key are both left out.
    table = table.unique(subset=[column for column in table.columns if column != "row"], keep="first", maintain_order=True)
    twice = table.filter(pl.struct(keys).is_duplicated())
    if not twice.is_empty():
        last = twice.filter(pl.struct(keys) == twice.select(pl.struct(keys))[0, 0]).tail(1)
        key = " / ".join(str(value) for value in last.select(keys).row(0))
        raise SourceFault("join_duplicate", place=shown_path(path, home), row=last["row"][0], key=key)
    ours = [pl.col(heading).str.strip_chars().alias(key) for heading, key in zip(join.on, keys, strict=True)]
    rows = raw.rows.drop([heading for heading in join.columns if heading in raw.rows.columns]).with_columns(ours)
    rows = rows.join(table.rename({"row": "there"}), on=keys, how="left", maintain_order="left")
    unmatched = int(rows["there"].is_null().sum())
    notes = (*raw.notes, *other.notes, *([f"{join.path}: {unmatched} row(s) have no partner there"] if unmatched else []))
    rows = rows.with_columns(pl.col("there").alias(written_in(heading)) for heading in join.columns)
    rows = rows.drop(*keys, "there").rename({f"joined {heading}": heading for heading in join.columns})
    joined = {**raw.joined, **dict.fromkeys(join.columns, path.name)}
    lines = (*raw.lines, *other.lines)
    return replace(raw, rows=rows, notes=notes, bad_lines=[*raw.bad_lines, *other.bad_lines], lines=lines, joined=joined)
