"""Child processes that end with the command, whatever ends it: Ctrl-C, a closed terminal, systemd, `docker stop`."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

PATIENCE = 10.0
"""Seconds that a child has to end by itself before it is killed."""


@contextlib.contextmanager
def ending_on_signals() -> Iterator[None]:
    """Within the block a request to end unwinds the program, so that what it started is ended too. The exit code is 128 + signal."""

    def end(number: int, _: FrameType | None) -> None:
        for ending in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, signal.SIG_IGN)  # a second request must not cut the ending short
        raise SystemExit(128 + number)

    before = {ending: signal.signal(ending, end) for ending in (signal.SIGTERM, signal.SIGHUP)}
    # A shell without job control starts what is before `&` with Ctrl-C ignored; here it is a request like the others.
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


@contextlib.contextmanager
def child(command: Sequence[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The program and all that it starts, ended with the block."""
    # A group of its own: its children are reached as well, and Ctrl-C comes through us alone.
    process = subprocess.Popen(command, cwd=folder, start_new_session=True)  # noqa: S603 - our own interpreter, no shell
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    for request in (signal.SIGINT, signal.SIGTERM):
        if not _tell(process, request):
            break
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
    _tell(process, signal.SIGKILL)
    process.wait()


def _tell(process: subprocess.Popen[bytes], request: signal.Signals) -> bool:
    """False when no process of the group is left."""
    try:
        os.killpg(process.pid, request)
    except ProcessLookupError:
        return False
    return process.poll() is None
