"""What every test shares: no network beyond loopback, one Hypothesis profile, and an honest word on what was left out."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "suite", max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.register_profile("soak", max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("KOBOSYNC_PROFILE", "suite"))

MEMORY_DISK = Path("/dev/shm")
ROOM = 4 * 1024**3
"""Bytes free there, of which the suite's temporary files take a tenth."""

if "TMPDIR" not in os.environ and MEMORY_DISK.is_dir() and shutil.disk_usage(MEMORY_DISK).free > ROOM:
    # Hundreds of small SQLite files are written through to the disk: in memory that costs nothing. Processes that tests start follow.
    os.environ["TMPDIR"] = str(MEMORY_DISK)
    tempfile.tempdir = None

if "PYTEST_XDIST_WORKER" in os.environ:
    # The workers are more than the cores already. Threads that wait for each other are an eighth of what a small night costs.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")

NO_DATA = "no real data beside the project (set KOBOSYNC_REAL_DATA)"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        without = pytest.mark.skip(reason="no Chromium on this machine (Debian: apt install chromium)")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(without)


def pytest_collection_finish() -> None:
    """What is loaded by now stays till the end: the collector of garbage need not look at half a million objects again and again."""
    gc.collect()
    gc.freeze()


def _left_out(reporter: pytest.TerminalReporter) -> Counter[str]:
    """Reason -> how many tests were skipped for it."""
    skipped = reporter.stats.get("skipped", [])
    return Counter(report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr) for report in skipped)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    left_out = _left_out(terminalreporter)
    if left_out:
        terminalreporter.section("left out on this machine")
    for reason, number in sorted(left_out.items()):
        terminalreporter.line(f"{number} tests: {reason}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where everything that can be installed is there (CI), a skipped test is a failed run. Data beside the project cannot."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("KOBOSYNC_NOTHING_SKIPPED") or reporter is None or exitstatus != 0:
        return
    if any(NO_DATA not in reason for reason in _left_out(reporter)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def real_data() -> Path:
    """Public reference data beside the project; tests that need it are left out where it is absent."""
    folder = Path(os.environ.get("KOBOSYNC_REAL_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(NO_DATA)
    return folder
