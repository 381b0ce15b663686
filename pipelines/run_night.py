"""Run a municipality's job in this process: the command line, the demo and the schedule share this code path."""

from __future__ import annotations

import os
import uuid
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.night_resource import AFTER_ITS_LAST_STEP, BEFORE_ITS_FIRST_STEP, is_interruption
from assets.stored_table import Table, table_base
from assets.table_io import EarlierTables
from pipelines.definitions import nights_and_reports
from pipelines.home import prepare_dagster_home
from pipelines.jobs import AS_OF_TAG, COMMAND_LINE, STARTED_BY_TAG, night_name, report_name
from pipelines.schedule_times import schedule_fault
from reconciliation.ledger import INTERRUPTED, open_ledger
from reconciliation.model.municipality import ConfigurationError, Municipality


@dataclass(frozen=True, slots=True)
class RunResult:
    """success: no step failed. messages: a sentence per failed step. metadata: of the last asset."""

    success: bool
    run_id: str
    messages: tuple[str, ...]
    metadata: dict[str, Any]


class Runner:
    """Holds the loaded definitions and Dagster's instance for one or several runs of a municipality."""

    def __init__(self, municipality: Municipality, root: Path, instance: dg.DagsterInstance | None = None) -> None:
        """instance: where Dagster keeps the runs; the one of DAGSTER_HOME unless another is given. Raises ConfigurationError."""
        if unfit := schedule_fault(municipality):
            raise ConfigurationError(f"{municipality.file}: {unfit}")
        prepare_dagster_home(root)
        self._municipality = municipality
        self._definitions = nights_and_reports(municipality, root)
        self._root = root
        self._instance = instance or dg.DagsterInstance.get()
        self._lent = instance is not None
        self._run_id = ""

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *error: object) -> None:
        if not self._lent:
            self._instance.dispose()

    def night(self, as_of: date | None = None, apply: str = "", *, new_ledger: bool = False) -> RunResult:
        """Run a whole night. new_ledger: a ledger without nights is meant to be new. Raises KeyboardInterrupt when it is ended."""
        return self._run(night_name(self._municipality), "reports", as_of, apply, new_ledger)

    def report(self) -> RunResult:
        """Render the last night again from its tables and the ledger."""
        return self._run(report_name(self._municipality), "reports", None, "never")

    def cut_off(self) -> str:
        """A sentence about the last run, which somebody ended: how far it came. Raises LedgerError."""
        with closing(open_ledger(self._municipality.ledger, self._root)) as ledger:
            runs = ledger.runs(self._municipality.slug).filter(pl.col("run_id") == self._run_id)
        if runs.is_empty():
            return BEFORE_ITS_FIRST_STEP
        return str(runs["message"].item()) if runs["verdict"].item() == INTERRUPTED else AFTER_ITS_LAST_STEP

    def table(self, name: str) -> Table | None:
        """The municipality's stored table of that name."""
        return EarlierTables(base=table_base(self._municipality, self._root)).last(self._municipality.slug, name)

    def _run(self, job_name: str, last_asset: str, as_of: date | None, apply: str, new_ledger: bool = False) -> RunResult:
        job = self._definitions.resolve_job_def(job_name)
        run_id = self._run_id = str(uuid.uuid4())
        settings: dict[str, Any] = {
            "as_of": as_of.isoformat() if as_of else "",
            "apply": apply,
            "home": str(self._root),
            "new_ledger": new_ledger,
        }
        done = job.execute_in_process(
            run_config={
                "resources": {"night": {"config": settings}},
                "loggers": {"console": {"config": {"log_level": os.environ.get("KOBOSYNC_LOG", "CRITICAL")}}},
            },
            instance=self._instance,
            run_id=run_id,
            tags={STARTED_BY_TAG: COMMAND_LINE} | ({AS_OF_TAG: settings["as_of"]} if as_of else {}),
            raise_on_error=False,
        )
        if any(is_interruption(event) for event in done.all_events):
            raise KeyboardInterrupt
        failures = [_sentence(event) for event in done.all_events if event.is_step_failure and not _is_check(event)]
        key = dg.AssetKey([self._municipality.slug, last_asset])
        metadata = {
            name: value.value
            for event in done.get_asset_materialization_events()
            if event.asset_key == key
            for name, value in event.step_materialization_data.materialization.metadata.items()
        }
        return RunResult(done.success, done.run_id, tuple(dict.fromkeys(failures)), metadata)


def _is_check(event: dg.DagsterEvent) -> bool:
    """Whether the event is a failed blocking check; the asset itself reports what it found."""
    error = event.step_failure_data.error
    return error is not None and error.cls_name == "DagsterAssetCheckFailedError"


def _sentence(event: dg.DagsterEvent) -> str:
    """Our own failures: their sentence. Any other error: its type and text, and where the log is."""
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    words = error.message.strip() if error else "unknown error"
    return f"Step {event.step_key} stopped unexpectedly ({words}). The whole log is in Dagster's run; please report it."
