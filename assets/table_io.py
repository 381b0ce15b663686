"""What passes between assets: how Dagster stores a table, and what its UI tells of one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import dagster as dg
import polars as pl
from upath import UPath

from assets.stored_table import FACTS_KEY, RUN_KEY, UNREADABLE, Table, last_table, read_table

SHORT = 20
"""Lines of a table in metadata at most; megabytes there make the UI stand still."""


KEPT_BYTES = 16_000_000
"""Of the tables stored in a run, how many bytes of frames stay at hand for its later steps: all of a small town's, none of a city's."""

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

    Works on any folder or URL that universal_pathlib knows (file, s3, abfs). Dagster makes one for each run: what a step stored is
    given to the run's next ones as it was stored, without reading it again, as long as it is small.

    A table knows the run that made it, and a step is given its own run's only: what another run read, saw or planned may no longer hold.
    """

    extension: str | None = ".parquet"

    def __init__(self, base_path: UPath | None = None, run_id: str = "") -> None:
        super().__init__(base_path=base_path)
        self._run_id = run_id
        self._kept: dict[str, Table] = {}
        self._left = KEPT_BYTES

    def dump_to_path(self, context: dg.OutputContext, obj: Table, path: UPath) -> None:
        path.parent.mkdir(0o700, parents=True, exist_ok=True)  # addresses lie there
        unfinished = path.with_name(path.name + ".unfinished")
        facts = json.dumps(dict(obj.facts), ensure_ascii=False)
        with unfinished.open("wb") as file:
            obj.frame.write_parquet(file, metadata={FACTS_KEY: facts, RUN_KEY: self._run_id})
        unfinished.rename(path)  # a killed write never leaves half a table under the real name
        self._keep(str(path), obj.frame, facts)

    def made(self, *keys: Sequence[str]) -> list[Table]:
        """The tables of those assets, made by this run. A step names them in `deps` and asks for them here: an input of Dagster's, which
        is no more than that, costs two events, and a night's inputs were a third of its events. Raises dagster.Failure in a sentence."""
        found = self._stored(keys)
        for key, table in zip(keys, found, strict=True):
            if table.made_by != self._run_id:
                raise dg.Failure(
                    f"The table {'/'.join(key)} was made by {_run(table.made_by)}, and a step goes on only from what its own run made: "
                    f"nothing was done. {whole_night(key[0])}",
                    allow_retries=False,
                )
        return found

    def made_together(self, *keys: Sequence[str]) -> list[Table]:
        """The tables of those assets, made by one run, whichever. Raises dagster.Failure in a sentence."""
        found = self._stored(keys)
        by = {table.made_by: "/".join(key) for key, table in zip(keys, found, strict=True)}
        if len(by) > 1 or "" in by:
            told = ", ".join(f"{key} by {_run(made_by)}" for made_by, key in by.items())
            raise dg.Failure(
                f"The tables are not of one night ({told}), so no report can be made of them. {whole_night(keys[0][0])}",
                allow_retries=False,
            )
        return found

    def _stored(self, keys: Sequence[Sequence[str]]) -> list[Table]:
        return [self.load_from_path(None, self._base_path.joinpath(*key[:-1], key[-1] + ".parquet")) for key in keys]

    def _keep(self, path: str, frame: pl.DataFrame, facts: str) -> None:
        replaced = self._kept.pop(path, None)
        self._left += int(replaced.frame.estimated_size()) if replaced else 0
        size = int(frame.estimated_size())
        if size <= self._left:
            self._left -= size
            self._kept[path] = Table(frame, json.loads(facts), self._run_id)

    def load_from_path(self, context: dg.InputContext | None, path: UPath) -> Table:
        """Raises dagster.Failure, which no layer tries again, for a table that a step left and that cannot be read any more."""
        if kept := self._kept.get(str(path)):
            return kept
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


def whole_night(slug: str) -> str:
    """What to do instead of a step alone."""
    return f"Launch the job {slug}_nightly: it runs the whole night."


def _run(run_id: str) -> str:
    return f"the run {run_id[:8]}" if run_id else "an earlier version of kobosync"


Tables = dg.ResourceParam[ParquetTables]


class TableStore(dg.ConfigurableIOManagerFactory):  # type: ignore[type-arg]
    """Where the tables of all municipalities lie."""

    base: str

    def create_io_manager(self, context: dg.InitResourceContext) -> ParquetTables:
        return ParquetTables(UPath(self.base), context.run.run_id if context.run else "")


class EarlierTables(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The same place, for a step that goes on from what the night before left."""

    base: str

    def last(self, *key: str) -> Table | None:
        """`last_table` of that place."""
        return last_table(self.base, *key)
