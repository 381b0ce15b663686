"""What data owners correct in their own files because Kobo's value stands: where it is written, what is there, and what Kobo says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from reconciliation.likeness.place import PLACE_FIELDS
from reconciliation.model.municipality import Municipality
from reporting.night_report import NightResult
from reporting.privacy import with_shown_address


@dataclass(frozen=True, slots=True)
class SourceCorrection:
    """One cell of a source. row: 1-based; None where the source has no rows, or the row is an earlier night's. column: its heading.

    old: what the source says; new: what Kobo says. since: the night on which that was first seen, or on which somebody decided it.
    """

    owner: str
    leverandor_bolig_id: str
    address: str
    source: str
    file: str
    sheet: str | None
    row: int | None
    column: str | None
    field: str
    old: Any
    new: Any
    since: date


def source_corrections(result: NightResult) -> list[SourceCorrection]:
    """Every value that Kobo keeps and a source says otherwise, sorted by owner, file and row. Places of shielded dwellings stay out."""
    kept = result.items.filter(pl.col("details").str.contains('"kept":', literal=True).fill_null(value=False))
    if kept.is_empty():
        return []
    ids = kept.select("leverandor_bolig_id")
    ours = with_shown_address(result.dwellings.join(ids, on="leverandor_bolig_id", how="semi"))
    dwellings = {row["leverandor_bolig_id"]: row for row in ours.iter_rows(named=True)}
    keys = sorted({key for row in dwellings.values() for key in row["source_keys"]})
    named = result.standing_rows.with_columns(_key=pl.col("source") + ":" + pl.col("source_key")).filter(pl.col("_key").is_in(keys))
    rows = {row["_key"]: row for row in named.iter_rows(named=True)}
    found = [
        one
        for ours_id, details in kept.select("leverandor_bolig_id", "details").iter_rows()
        if ours_id in dwellings
        for told in json.loads(details)["kept"]
        for one in _of(told, dwellings[ours_id], rows, result.municipality)
    ]
    return sorted(found, key=lambda one: (one.owner, one.file, one.row or 0, one.field))


def _of(
    told: Mapping[str, Any], dwelling: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]], municipality: Municipality
) -> Iterator[SourceCorrection]:
    if told["field"] in PLACE_FIELDS and dwelling["hemmelig_adresse"]:
        return
    source = municipality.sources.get(told["source"])
    mapping = source.fields.get(told["field"]) if source else None
    for key in dwelling["source_keys"]:
        if key.partition(":")[0] != told["source"] or key not in rows:
            continue
        row = rows[key]
        yield SourceCorrection(
            owner=row["owner"],
            leverandor_bolig_id=dwelling["leverandor_bolig_id"],
            address=dwelling["adresse"],
            source=told["source"],
            file=Path(row["file"] or "").name,
            sheet=row["sheet"],
            row=None if row["carried"] else row["row"],
            column=mapping.column if mapping else None,
            field=told["field"],
            old=told["ours"],
            new=told["theirs"],
            since=date.fromisoformat(told["seen"]),
        )
