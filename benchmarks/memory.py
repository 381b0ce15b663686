"""Peak memory of a process. Linux only, as the benchmarks are.

Not getrusage: a child begins there with the greatest size of the process that started it.
"""

from __future__ import annotations

import re
import subprocess
import threading
from pathlib import Path
from typing import Any

_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


def peak_mb(pid: int | str = "self") -> int:
    """Megabytes; 0 when the process has ended."""
    try:
        match = _PEAK.search(Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return round(int(match.group(1)) / 1024) if match else 0


class Watching:
    """Reads a running process's peak memory ten times a second; the last value read is the result."""

    def __init__(self, process: subprocess.Popen[Any]) -> None:
        self.peak = 0
        self._process = process
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Watching:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.1):
            self.peak = max(self.peak, peak_mb(self._process.pid))
