"""What passes between assets: how Dagster stores a table, and what its UI tells of one."""

from __future__ import annotations

import json
from typing import Any

import dagster as dg
import polars as pl
from upath import UPath

from assets.stored import FACTS_KEY, UNREADABLE, Table, last_table, read_table

SHORT = 20
"""Lines of a table in metadata at most; megabytes there make the UI stand still."""


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


class TableStore(dg.ConfigurableIOManagerFactory):  # type: ignore[type-arg]
    """Where the tables of all municipalities lie."""

    base: str

    def create_io_manager(self, context: dg.InitResourceContext) -> ParquetTables:
        return ParquetTables(base_path=UPath(self.base))


class EarlierTables(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The same place, for a step that goes on from what the night before left."""

    base: str

    def last(self, *key: str) -> Table | None:
        """`last_table` of that place."""
        return last_table(self.base, *key)
