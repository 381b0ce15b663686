"""Reading one source of any kind: a verdict, and rows with their place and without national identity numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import polars_hash as plh

from connectors.database import read_database
from connectors.date_order import date_notes, date_orders_of
from connectors.decimals import decimal_notes, decimals_of
from connectors.delimited import read_delimited
from connectors.encoding import DAMAGED
from connectors.line_account import LineAccount, account_totals
from connectors.own_faults import log_own_fault
from connectors.personal_numbers import mask_rows
from connectors.raw_rows import BadLine, Raw, empty_rows, written_in
from connectors.read_faults import FAULTS, LINE_FAULTS, SUSPICIOUS, SourceFault, say
from connectors.read_result import PLACE_COLUMNS, UNREADABLE_COLUMNS, SourceRead, Verdict
from connectors.rest_service import read_service
from connectors.source_config import AnySource
from connectors.time_limit import OutOfTimeError, within
from connectors.workbook import read_workbook
from language import and_then

_READERS: dict[str, Callable[[Any, Path], Raw]] = {
    "csv": read_delimited,
    "excel": read_workbook,
    "sql": read_database,
    "rest": read_service,
}
_DAMAGED = f"[{DAMAGED}\ufffd]"


def read_source(name: str, source: AnySource, home: Path, last_complete_rows: int | None = None) -> SourceRead:
    """Read one source. Bad input never raises: the verdict is FAILED, with words.

    home: the folder that relative paths are relative to.
    last_complete_rows: rows of the last read that was complete; a read that has shrunk from it is suspicious.
    """
    try:
        raw = within(source.maximum_seconds, partial(_READERS[source.kind], source, home))
        return _judged(name, source, raw, last_complete_rows)
    except OutOfTimeError:
        place = getattr(source, "path", source.title)
        return _failed(name, source, SourceFault("too_slow", place=place, seconds=f"{source.maximum_seconds:g}"))
    except SourceFault as fault:
        return _failed(name, source, fault)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # law 11: a panic in a compiled reader is no Exception. The text may quote a row
        log_own_fault(f"reading the source {name}", error)
        place = getattr(source, "path", source.title)
        return _failed(name, source, SourceFault("unexpected", place=place, detail=type(error).__name__))


def _failed(name: str, source: AnySource, fault: SourceFault) -> SourceRead:
    message, melding = say(FAULTS[fault.code], **fault.values)
    rows = _placed(name, empty_rows(source.mapped()), source.mapped())
    return SourceRead(name, Verdict.FAILED, rows, message, melding)


def _judged(name: str, source: AnySource, raw: Raw, last_complete_rows: int | None) -> SourceRead:
    mapped = source.mapped()
    raw = _with_damaged_keys_apart(raw, source)
    numbers = {
        heading
        for field in source.fields.values()
        if field.transform in ("integer", "number")
        for heading in (field.column, *field.columns)
        if heading
    }
    shown, masked = mask_rows(raw.rows, mapped, source.key, numbers)
    rows = _placed(name, shown, mapped)
    notes = (*raw.notes, *decimal_notes(decimals_of(raw.rows, source)), *date_notes(date_orders_of(raw.rows, source)))
    verdict, message, melding = _verdict(source, raw, last_complete_rows)
    unreadable, totals = _unreadable(name, raw), account_totals(raw.lines)
    return SourceRead(name, verdict, rows, message, melding, masked, notes, unreadable, totals, raw.layout, raw.joined)


def _with_damaged_keys_apart(raw: Raw, source: AnySource) -> Raw:
    """Rows whose key has a damaged character become unreadable lines."""
    damaged = pl.any_horizontal(pl.col(heading).str.contains(_DAMAGED) for heading in source.key).fill_null(value=False)
    broken = raw.rows.filter(damaged)
    if broken.is_empty():
        return raw
    _, melding = say(LINE_FAULTS["damaged_key"], heading=", ".join(source.key))
    bad = [BadLine(file, row, "damaged_key", melding, sheet) for file, sheet, row in broken.select("file", "sheet", "row").iter_rows()]
    accounts = tuple(_moved(account, sum(line.file == account.file for line in bad)) for account in raw.lines)
    return replace(raw, rows=raw.rows.filter(~damaged), bad_lines=[*raw.bad_lines, *bad], lines=accounts)


def _moved(account: LineAccount, number: int) -> LineAccount:
    return replace(account, rows=account.rows - number, unreadable=account.unreadable + number)


def _verdict(source: AnySource, raw: Raw, last: int | None) -> tuple[Verdict, str | None, str | None]:
    """Suspicious when there are too few rows, too many are gone, or some lines could not be read (law 2)."""
    height = raw.rows.height
    words: list[tuple[str, str]] = []
    if height < source.minimum_rows:
        words.append(say(SUSPICIOUS["few_rows"], rows=height, least=source.minimum_rows))
    if last and (last - height) / last > source.maximum_shrink:
        percent, limit = round(100 * (last - height) / last), round(100 * source.maximum_shrink)
        words.append(say(SUSPICIOUS["shrunk"], rows=height, last=last, percent=percent, limit=limit))
    words += [say(SUSPICIOUS["thin_column"], **thin) for thin in _thin_columns(source, raw)]
    if raw.bad_lines:
        first = raw.bad_lines[0]
        lines = sum(line.lines for line in raw.bad_lines)
        words.append(say(SUSPICIOUS["unreadable_lines"], lines=lines, place=first.file, row=first.row))
    words += [
        say(SUSPICIOUS["lines_unaccounted"], missing=abs(account.missing), lines=account.lines, place=account.file)
        for account in raw.lines
        if account.missing
    ]
    if not words:
        return Verdict.COMPLETE, None, None
    return Verdict.SUSPICIOUS, " ".join(message for message, _ in words), and_then(*(melding for _, melding in words))


def _thin_columns(source: AnySource, raw: Raw) -> Iterator[dict[str, object]]:
    """Fields that are filled in fewer rows than `fill_rate` demands, as when an export lost a column's values but not its heading."""
    for field, least in source.fill_rate.items() if raw.rows.height else ():
        mapping = source.fields[field]
        headings = mapping.columns or ((mapping.column,) if mapping.column else ())
        if not headings:
            continue
        filled = raw.rows.select(
            pl.any_horizontal(pl.col(heading).str.strip_chars().fill_null("") != "" for heading in headings).mean()
        ).item()
        if filled < least:
            yield {"field": field, "heading": ", ".join(headings), "percent": round(100 * filled), "least": round(100 * least)}


def _placed(name: str, rows: pl.DataFrame, mapped: tuple[str, ...]) -> pl.DataFrame:
    places = [written_in(heading) for heading in mapped if written_in(heading) in rows.columns]
    return rows.with_columns(pl.lit(name, dtype=pl.String).alias("source"), _row_hash(mapped)).select(*PLACE_COLUMNS, *mapped, *places)


def _row_hash(mapped: tuple[str, ...]) -> pl.Expr:
    """Of the mapped values alone: no file name, no row number, no order of columns, blank is nothing (docs/decisions/0010).

    Each value is hashed with its length, so that no two rows of different values are the same bytes.
    """
    values = plh.hash_rows([pl.col(heading).fill_null("") for heading in sorted(mapped)], version=1)
    return values.nchash.xxh3_128(return_binary=True, byte_order="big").bin.encode("hex").alias("row_hash")


def _unreadable(name: str, raw: Raw) -> pl.DataFrame | None:
    if not raw.bad_lines:
        return None
    schema = {heading: pl.Int64() if heading == "row" else pl.String() for heading in UNREADABLE_COLUMNS}
    return pl.DataFrame([{"source": name, **asdict(line)} for line in raw.bad_lines]).select(
        pl.col(heading).cast(kind) for heading, kind in schema.items()
    )
