"""Nights on other machines: Dagster's Celery launcher, one whole night per task, with a better ear for dead workers.

Named in `deploy/dagster.yaml`; nothing else imports it, so that a single machine needs neither Celery nor Redis.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Self

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster._serdes import ConfigurableClassData
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

ASK_SECONDS = 2.0
"""How long workers may take to say what they are busy with."""


class NightsOnWorkers(CeleryRunLauncher):
    """A task that has begun stays "STARTED" in the result store for ever when its machine dies; the launcher Dagster ships then
    believes it is running. This one asks the workers themselves."""

    def __init__(self, gone_after_seconds: float = 180.0, **settings: Any) -> None:
        """gone_after_seconds: so long no worker must know of a night before it counts as dead. Longer than the ledger's lock
        lives without its holder, so that the night that is begun anew finds the lock free."""
        super().__init__(**settings)
        self._gone_after = gone_after_seconds
        self._missed_since: dict[str, float] = {}

    @classmethod
    def config_type(cls) -> Any:
        shipped: Any = super().config_type()
        return {**shipped, "gone_after_seconds": dg.Field(float, is_required=False, default_value=180.0)}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> Self:
        return cls(inst_data=inst_data, **config_value)

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """What run monitoring asks once per round about every night that has begun."""
        task = run.tags.get(DAGSTER_CELERY_TASK_ID_TAG)
        if task is None:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "Not handed to the queue yet.")
        if self.celery.AsyncResult(task).state in ("SUCCESS", "FAILURE"):
            self._missed_since.pop(task, None)
            return super().check_run_worker_health(run)
        if task in self._known_tasks():
            self._missed_since.pop(task, None)
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        silent = time.monotonic() - self._missed_since.setdefault(task, time.monotonic())
        if silent < self._gone_after:
            return CheckRunHealthResult(WorkerStatus.RUNNING, f"No worker has known of it for {silent:.0f} s.")
        return CheckRunHealthResult(WorkerStatus.FAILED, f"No worker has known of the night for {silent:.0f} s; its machine is gone.")

    def _known_tasks(self) -> set[str]:
        asked = self.celery.control.inspect(timeout=ASK_SECONDS)
        found = [*(asked.active() or {}).values(), *(asked.reserved() or {}).values()]
        return {str(task["id"]) for tasks in found for task in tasks}

    def get_run_worker_debug_info(self, run: dg.DagsterRun, include_container_logs: bool | None = True) -> str | None:
        """Celery task and its state. The one Dagster ships fails when the worker is gone, which is when it is asked."""
        task = run.tags.get(DAGSTER_CELERY_TASK_ID_TAG)
        return f"Celery task {task}, state {self.celery.AsyncResult(task).state}" if task else None
