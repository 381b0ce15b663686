"""What a run writes is kept for Dagster's UI and shown where it would have gone, without a process beside the run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RUN = """
import os, subprocess, sys, time
from pathlib import Path
import dagster as dg

def children():
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = stat.read_text().rsplit(")", 1)
        except OSError:
            continue
        if rest.split()[1] == str(os.getpid()):
            found.append(name)
    return found

@dg.asset
def home() -> None:
    print("said by Python")
    subprocess.run([sys.executable, "-c", "import sys; print('said by another process', file=sys.stderr)"], check=True)
    print("æøå" * 50_000)
    print("beside:", children())
    if len(sys.argv) > 1:
        os.kill(os.getpid(), 9)

with dg.DagsterInstance.get() as instance:
    for _ in range(2):
        assert dg.materialize([home], instance=instance, run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}).success
    print("after the runs")
"""
SETTINGS = """
telemetry: {enabled: false}
compute_logs: {module: pipelines.console_logs, class: ConsoleLogs, config: {base_dir: {env: DAGSTER_HOME}}}
"""


def ran(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    (home / "dagster.yaml").write_text(SETTINGS, encoding="utf-8")
    environment = {"DAGSTER_HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run([sys.executable, "-c", RUN, *words], env=environment, capture_output=True, encoding="utf-8", check=False)


def test_it_is_shown_and_kept_and_no_process_stands_beside_the_run(tmp_path: Path) -> None:
    done = ran(tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line for line in lines if len(line) < 100] == ["said by Python", "beside: []"] * 2 + ["after the runs"]
    assert lines[1] == "æøå" * 50_000, "and in order"
    assert done.stderr.count("said by another process") == 2
    kept = sorted(tmp_path.glob("storage/*/compute_logs/*.out"))
    assert [file.read_text(encoding="utf-8").splitlines() for file in kept] == [lines[:3], lines[:3]]
    assert len(list(tmp_path.glob("storage/*/compute_logs/*.complete"))) == 2
    for file in tmp_path.glob("storage/*/compute_logs/*.err"):
        assert file.read_text(encoding="utf-8") == "said by another process\n"


def test_a_killed_run_has_all_it_wrote_in_the_file(tmp_path: Path) -> None:
    assert ran(tmp_path, "die").returncode == -9
    (kept,) = tmp_path.glob("storage/*/compute_logs/*.out")
    assert kept.read_text(encoding="utf-8").startswith("said by Python")
