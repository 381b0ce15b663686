"""The first rows of a source as Kobo would get them, for somebody who has just mapped it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from connectors.read import read_source
from connectors.read_result import Verdict
from kobo_client.payload import to_body
from language import rendered, text
from reconciliation.merge import merge
from reconciliation.model.municipality import Municipality
from reconciliation.reading.carried_rows import standing_rows
from reconciliation.reading.official_addresses import official_addresses
from reconciliation.reading.standardise import standardise
from reconciliation.reading.validate import Validated, validate

SHOWN = 5


@dataclass(frozen=True, slots=True)
class FirstRow:
    """row: its number in the file. body: name in Kobo -> value; empty where the row would not be sent. why: what stops it."""

    row: int
    body: Mapping[str, Any]
    why: tuple[str, ...] = ()


def first_rows(municipality: Municipality, root: Path, name: str) -> list[FirstRow]:
    """Of one source; none when it cannot be read. A shielded home is counted and not shown (law 10)."""
    source = municipality.sources[name]
    read = read_source(name, source, root)
    if read.verdict is Verdict.FAILED:
        return []
    done = standardise(read, source, municipality, official_addresses(municipality, root).register)
    judged = validate(done.rows, done.deviations, municipality)
    alone = municipality.model_copy(update={"sources": {name: source}})
    none = pl.DataFrame(schema={"source": pl.String(), "source_key": pl.String(), "leverandor_bolig_id": pl.String()})
    carried = standing_rows(judged.accepted, judged.rejected, {name: Verdict.COMPLETE}, None)
    dwellings = {row["source_keys"][0]: row for row in merge(carried, none, None, alone).dwellings.iter_rows(named=True)}
    first = done.rows.sort("file", "sheet", "row", nulls_last=False).head(SHOWN)
    return [_shown(row, dwellings.get(f"{name}:{row['source_key']}"), judged) for row in first.iter_rows(named=True)]


def _shown(row: Mapping[str, Any], dwelling: Mapping[str, Any] | None, judged: Validated) -> FirstRow:
    if row["hemmelig_adresse"] or (dwelling and dwelling["hemmelig_adresse"]):
        return FirstRow(row["row"], {}, (text("page.secret"),))
    if dwelling is not None:
        return FirstRow(row["row"], dict(_flat(to_body(dwelling))))
    same_place = (pl.col(name).eq_missing(row[name]) for name in ("file", "sheet", "row"))
    broken = judged.deviations.filter(*same_place)
    outside = judged.out_of_scope.filter(pl.col("row") == row["row"]).height > 0
    why = (text("map_questions.outside"),) if outside else tuple(rendered(sentence) for sentence in broken["message"])
    return FirstRow(row["row"], {}, why)


def _flat(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in body.items():
        if isinstance(value, Mapping):
            yield from _flat(value)
        elif name != "leverandorBoligId":
            yield name, value
