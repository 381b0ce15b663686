"""What data owners correct in their own files: because Kobo's value is kept, or because somebody corrected a cell at the review desk.

Each is a place, what is written there, and what it should say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from connectors.source_config import AnySource, FileSource
from reconciliation.likeness.place import PLACE_FIELDS
from reconciliation.model import tables
from reconciliation.model.municipality import Municipality
from reconciliation.reading.deviations import mapping_of
from reporting.night_report import NightResult
from reporting.privacy import hidden_names, with_shown_address


@dataclass(frozen=True, slots=True)
class SourceCorrection:
    """One cell of a source. file: the joined one of a joined column; the title of a database. key: of the row within the source.

    row: 1-based; None where rows have no visible number, where the file is a joined one, or where the row is an earlier night's. column:
    its heading, or what the system's own screen calls it.

    leverandor_bolig_id, address: empty for a rejected row. old: what the source says; new: what it should say. since: the night on which
    that was first seen, or the day on which somebody decided it.
    """

    owner: str
    leverandor_bolig_id: str
    address: str
    source: str
    key: str
    file: str
    sheet: str | None
    row: int | None
    column: str | None
    field: str
    old: Any
    new: Any
    since: date


def source_corrections(result: NightResult) -> list[SourceCorrection]:
    """Sorted by owner, file and row. Places of shielded dwellings stay out."""
    corrections = [*_kept_by_kobo(result), *_of_cells(result)]
    return sorted(corrections, key=lambda correction: (correction.owner, correction.file, correction.row or 0, correction.field))


def _of_cells(result: NightResult) -> Iterator[SourceCorrection]:
    """Cells that were corrected at the review desk. Left out: rows that are not in their source tonight, and shielded ones."""
    if not result.cell_corrections:
        return
    wanted = {f"{correction.source}:{correction.key}" for correction in result.cell_corrections}
    hidden = hidden_names(result.dwellings, result.items, result.shielded_gone)
    places = [*tables.PLACE, "hemmelig_adresse"]
    of_tonight = result.standing_rows.filter(~pl.col("carried")).select(places)
    rows = pl.concat([result.rejected_rows.select(places), of_tonight]).with_columns(_key=pl.col("source") + ":" + pl.col("source_key"))
    at = {row["_key"]: row for row in rows.filter(pl.col("_key").is_in(sorted(wanted))).iter_rows(named=True)}
    for correction in result.cell_corrections:
        name = f"{correction.source}:{correction.key}"
        row, source = at.get(name), result.municipality.sources.get(correction.source)
        if row is None or source is None or name in hidden or row["hemmelig_adresse"]:
            continue
        fields = [field for field, mapping in source.fields.items() if correction.heading in (mapping.column, *mapping.columns)]
        yield SourceCorrection(
            owner=row["owner"],
            leverandor_bolig_id="",
            address="",
            source=correction.source,
            **_place(source, correction.heading, row),
            field=fields[0] if fields else "",
            old=correction.written,
            new=correction.means,
            since=correction.decided.date(),
        )


def _kept_by_kobo(result: NightResult) -> list[SourceCorrection]:
    """Every value that is kept in Kobo while a source has another."""
    keeping = result.items.filter(pl.col("details").str.contains('"kept":', literal=True).fill_null(value=False))
    if keeping.is_empty():
        return []
    ids = keeping.select("leverandor_bolig_id")
    ours = with_shown_address(result.dwellings.join(ids, on="leverandor_bolig_id", how="semi"))
    dwellings = {row["leverandor_bolig_id"]: row for row in ours.iter_rows(named=True)}
    keys = sorted({key for row in dwellings.values() for key in row["source_keys"]})
    named = result.standing_rows.with_columns(_key=pl.col("source") + ":" + pl.col("source_key")).filter(pl.col("_key").is_in(keys))
    rows = {row["_key"]: row for row in named.iter_rows(named=True)}
    return [
        correction
        for ours_id, details in keeping.select("leverandor_bolig_id", "details").iter_rows()
        if ours_id in dwellings
        for kept_value in json.loads(details)["kept"]
        for correction in _of(kept_value, dwellings[ours_id], rows, result.municipality)
    ]


def _of(
    kept: Mapping[str, Any], dwelling: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]], municipality: Municipality
) -> Iterator[SourceCorrection]:
    if kept["field"] in PLACE_FIELDS and dwelling["hemmelig_adresse"]:
        return
    source = municipality.sources[kept["source"]]
    mapping = mapping_of(source, kept["field"])
    heading = (mapping and (mapping.column or " / ".join(mapping.columns))) or None
    for key in dwelling["source_keys"]:
        if key.partition(":")[0] != kept["source"] or key not in rows:
            continue
        row = rows[key]
        yield SourceCorrection(
            owner=row["owner"],
            leverandor_bolig_id=dwelling["leverandor_bolig_id"],
            address=dwelling["adresse"],
            source=kept["source"],
            **_place(source, heading, row),
            field=kept["field"],
            old=kept["ours"],
            new=kept["theirs"],
            since=date.fromisoformat(kept["seen"]),
        )


def _place(source: AnySource, heading: str | None, row: Mapping[str, Any]) -> dict[str, Any]:
    """The place of that column's cell, as its owner finds it. row: PLACE, and `carried` of a standing row."""
    joined = {heading: join.path.name for join in getattr(source, "joins", ()) for heading in join.columns}
    named = source.screen_names.get(heading, heading) if heading else None
    if not isinstance(source, FileSource):
        return {"key": row["source_key"], "file": source.title, "sheet": None, "row": None, "column": named}
    if heading in joined:
        return {"key": row["source_key"], "file": joined[heading], "sheet": None, "row": None, "column": named}
    known = None if row.get("carried") else row["row"]
    return {"key": row["source_key"], "file": Path(row["file"] or "").name, "sheet": row["sheet"], "row": known, "column": named}
