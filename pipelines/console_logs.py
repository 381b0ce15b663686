"""What a run writes to stdout and stderr: kept for Dagster's UI, and shown where it would have gone without Dagster.

Dagster's own starts four processes a run for it, two `tail`s and two that watch those, and then waits for their end. Here a thread
passes on what is new in each file. Named in dagster.yaml; without the entry there, Dagster's own works.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from dagster._core.execution.compute_logs import redirect_to_file
from dagster._core.instance.ref import compute_logs_directory
from dagster._core.storage.compute_log_manager import CapturedLogContext, ComputeIOType
from dagster._core.storage.local_compute_log_manager import IO_TYPE_EXTENSION, LocalComputeLogManager
from dagster._serdes import ConfigurableClassData
from dagster._utils import ensure_file, touch_file

SECONDS = 0.2
"""How late what a run writes is shown. A process that is killed has it in the file, and may not have shown the last of it."""


class ConsoleLogs(LocalComputeLogManager):
    """The same files in the same places; only how they are passed on is ours."""

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> ConsoleLogs:
        """base_dir: DAGSTER_HOME, as for Dagster's other storages; the files lie where Dagster's own keeps them below it."""
        return cls(inst_data=inst_data, **{**config_value, "base_dir": compute_logs_directory(config_value["base_dir"])})

    @contextmanager
    def capture_logs(self, log_key: Sequence[str]) -> Iterator[CapturedLogContext]:
        out, err = (self.get_captured_local_path(log_key, IO_TYPE_EXTENSION[kind]) for kind in (ComputeIOType.STDOUT, ComputeIOType.STDERR))
        with _kept(sys.stdout, out), _kept(sys.stderr, err):
            yield CapturedLogContext(log_key)
        touch_file(self.complete_artifact_path(log_key))  # type: ignore[no-untyped-call]


@contextmanager
def _kept(stream: TextIO, path: str) -> Iterator[None]:
    ensure_file(path)
    try:
        shown = os.dup(stream.fileno())
    except (OSError, ValueError):  # nothing that another program could write to, as in a test
        yield
        return
    ended = threading.Event()
    follower = threading.Thread(target=_pass_on, args=(path, shown, ended), name="kobosync-console", daemon=True)
    follower.start()
    try:
        with redirect_to_file(stream, path):
            yield
    finally:
        ended.set()
        follower.join()


def _pass_on(path: str, shown: int, ended: threading.Event) -> None:
    """What comes into the file, until nothing more does. Nobody reads on the other side: the file has it all the same."""
    try:
        with open(shown, "wb") as there, open(path, "rb") as file:
            last = False
            while not last:
                last = ended.wait(SECONDS)
                if block := file.read():
                    there.write(block)
                    there.flush()
    except OSError:
        return
