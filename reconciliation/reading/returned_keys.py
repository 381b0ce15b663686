"""Keys that were in no row of the last complete read and are there again: what is known of the home that each named."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection

import polars as pl

from reconciliation.model.tables import CONTENT
from reconciliation.model.transform_names import GROUP_FIELDS
from reconciliation.reading.measured_apart import MEASURES

_WHERE = ("adressenavn", "nummer", "bokstav", *GROUP_FIELDS["matrikkel"])


def returned_rows(
    source: str,
    tonight: pl.DataFrame,
    before: pl.DataFrame,
    members: pl.DataFrame,
    bases: Callable[[], pl.DataFrame],
    called_same: Collection[str] = (),
) -> pl.DataFrame:
    """STANDING_ROWS of that source to compare tonight's rows with, one for each returned key of which anything is known: the row that
    another list had of its home last night; else, while its home has an entry in Kobo, the measures last agreed on. Where a person called
    the two rows the same home, the other list's address says nothing against the key.

    tonight: SOURCE_ROWS of the source. before: STANDING_ROWS of all sources. members: source, source_key, leverandor_bolig_id. bases:
    returns BASES. called_same: "source:key" of rows that somebody called the same home as another row.
    """
    own = members.filter((pl.col("source") == source) & pl.col("source_key").is_in(tonight["source_key"].implode()))
    back = own.join(before, on=["source", "source_key"], how="anti").select("source_key", "leverandor_bolig_id")
    if back.is_empty():
        return before.clear()
    others = before.filter(pl.col("source") != source).join(members, on=["source", "source_key"])
    listed = others.sort("source", "source_key").unique("leverandor_bolig_id", keep="first", maintain_order=True)
    called = pl.format("{}:{}", pl.lit(source), "source_key").is_in(list(called_same))
    rows = back.join(listed.drop("source_key"), on="leverandor_bolig_id").with_columns(
        pl.when(~called).then(name).alias(name) for name in _WHERE
    )
    left = back.join(rows, on="leverandor_bolig_id", how="anti")
    known = left.join(bases().select("leverandor_bolig_id", "agreed"), on="leverandor_bolig_id") if left.height else left.clear()
    agreed = [{"source_key": row["source_key"]} | _measures(row["agreed"]) for row in known.iter_rows(named=True)]
    frames = [
        rows.select(pl.exclude("leverandor_bolig_id")),
        pl.DataFrame(agreed, schema_overrides={name: CONTENT[name] for name in MEASURES}),
    ]
    returned = pl.concat(frames, how="diagonal_relaxed").with_columns(source=pl.lit(source), row_hash=pl.lit(None, pl.String))
    return returned.sort("source_key").select(
        pl.col(name).cast(kind) if name in returned.columns else pl.lit(None, kind).alias(name) for name, kind in before.schema.items()
    )


def _measures(agreed: str) -> dict[str, float | int]:
    values = json.loads(agreed)
    return {name: values[name] for name in MEASURES if isinstance(values.get(name), int | float)}
