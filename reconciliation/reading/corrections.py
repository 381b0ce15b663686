"""The owners' file of corrections: in column Y of source Z, value X means W. Applied before values become fields.

The source is not changed, nor are its rows' place and hash; a key is never corrected, since it identifies the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from connectors.field_mapping import FieldMapping
from connectors.headings import nearest, visible_text
from connectors.read import read_source
from connectors.read_result import SourceRead, Verdict
from connectors.source_config import CsvSource, ExcelSource, Sheet
from language import Message, message, stored
from reconciliation.model.municipality import Municipality
from reconciliation.reading.cell_corrections import CellCorrection

HEADINGS = ("Kilde", "Kolonne", "Verdi", "Betyr")
COMMENT, SHEET = "Kommentar", "Rettelser"


@dataclass(frozen=True, slots=True)
class Corrections:
    """meanings: (source, heading) -> value as written, trimmed -> what it means (None: nothing). cells: of single cells. faults: stored
    messages, one per line that cannot be used, with its place."""

    meanings: Mapping[tuple[str, str], Mapping[str, str | None]] = field(default_factory=dict)
    cells: Sequence[CellCorrection] = ()
    faults: tuple[str, ...] = ()


def read_corrections(municipality: Municipality, home: Path) -> Corrections:
    """The municipality's file of corrections (.csv or .xlsx with a sheet Rettelser), checked line by line. Never raises.

    Columns: Kilde (slug or title of the source), Kolonne, Verdi, Betyr, Kommentar. Lines that contradict each other are all left out.
    """
    path = municipality.corrections
    if path is None:
        return Corrections()
    shape = {
        "title": "Rettelser",
        "owner": next(iter(municipality.owners)),
        "path": path,
        "key": HEADINGS[:3],
        "fields": {name.casefold(): FieldMapping(column=name) for name in HEADINGS},
        "ignore": (COMMENT,),
        "minimum_rows": 0,
    }
    if path.suffix.casefold() in (".xlsx", ".xls"):
        read = read_source("rettelser", ExcelSource(kind="excel", sheets=(Sheet(name=SHEET),), **shape), home)
    else:
        read = read_source("rettelser", CsvSource(kind="csv", **shape), home)
    if read.verdict is Verdict.FAILED:
        return Corrections(faults=(read.melding or "",))
    return _checked(read, municipality)


def _checked(read: SourceRead, municipality: Municipality) -> Corrections:
    corrections: dict[tuple[str, str], dict[str, str | None]] = {}
    written = read.rows.select(pl.col(HEADINGS).str.strip_chars().fill_null("")).rows()
    meanings: dict[tuple[str, str, str], dict[str, Message]] = {}
    places = [message("corrections.place", file=file, row=row) for file, row in read.rows.select("file", "row").iter_rows()]
    faults = [str(melding) for melding in (read.unreadable["melding"] if read.unreadable is not None else [])]
    for (source, column, value, means), place in zip(written, places, strict=True):
        name, fault = _source_of(source, municipality)
        heading, unfit = _heading_of(column, name, municipality) if name else ("", ())
        if name and not value:
            fault = (message("corrections.no_value"),)
        if fault or unfit or name is None:
            faults.append(stored(message("corrections.at", place=place), *(fault or unfit)))
        else:
            meanings.setdefault((name, heading, value), {}).setdefault(means, place)
    for (name, heading, value), place_of in meanings.items():
        if len(place_of) == 1:
            corrections.setdefault((name, heading), {})[value] = next(iter(place_of)) or None
        else:
            each_meaning = [message("corrections.meaning", means=means, place=place) for means, place in place_of.items()]
            faults.append(stored(message("corrections.several", value=value, heading=heading, meanings=each_meaning)))
    return Corrections(corrections, faults=tuple(faults))


def _source_of(written: str, municipality: Municipality) -> tuple[str | None, tuple[Message, ...]]:
    names = {
        visible_text(name_or_title).casefold(): name
        for name, source in municipality.sources.items()
        for name_or_title in (name, source.title)
    }
    if name := names.get(visible_text(written).casefold()):
        return name, ()
    nearest_source = nearest(written, list(municipality.sources))
    known_sources = message("corrections.sources", sources=list(municipality.sources))
    return None, (message("corrections.no_source", source=written), *_hint(nearest_source), known_sources)


def _heading_of(written: str, name: str, municipality: Municipality) -> tuple[str, tuple[Message, ...]]:
    source = municipality.sources[name]
    by_name = {visible_text(heading).casefold(): heading for heading in source.mapped()}
    heading = by_name.get(visible_text(written).casefold())
    if heading in source.key:
        return "", (message("corrections.key", heading=written, source=source.title),)
    if heading is None:
        nearest_heading = nearest(written, list(source.mapped()))
        return "", (message("corrections.no_heading", heading=written, source=source.title), *_hint(nearest_heading))
    return heading, ()


def _hint(nearest_name: str | None) -> tuple[Message, ...]:
    return (message("corrections.near", near=nearest_name),) if nearest_name else ()


def unused_corrections(source: str, used: Mapping[tuple[str, str], int]) -> list[str]:
    """A message for each correction of that source whose value is not in it any more. used: as `corrected` returns it."""
    return [
        stored(message("corrections.idle", value=value, heading=heading, source=source)) for (heading, value), n in used.items() if not n
    ]
