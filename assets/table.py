"""What passes between assets: a frame and a few facts about it, stored as one Parquet file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import polars as pl
from upath import UPath

FACTS_KEY = "kobosync"
SHORT = 20
"""Lines of a table in metadata at most; megabytes there make the UI stand still."""


@dataclass(frozen=True, slots=True)
class Table:
    """frame: one of the tables of `reconciliation.tables`. facts: small JSON values (verdicts, digests, counts)."""

    frame: pl.DataFrame
    facts: Mapping[str, Any] = field(default_factory=dict)


TABLE_TYPE = dg.PythonObjectDagsterType(Table, name="Table")


def counts(frame: pl.DataFrame, *by: str) -> dg.MarkdownMetadataValue:
    """A short table for the UI: how many rows of each kind. Counts only, so that nothing of a home or a person is in it."""
    told = frame.group_by(*by).len("rows").sort(*by, nulls_last=True).head(SHORT)
    lines = [f"| {' | '.join(told.columns)} |", "|" + "---|" * len(told.columns)]
    lines += [f"| {' | '.join('-' if value is None else str(value) for value in row)} |" for row in told.iter_rows()]
    return dg.MetadataValue.md("\n".join(lines))


def told(frame: pl.DataFrame, *by: str) -> dict[str, Any]:
    """Metadata of an asset: its rows, and how many of each kind."""
    return {"rows": frame.height, f"by {' and '.join(by)}": counts(frame, *by)}


class ParquetTables(dg.UPathIOManager):
    """Stores each asset's table as `<base>/<asset key>.parquet`; the facts ride in the file's own metadata.

    Works on any folder or URL that universal_pathlib knows (file, s3, abfs).
    """

    extension: str | None = ".parquet"

    def dump_to_path(self, context: dg.OutputContext, obj: Table, path: UPath) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(path.name + ".unfinished")
        with unfinished.open("wb") as file:
            obj.frame.write_parquet(file, metadata={FACTS_KEY: json.dumps(dict(obj.facts), ensure_ascii=False)})
        unfinished.rename(path)  # a killed write never leaves half a table under the real name

    def load_from_path(self, context: dg.InputContext | None, path: UPath) -> Table:
        """Raises dagster.Failure, which no layer tries again, for a table that a step left and that cannot be read any more."""
        try:
            return read_table(path)
        except FileNotFoundError as error:
            raise dg.Failure(
                f"The table {path.name} is not there ({path}). Run the whole night: it makes it.", allow_retries=False
            ) from error
        except UNREADABLE as error:
            raise dg.Failure(
                f"The table {path.name} is damaged ({path}). This step changed nothing; run the whole night again: it makes it anew.",
                allow_retries=False,
            ) from error


UNREADABLE = (OSError, pl.exceptions.PolarsError, ValueError)


def read_table(path: UPath) -> Table:
    """The table in that file. Raises one of UNREADABLE."""
    with path.open("rb") as file:
        frame = pl.read_parquet(file)
    with path.open("rb") as file:
        facts = json.loads(pl.read_parquet_metadata(file).get(FACTS_KEY, "{}"))
    return Table(frame, facts)


class TableStore(dg.ConfigurableIOManagerFactory):  # type: ignore[type-arg]
    """Where the tables of all municipalities lie."""

    base: str

    def create_io_manager(self, context: dg.InitResourceContext) -> ParquetTables:
        return ParquetTables(base_path=UPath(self.base))


class EarlierTables(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The same place, for a step that goes on from what the night before left."""

    base: str

    def last(self, *key: str) -> Table | None:
        """The table that key held before tonight, or None. Unreadable counts as none: the night goes on without it."""
        path = UPath(self.base).joinpath(*key[:-1], key[-1] + ".parquet")
        if not path.exists():
            return None
        try:
            return read_table(path)
        except UNREADABLE:
            return None
