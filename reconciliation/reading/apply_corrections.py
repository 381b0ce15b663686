"""Owners' corrections applied to what was read; a deviation on a corrected value names the value in the source too."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from connectors.read_result import SourceRead
from connectors.source_config import AnySource
from language import Message, and_then, message, stored
from reconciliation.model import tables
from reconciliation.reading.cell_corrections import CellCorrection
from reconciliation.reading.corrections import Corrections
from reconciliation.reading.standardise import source_key

CORRECTED_ROWS: dict[str, pl.DataType] = {**tables.SOURCE_ROWS, "corrected": pl.String()}
"""SOURCE_ROWS between standardising and validating. corrected: JSON list of [heading, as written, as meant]; null for most rows."""
_PLACE = ("source", "file", "sheet", "row")
_CELLS: dict[str, pl.DataType] = {**{name: tables.PLACE[name] for name in _PLACE}, "corrected": pl.String()}


@dataclass(frozen=True, slots=True)
class Corrected:
    """read: with corrected values. used: (heading, value as written) -> number of rows, also 0.

    cells: source, file, sheet, row, corrected; one row per corrected source row. over: corrections of single cells whose source has another
    value by now, or whose column is not read.
    """

    read: SourceRead
    used: Mapping[tuple[str, str], int]
    cells: pl.DataFrame
    over: Sequence[CellCorrection] = ()


def corrected(read: SourceRead, corrections: Corrections, source: AnySource) -> Corrected:
    """The read with the owner's corrections applied. Place, hash and key stay those of the source."""
    used: dict[tuple[str, str], int] = {}
    rows = read.rows
    changed = [tables.empty(_CELLS)]
    for (name, heading), meanings in corrections.meanings.items():
        if name != read.source or heading not in rows.columns:
            continue
        text = pl.col(heading).str.strip_chars()
        hit = text.is_in(list(meanings))
        hits = rows.filter(hit).select(*_PLACE, written=text, meant=text.replace(meanings))
        counts = dict(hits["written"].value_counts().iter_rows())
        used |= {(heading, value): int(counts.get(value, 0)) for value in meanings}
        cells = [json.dumps([heading, *pair], ensure_ascii=False) for pair in hits.select("written", "meant").iter_rows()]
        changed.append(hits.select(*_PLACE, corrected=pl.Series(cells, dtype=pl.String)).cast(_CELLS))  # type: ignore[arg-type]
        rows = rows.with_columns(pl.when(hit).then(text.replace(meanings)).otherwise(heading).alias(heading))
    mine = [cell for cell in corrections.cells if cell.source == read.source]
    rows, single, over = _single_cells(read.rows, rows, mine, source)
    changed.append(single)
    cells_of_rows = pl.concat(changed).group_by(_PLACE, maintain_order=True).agg(pl.col("corrected").str.join(","))
    return Corrected(replace(read, rows=rows), used, cells_of_rows.with_columns(corrected="[" + pl.col("corrected") + "]"), over)


def _single_cells(
    written: pl.DataFrame, rows: pl.DataFrame, cells: Sequence[CellCorrection], source: AnySource
) -> tuple[pl.DataFrame, pl.DataFrame, list[CellCorrection]]:
    """rows with the single cells corrected, those cells as _CELLS, and the corrections that are over. written: the rows as they were read.

    A key that is in no row, or in several, leaves its corrections alone: they are neither used nor over.
    """
    changed: list[pl.DataFrame] = [tables.empty(_CELLS)]
    over: list[CellCorrection] = []
    if not cells:
        return rows, changed[0], over
    keys = written.select(key=source_key(source)).with_row_index("_at")
    places = keys.filter(pl.col("key").is_in([cell.key for cell in cells])).group_by("key").agg("_at")
    at = {key: places_of_key[0] for key, places_of_key in places.iter_rows() if len(places_of_key) == 1}
    for cell in cells:
        if cell.key not in at:
            continue
        value_now = written[cell.heading][at[cell.key]] if cell.heading in written.columns else None
        if cell.heading in source.key or cell.heading not in written.columns or (value_now or "").strip() != cell.written:
            over.append(cell)
            continue
        hit = pl.int_range(pl.len()) == at[cell.key]
        rows = rows.with_columns(pl.when(hit).then(pl.lit(cell.means, pl.String())).otherwise(cell.heading).alias(cell.heading))
        as_json = json.dumps([cell.heading, cell.written, cell.means], ensure_ascii=False)
        changed.append(written.filter(hit).select(*_PLACE, corrected=pl.lit(as_json)).cast(_CELLS))  # type: ignore[arg-type]
    return rows, pl.concat(changed), over


def with_corrected(rows: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """rows: SOURCE_ROWS. CORRECTED_ROWS, in the same order."""
    if cells.is_empty():  # most municipalities correct nothing
        return rows.with_columns(corrected=pl.lit(None, pl.String())).select(list(CORRECTED_ROWS))
    return rows.join(cells, on=_PLACE, how="left", nulls_equal=True, maintain_order="left").select(list(CORRECTED_ROWS))


def with_source_values(deviations: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """DEVIATIONS in which a corrected value is shown as it is in the source, together with the correction.

    rows: CORRECTED_ROWS. Deviations of a whole row, or of a column without correction, are unchanged."""
    marked = rows.filter(pl.col("corrected").is_not_null()).select(*_PLACE, "corrected")
    if marked.is_empty() or deviations.is_empty():
        return deviations
    joined = deviations.join(marked, on=_PLACE, how="left", nulls_equal=True, maintain_order="left")
    values, messages = [], []
    for column, value, sentence, cells in joined.select("column", "value", "message", "corrected").iter_rows():
        value_in_source, more = _in_source(column, value, json.loads(cells) if cells else [])
        values.append(value_in_source)
        messages.append(and_then(sentence, *map(stored, more)) if more else sentence)
    return deviations.with_columns(value=pl.Series(values, dtype=pl.String), message=pl.Series(messages, dtype=pl.String))


def _in_source(column: str | None, value: str | None, cells: list[tuple[str, str, str | None]]) -> tuple[str | None, list[Message]]:
    """The value as the source has it, and what the owner's corrections made of it."""
    headings = (column or "").split(", ")
    more = []
    for heading, written, means in cells:
        if heading in headings or heading == column:
            more.append(message("rules.corrected" if means else "rules.corrected_to_nothing", written=written, meant=means))
            value = written if value == means else value
    return value, more
