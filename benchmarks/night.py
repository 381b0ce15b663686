"""A night on which nothing changed, compared with the least that such a Dagster job costs: python -m benchmarks.night [SIZE]

Both are whole processes against the same rehearsal register, alternating: `kobosync night`, and benchmarks/floor.py. The night
that fills the register comes first and is measured for itself. Many municipalities: `kobosync night` with all their files.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import made_town
from benchmarks.memory import Watching

ROOT = Path(__file__).parent.parent
THREADS = 16
PLAN = ((1_090, 1, 5, 1.8), (111_000, 1, 5, 1.3), (1_110, 100, 5, 1.3))
"""Dwellings per municipality, municipalities, pairs, goal. The big ones take minutes each: two thirds of `make bench`."""


def run(plan: tuple[tuple[int, int, int, float], ...] = PLAN) -> list[dict[str, Any]]:
    """The rows of this benchmark in benchmarks/results.json."""
    return [row for size, municipalities, pairs, goal in plan for row in measure(size, municipalities, pairs, goal)]


def measure(size: int, municipalities: int, pairs: int, goal: float) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        shutil.copy(ROOT / "dagster.yaml", home)
        slugs = [f"by{number:03d}" for number in range(municipalities)]
        configs = [made_town.write(home, size, slug=slug, seed=number) for number, slug in enumerate(slugs)]
        urls = [stack.enter_context(registered(home, config)) for config in configs]
        night = [sys.executable, "-c", "from pipelines.command_line import main; main()", "night", *map(str, configs), "--apply=auto"]
        floor = [sys.executable, "-m", "benchmarks.floor", str(home), ",".join(slugs), ",".join(urls), str(THREADS)]
        first = timed(night, home)
        measured = [(timed(night, home), timed(floor, home)) for _ in range(pairs)]
        ours = statistics.median(mine["seconds"] for mine, _ in measured)
        least = statistics.median(other["seconds"] for _, other in measured)
        memory = max(mine["memory_mb"] for mine, _ in measured)
        total = size * municipalities
        name = "no-change night" if municipalities == 1 else f"no-change night of {municipalities} municipalities"
        row = {"size": total, "detail": {"first": first, "pairs": measured}}
        other = "Dagster with six empty assets, the same calls by bare requests, the same files by bare polars"
        ratio = round(ours / least, 2)
        yield row | {
            "name": f"{name} (s)",
            "ours": ours,
            "other": least,
            "other_is": other,
            "ratio": ratio,
            "goal": f"<= {goal}",
            "met": ratio <= goal,
        }
        worked, least_work = (statistics.median(pair[at]["cpu_seconds"] for pair in measured) for at in (0, 1))
        yield row | {
            "name": f"{name}: processor time (s)",
            "ours": worked,
            "other": least_work,
            "other_is": other,
            "ratio": round(worked / least_work, 2),
            "goal": f"<= {goal}",
            "met": round(worked / least_work, 2) <= goal,
        }
        yield row | {
            "name": f"{name}: memory (MB)",
            "ours": memory,
            "other": 1500,
            "other_is": "the goal",
            "ratio": round(memory / 1500, 2),
            "goal": "<= 1",
            "met": memory <= 1500,
        }
        yield row | {
            "name": f"{name}: the first, all created (s)",
            "ours": first["seconds"],
            "other": least,
            "other_is": "the same floor",
            "ratio": round(first["seconds"] / least, 2),
            "goal": "",
            "met": "",
        }


@contextmanager
def registered(home: Path, config: Path) -> Iterator[str]:
    """The municipality's rehearsal register, running for the length of the block; yields the address of its dwellings."""
    from kobo_client.rehearsal.process import rehearsal_running
    from reconciliation.model.municipality import load

    with rehearsal_running(load(config).register_, home) as address:
        yield f"{address}/kobobolig"


def timed(command: list[str], home: Path) -> dict[str, float]:
    """Wall seconds, processor seconds (a busy machine changes them least) and peak memory (MB) of one process.

    Raises RuntimeError with its words when it fails.
    """
    environment = os.environ | {"KOBOSYNC_HOME": str(home), "DAGSTER_HOME": "", "PYTHONPATH": str(ROOT), "DAGSTER_DISABLE_TELEMETRY": "1"}
    del environment["DAGSTER_HOME"]
    started, worked = time.perf_counter(), _cpu_of_children()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    with Watching(process) as watched:
        output = process.communicate()[0]
    seconds = time.perf_counter() - started
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:5])} ended {process.returncode}: {output[-2000:]}")
    return {"seconds": round(seconds, 2), "cpu_seconds": round(_cpu_of_children() - worked, 2), "memory_mb": watched.peak}


def _cpu_of_children() -> float:
    """Seconds, of every process that was started here and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    chosen = tuple(plan_row for plan_row in PLAN if len(sys.argv) < 2 or str(plan_row[0]) in sys.argv[1:])
    for figure in run(chosen):
        print(json.dumps(figure))
