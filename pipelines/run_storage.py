"""Dagster's record of runs in its SQLite file, with the engine kept: its own makes one for every question, and each statement anew.

As pipelines/event_log.py does for the events. Named in dagster.yaml; PostgreSQL storage needs none of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.runs.schema import RunsTable
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, inspect

FOLDER = "history"
"""Below DAGSTER_HOME: where Dagster's own storage keeps them."""
BUSY_SECONDS = 120.0
"""How long a writer waits for another process; nights of several municipalities share the file."""


class RunStorage(SqliteRunStorage):
    """The same file, the same tables and the same rows; only how they are reached is ours."""

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> RunStorage:
        """base_dir: DAGSTER_HOME, as for the event log."""
        return cls.from_local(str(Path(config_value["base_dir"]) / FOLDER), inst_data)

    @cached_property
    def _engine(self) -> Engine:
        return create_engine(self._conn_string, connect_args={"timeout": BUSY_SECONDS})

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    def has_run_stats_index_cols(self) -> bool:
        return self._columns >= {"start_time", "end_time"} or super().has_run_stats_index_cols()

    def has_backfill_id_column(self) -> bool:
        return "backfill_id" in self._columns or super().has_backfill_id_column()

    @cached_property
    def _columns(self) -> frozenset[str]:
        """Those there are already: a file that an older Dagster made gets the others by `dagster instance migrate`."""
        with self.connect() as connection:
            return frozenset(column["name"] for column in inspect(connection).get_columns(RunsTable.name))

    def dispose(self) -> None:
        self._engine.dispose()
        super().dispose()
