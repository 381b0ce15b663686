"""How Dagster stores and loads the tables between assets, and their metadata in its UI."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
from upath import UPath

from assets.stored_table import FACTS_KEY, RUN_KEY, UNREADABLE, Table, last_table, read_table
from assets.table_types import TABLE_TYPE
from reconciliation.model.municipality import Municipality

MOST_LINES = 20
"""Of a table in metadata; megabytes there make the UI hang."""

OF_ANY_RUN = "kobosync/of_any_run"
"""In the metadata of an input: it may be an earlier run's table."""


def inputs(municipality: Municipality, *names: str, of_any_run: bool = False) -> dict[str, dg.AssetIn]:
    """`ins` of an asset that is made from those tables of the municipality, each an argument of the same name.

    of_any_run: an earlier run's tables will do.
    """
    metadata = {OF_ANY_RUN: of_any_run}
    return {name: dg.AssetIn(key=[municipality.slug, name], dagster_type=TABLE_TYPE, metadata=metadata) for name in names}


def check_made_together(tables: Mapping[str, Table], slug: str) -> None:
    """Raises dagster.Failure in a sentence when the tables were not all made by one run."""
    runs = {table.made_by: name for name, table in tables.items()}
    if len(runs) > 1 or "" in runs:
        made = ", ".join(f"{name} by {_run(run_id)}" for run_id, name in runs.items())
        raise dg.Failure(
            f"The tables are not of one night ({made}), so no report can be made of them. {whole_night(slug)}", allow_retries=False
        )


def counts(frame: pl.DataFrame, *by: str) -> dg.MarkdownMetadataValue:
    """A short table for the UI: how many rows of each kind. Counts only, so that nothing of a home or a person is in it."""
    counted = frame.group_by(*by).len("rows").sort(*by, nulls_last=True).head(MOST_LINES)
    lines = [f"| {' | '.join(counted.columns)} |", "|" + "---|" * len(counted.columns)]
    lines += [f"| {' | '.join('-' if value is None else str(value) for value in row)} |" for row in counted.iter_rows()]
    return dg.MetadataValue.md("\n".join(lines))


def table_metadata(frame: pl.DataFrame, *by: str) -> dict[str, Any]:
    """Metadata of an asset: its number of rows, and how many of each combination of the columns `by`."""
    return {"rows": frame.height, f"by {' and '.join(by)}": counts(frame, *by)}


class ParquetTables(dg.UPathIOManager):
    """Stores each asset's table as `<base>/<asset key>.parquet`, with the facts in the file's own metadata.

    Works on any folder or URL that universal_pathlib supports (file, s3, abfs). A step loads only tables of its own run, since those of
    another may be out of date; only the reports may be made from an earlier run's tables.
    """

    extension: str | None = ".parquet"

    def __init__(self, base_path: UPath | None = None, run_id: str = "") -> None:
        super().__init__(base_path=base_path)
        self._run_id = run_id

    def make_directory(self, path: UPath) -> None:
        """Readable by this account only; on a disk also the missing folders above it."""
        missing = [folder for folder in (path, *path.parents) if not folder.exists()] if isinstance(path, Path) else [path]
        for folder in reversed(missing):
            folder.mkdir(0o700, parents=True, exist_ok=True)

    def dump_to_path(self, context: dg.OutputContext, obj: Table, path: UPath) -> None:
        """Write the table whole: a killed write leaves no partial table under its name."""
        unfinished = path.with_name(path.name + ".unfinished")
        with _private(unfinished).open("wb") as file:
            facts = json.dumps(dict(obj.facts), ensure_ascii=False)
            obj.frame.write_parquet(file, metadata={FACTS_KEY: facts, RUN_KEY: self._run_id})
        unfinished.rename(path)

    def load_from_path(self, context: dg.InputContext, path: UPath) -> Table:
        """The table of that input, as `read`. Raises dagster.Failure too when another run made it and the input does not allow that."""
        table = self.read(path)
        if table.made_by != self._run_id and not context.definition_metadata.get(OF_ANY_RUN):
            key = context.asset_key
            raise dg.Failure(
                f"The table {'/'.join(key.path)} was made by {_run(table.made_by)}, and a step goes on only from what its own run made: "
                f"nothing was done. {whole_night(key.path[0])}",
                allow_retries=False,
            )
        return table

    def read(self, path: UPath) -> Table:
        """Raises dagster.Failure, which is not retried, for a stored table that cannot be read."""
        try:
            return read_table(path)
        except FileNotFoundError:
            raise dg.Failure(
                f"The table {path.name} is not there ({path}). Run the whole night: it makes it.", allow_retries=False
            ) from None
        except UNREADABLE:
            raise dg.Failure(
                f"The table {path.name} is damaged ({path}). This step changed nothing; run the whole night again: it makes it anew.",
                allow_retries=False,
            ) from None


def _private(path: UPath) -> UPath:
    """The path; on a disk it is created empty first, readable by this account only, since secret addresses will be in it."""
    if isinstance(path, Path):
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
    return path


def whole_night(slug: str) -> str:
    """The advice to run a whole night instead of a single step."""
    return f"Launch the job {slug}_nightly: it runs the whole night."


def _run(run_id: str) -> str:
    return f"the run {run_id[:8]}" if run_id else "an earlier version of kobosync"


class TableStore(dg.ConfigurableIOManagerFactory):  # type: ignore[type-arg]
    """Where the tables of all municipalities are stored."""

    base: str

    def create_io_manager(self, context: dg.InitResourceContext) -> ParquetTables:
        """Called by Dagster; the tables it writes carry the id of the run."""
        return ParquetTables(UPath(self.base), context.run.run_id if context.run else "")


class EarlierTables(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Access to the tables of the last night, for steps that need them."""

    base: str

    def last(self, *key: str) -> Table | None:
        """`last_table` of that place."""
        return last_table(self.base, *key)
