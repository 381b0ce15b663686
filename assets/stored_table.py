"""A stored table: a frame and a few facts about it in one Parquet file. Does not depend on Dagster."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from upath import UPath

from reconciliation.model.municipality import Municipality

FACTS_KEY = "kobosync"
RUN_KEY = "kobosync_run"


@dataclass(frozen=True, slots=True)
class Table:
    """frame: one of the tables of `reconciliation.model.tables`. facts: small JSON values (verdicts, digests, counts).

    made_by: id of the run that stored it; empty before that."""

    frame: pl.DataFrame
    facts: Mapping[str, Any] = field(default_factory=dict)
    made_by: str = ""


UNREADABLE = (OSError, pl.exceptions.PolarsError, ValueError)


def read_table(path: UPath) -> Table:
    """The table in that file. Raises one of UNREADABLE."""
    with path.open("rb") as file:
        frame = pl.read_parquet(file)
    with path.open("rb") as file:
        written = pl.read_parquet_metadata(file)
    return Table(frame, json.loads(written.get(FACTS_KEY, "{}")), written.get(RUN_KEY, ""))


def read_lean_table(path: UPath) -> Table:
    """The same table in two thirds of the memory: a column that is null in every row, as half of them are, takes no room.

    Raises one of UNREADABLE.
    """
    with path.open("rb") as file:
        schema = dict(pl.read_parquet_schema(file))
    empty = []
    for name in schema:  # one after the other, so that they are never in memory together
        with path.open("rb") as file:
            column = pl.read_parquet(file, columns=[name]).to_series()
        if column.null_count() == len(column):
            empty.append(name)
    if len(empty) == len(schema):  # no rows, or none with a value
        return read_table(path)
    with path.open("rb") as file:
        frame = pl.read_parquet(file, columns=[name for name in schema if name not in empty])
    with path.open("rb") as file:
        written = pl.read_parquet_metadata(file)
    frame = frame.with_columns(pl.lit(None, schema[name]).alias(name) for name in empty).select(list(schema))
    return Table(frame, json.loads(written.get(FACTS_KEY, "{}")), written.get(RUN_KEY, ""))


def stored_by(path: UPath) -> str:
    """Id of the run that stored the table in that file. Raises one of UNREADABLE."""
    with path.open("rb") as file:
        return pl.read_parquet_metadata(file).get(RUN_KEY, "")


def last_table(base: str, *key: str) -> Table | None:
    """The table stored under that key on an earlier night; None when there is none or it cannot be read."""
    path = UPath(base).joinpath(*key[:-1], key[-1] + ".parquet")
    if not path.exists():
        return None
    try:
        return read_table(path)
    except UNREADABLE:
        return None


def table_base(municipality: Municipality, root: Path) -> str:
    """The municipality's storage as a folder or URL."""
    return municipality.storage if "://" in municipality.storage else str(root / municipality.storage)
