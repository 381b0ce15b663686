"""The cell of each deviation: where its owner finds it, its content, and what is allowed there.

The cell is not always in the deviation's row: a column may be joined from another file of the export, a merged cell is in its first row,
and rows of a database have no visible numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from connectors.field_mapping import FieldMapping
from connectors.raw_rows import written_in
from connectors.read_result import SourceRead
from connectors.source_config import AnySource, ExcelSource, FileSource
from language import Message, message, messages_in, stored
from reconciliation.model.municipality import Municipality
from reconciliation.model.tables import DEVIATIONS
from reconciliation.reading.allowed_values import allowed_in_words
from reconciliation.reading.deviations import AT, mapping_of
from reconciliation.reading.rows_beside import with_rows_beside
from reconciliation.reading.standardise import BLANK

_ROW = ("file", "sheet", "row")
_QUOTES_ITS_CELL = ("K02", "P02", "B01", "M01", "V01", "V02", "V03")
"""Rules whose sentence quotes one cell as it is written. Sentences of warnings must not change, since confirmations refer to them."""
_MASKED = "I01W"
_LONGEST = 120
"""Characters of a cell that a sentence quotes."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """As the AT columns; heading: the source's own, None where no single column is meant. partner: a joined row was found."""

    file: str | None
    sheet: str | None
    row: int | None
    column: str | None
    text: str | None
    heading: str | None
    partner: bool = True


def with_cell_places(deviations: pl.DataFrame, reads: Mapping[str, SourceRead], municipality: Municipality) -> pl.DataFrame:
    """DEVIATIONS with AT filled, and with sentences that quote the cell, name its column as its owner knows it and say what is allowed.

    reads: tonight's, as the connectors gave them.
    """
    if deviations.is_empty():
        return deviations
    numbered = deviations.with_row_index("_at")
    parts = []
    for (name, column, field), part in numbered.group_by("source", "column", "field", maintain_order=True):
        source, read = municipality.sources[str(name)], reads[str(name)]
        mapping = mapping_of(source, field and str(field))
        parts.append(_with_cells(part, read, source, mapping, column and str(column)))
    return with_rows_beside(pl.concat(parts).sort("_at").select(list(DEVIATIONS)))


def _with_cells(part: pl.DataFrame, read: SourceRead, source: AnySource, mapping: FieldMapping | None, column: str | None) -> pl.DataFrame:
    headings = [heading for heading in (column or "").split(", ") if heading in read.rows.columns]
    beside = [written_in(heading) for heading in headings if written_in(heading) in read.rows.columns]
    located = part.join(read.rows.select(*_ROW, *headings, *beside), on=_ROW, how="left", nulls_equal=True, maintain_order="left")
    placed = [(row, _cell(row, headings, read, source, column)) for row in located.iter_rows(named=True)]
    cells = [replace(cell, text=row["value"] if row["rule"] == _MASKED else _readable(cell.text, mapping)) for row, cell in placed]
    made = {name: [getattr(cell, attribute) for cell in cells] for name, attribute in zip(AT, _ATTRIBUTES, strict=True)}
    sentences = [
        stored(
            *_message_parts(row, cell), *allowed_in_words(row["rule"], row["field"], mapping), *_origin(cell, row, read, source, mapping)
        )
        for (row, _), cell in zip(placed, cells, strict=True)
    ]
    columns = [pl.Series(name, values, dtype=DEVIATIONS[name]) for name, values in made.items()]
    return part.with_columns(*columns, message=pl.Series(sentences, dtype=pl.String))


_ATTRIBUTES = ("file", "sheet", "row", "column", "text")


def _cell(row: Mapping[str, Any], headings: Sequence[str], read: SourceRead, source: AnySource, column: str | None) -> _Cell:
    """Of several columns the first that is filled, as in standardising; when none is, all of them are named."""
    filled = [heading for heading in headings if (row[heading] or "").strip() not in BLANK]
    shown = filled[0] if filled else headings[0] if len(headings) == 1 else None
    named = source.screen_names.get(shown, shown) if shown else _on_screen(column, source)
    text = row[shown] if filled and shown else None
    if not isinstance(source, FileSource):
        return _Cell(source.title, None, None, named, text, shown)
    written = row.get(written_in(shown)) if shown else None
    if written is None:
        return _Cell(row["file"], row["sheet"], row["row"], named, text, shown, partner=shown not in read.joined)
    return _Cell(read.joined.get(shown or "", row["file"]), row["sheet"] if shown not in read.joined else None, written, named, text, shown)


def _on_screen(column: str | None, source: AnySource) -> str | None:
    return ", ".join(source.screen_names.get(heading, heading) for heading in column.split(", ")) if column else None


def _readable(text: str | None, mapping: FieldMapping | None) -> str | None:
    """The text of a cell that may be shown: of free text only the extracted part, since the rest may name people (law 10)."""
    if text is not None and mapping is not None and mapping.transform == "extract":
        match = re.search(mapping.pattern or "(.*)", text)
        return match.group(1) if match else None
    return text.strip() if text else None


def _message_parts(row: Mapping[str, Any], cell: _Cell) -> Iterator[Message]:
    """The deviation's sentences, quoting the cell and its column."""
    for part in messages_in(row["message"]):
        if isinstance(part, str):
            yield message("rules.as_stored", text=part)
        elif part.key == f"rule_texts.{row['rule']}.filled":
            values = dict(part.values)
            if cell.column is not None:
                values["column"] = cell.column
            if cell.text is not None and row["rule"] in _QUOTES_ITS_CELL:
                values["value"] = cell.text if len(cell.text) <= _LONGEST else cell.text[:_LONGEST] + " …"
            yield Message(part.key, values)
        else:
            yield part


def _origin(cell: _Cell, row: Mapping[str, Any], read: SourceRead, source: AnySource, mapping: FieldMapping | None) -> Iterator[Message]:
    """Where the value comes from, when that is not the row's own file."""
    sheets = source.sheets if isinstance(source, ExcelSource) else ()
    sheet = next((sheet for sheet in sheets if sheet.name == row["sheet"]), None)
    if (mapping is not None and mapping.constant is not None) or (sheet is not None and cell.heading in sheet.constants):
        yield message("rules.in_setup")
    elif not cell.partner and cell.heading:
        on = next(join.on for join in getattr(source, "joins", ()) if cell.heading in join.columns)
        yield message("rules.no_partner", column=cell.column, file=read.joined[cell.heading], on=list(on))
