"""Changes per second through the client beside bare requests (and httpx, if installed), same server, same run.

python -m benchmarks.client_throughput [calls per cell, 300] [calls of the memory run, 20000; 0 for none]

Beside `requests` as it is meant to be used (a Session per thread), and beside its adapter alone, to which the client hands
its requests: what the client spends more than that is its own.
"""

from __future__ import annotations

import gc
import json
import math
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import requests

from kobo_client.client import RegisterClient
from kobo_client.payload import to_body, updatable_body
from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.process import rehearsal_running

ROOT = Path(__file__).parent.parent
PAIRS = 5
CELLS = [(threads, latency) for latency in (0.0, 0.05) for threads in (1, 4, 8, 16)] + [(32, 0.05)]
VALUES = {
    "kommunenummer": "9901",
    "adressenavn": "Fjordveien",
    "nummer": 1,
    "postnummer": "9990",
    "boligtype": "OMSORGSBOLIG",
    "bruksareal": 50.0,
    "leverandor_bolig_id": "bench-1",
}


def rate(call: Callable[[int], Any], threads: int, calls: int) -> tuple[float, float]:
    """(calls per second, own CPU milliseconds per call)."""
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(call, range(threads)))
        started, cpu = time.perf_counter(), time.process_time()
        list(pool.map(call, range(calls)))
        seconds, used = time.perf_counter() - started, time.process_time() - cpu
    return calls / seconds, used / calls * 1000


def bare(url: str, body: bytes) -> Callable[[int], Any]:
    """Bare requests: a Session per thread with the client's settings."""
    local = threading.local()

    def call(number: int) -> Any:
        session = getattr(local, "session", None)
        if session is None:
            session = local.session = requests.Session()
            session.trust_env = False
        headers = {"Content-Type": "application/json", "X-Request-Id": str(number)}
        return json.loads(session.put(url, data=body, headers=headers, timeout=(5, 30)).content)

    return call


def with_httpx(url: str, body: bytes) -> Callable[[int], Any]:
    import httpx

    client = httpx.Client(trust_env=False, timeout=30, limits=httpx.Limits(max_connections=64, max_keepalive_connections=64))
    return lambda number: client.put(url, content=body, headers={"Content-Type": "application/json", "X-Request-Id": str(number)}).json()


def pairs(ways: dict[str, Callable[[int], Any]], threads: int, calls: int) -> dict[str, list[tuple[float, float]]]:
    """(calls per second, CPU ms per call) of each way, alternating, so that other load on the machine affects all of them."""
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for turn in range(PAIRS):
        order = list(ways) if turn % 2 == 0 else list(reversed(ways))
        for name in order:
            measured[name].append(rate(ways[name], threads, calls))
    return measured


def resident() -> float:
    """Resident memory of this process now, in megabytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def memory(call: Callable[[int], Any], calls: int) -> list[float]:
    """Megabytes after each fifth of the calls, on eight threads; the first fifth warms up."""
    megabytes = []
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            list(pool.map(call, range(calls // 5)))
            gc.collect()
            megabytes.append(round(resident(), 1))
    return megabytes


def memory_alone(address: str, kobo_id: str, calls: int) -> list[float]:
    """The same, of a process that has only the client in memory: no server, no peer and no results."""
    command = [sys.executable, "-m", "benchmarks.client_throughput", "memory", address, kobo_id, str(calls)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if finished.returncode:
        raise RuntimeError(f"the memory run failed: {finished.stderr[-2000:]}")
    megabytes: list[float] = json.loads(finished.stdout.splitlines()[-1])
    return megabytes


def adapter(url: str, body: bytes) -> Callable[[int], Any]:
    """The least that requests can do for a call: a prepared request handed to a pooled adapter."""
    pool = requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=64)

    def call(number: int) -> Any:
        headers = {"Content-Type": "application/json", "X-Request-Id": str(number)}
        prepared = requests.Request("PUT", url, data=body, headers=headers).prepare()
        return json.loads(pool.send(prepared, timeout=(5, 30)).content)

    return call


def run(calls: int = 300, long: int = 20_000) -> list[dict[str, Any]]:
    """The rows of this benchmark in benchmarks/results.json."""
    home = Path(tempfile.mkdtemp())
    config = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=Path("bench.sqlite"))
    results: list[dict[str, Any]] = []
    with rehearsal_running(config, home) as address, RegisterClient(config.model_copy(update={"base_url": address})) as client:
        kobo_id = client.create(to_body(VALUES), "bench").kobo_id
        change = updatable_body(VALUES)
        body = json.dumps(change, separators=(",", ":")).encode()
        url = f"{address}/kobobolig/{kobo_id}"
        ways: dict[str, Callable[[int], Any]] = {
            "kobo_client": lambda number: client.change(kobo_id, change, str(number)),
            "requests": bare(url, body),
            "adapter": adapter(url, body),
        }
        if find_spec("httpx"):
            ways["httpx"] = with_httpx(url, body)
        for threads, latency in CELLS:
            rules = [{"kind": "latency", "seconds": latency}] if latency else []
            requests.post(f"{address}/rehearsal/faults", json=rules, timeout=5).raise_for_status()
            # Whole rounds: of 300 calls on 32 threads the last 12 leave 20 threads with nothing to do, and 0.94 would be the most.
            asked = min(calls, int(threads / latency)) if latency else calls
            results += rows(threads, latency, pairs(ways, threads, math.ceil(asked / threads) * threads))
        requests.post(f"{address}/rehearsal/faults", json=[], timeout=5).raise_for_status()
        if long:
            megabytes = memory_alone(address, kobo_id, long)
            results.append(
                figure("client memory after all calls (MB)", long, megabytes[-1], megabytes[0], "after a fifth of them", 1.05, megabytes)
            )
    return results


def rows(threads: int, latency: float, measured: dict[str, list[tuple[float, float]]]) -> list[dict[str, Any]]:
    """Medians; a ratio is the median of the turns' ratios, so that a busy second affects both."""
    where = f"{threads} threads, {latency * 1000:.0f} ms"
    speeds = {name: median(speed for speed, _ in turns) for name, turns in measured.items()}
    measured_rows = []
    for name, goal in (("requests", 0.95), ("httpx", None)):
        if name in measured:
            beside = median(ours / theirs for (ours, _), (theirs, _) in zip(measured["kobo_client"], measured[name], strict=True))
            row = figure(f"client, {where} (changes/s)", threads, speeds["kobo_client"], speeds[name], f"bare {name}", None)
            measured_rows.append(
                row
                | {"ratio": round(beside, 2), "goal": "" if goal is None else f">= {goal}", "met": "" if goal is None else beside >= goal}
            )
    if latency:
        ideal = threads / latency
        row = figure(f"client, {where} (changes/s)", threads, speeds["kobo_client"], ideal, "threads / latency", None)
        most = threads == max(threads for threads, _ in CELLS)
        reached = row["ours"] / ideal
        measured_rows.append(row | {"goal": ">= 0.95" if most else "", "met": reached >= 0.95 if most else ""})
        if most:
            measured_rows.append(
                figure(f"bare requests, {where} (changes/s)", threads, speeds["requests"], ideal, "threads / latency", None)
            )
    elif threads == 1:
        own = median(ours - theirs for (_, ours), (_, theirs) in zip(measured["kobo_client"], measured["adapter"], strict=True))
        measured_rows.append(figure(f"client's own CPU per call, {where} (ms)", threads, own, 0.3, "the goal", 1))
    return measured_rows


def figure(name: str, size: int, ours: float, other: float, other_is: str, most: float | None, detail: Any = None) -> dict[str, Any]:
    ratio = ours / other
    row = {"name": name, "size": size, "ours": round(ours, 3), "other": round(other, 3), "other_is": other_is, "ratio": round(ratio, 2)}
    row |= {"goal": "" if most is None else f"<= {most}", "met": "" if most is None else ratio <= most}
    return row if detail is None else row | {"detail": detail}


def _only_memory(address: str, kobo_id: str, calls: int) -> list[float]:
    with RegisterClient(RegisterConfig(kind="rehearsal", base_url=address)) as client:
        return memory(lambda number: client.change(kobo_id, updatable_body(VALUES), str(number)), calls)


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        print(json.dumps(_only_memory(sys.argv[2], sys.argv[3], int(sys.argv[4]))))
        sys.exit()
    for figure in run(*(int(given) for given in sys.argv[1:3])):
        print(json.dumps(figure))
