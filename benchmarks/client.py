"""Changes per second through the client beside bare requests (and httpx, if installed), same server, same run.

python -m benchmarks.client [calls per cell, 300] [calls of the memory run, 20000; 0 for none]

ratio: the client beside bare requests. ideal: the client's speed x latency / threads, 1 when it costs nothing.
"""

from __future__ import annotations

import gc
import json
import resource
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
from kobo_client.config import RegisterConfig
from kobo_client.payload import to_body, updatable_body
from kobo_client.rehearsal.process import rehearsal_running

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
    """A Session per thread with the client's settings, and nothing else."""
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
    """(calls per second, CPU ms per call) of each way, by turns: what else the machine does meets all of them."""
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for turn in range(PAIRS):
        order = list(ways) if turn % 2 == 0 else list(reversed(ways))
        for name in order:
            measured[name].append(rate(ways[name], threads, calls))
    return measured


def row(threads: int, latency: float, measured: dict[str, list[tuple[float, float]]]) -> str:
    """Medians; the ratio is the median of the turns' ratios."""
    cells = " ".join(f"{median(speed for speed, _ in turns):14.0f} {median(cpu for _, cpu in turns):7.2f}" for turns in measured.values())
    beside = median(ours / bare for (ours, _), (bare, _) in zip(measured["kobo_client"], measured["requests"], strict=True))
    ideal = f"{median(speed for speed, _ in measured['kobo_client']) * latency / threads:7.2f}" if latency else " " * 7
    return f"{threads:7} {latency * 1000:6.0f}ms {cells} {beside:6.2f} {ideal}"


def resident() -> float:
    """Megabytes this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def memory(call: Callable[[int], Any], calls: int) -> list[float]:
    """Megabytes after each fifth of the calls, on eight threads; the first fifth warms up."""
    held = []
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            list(pool.map(call, range(calls // 5)))
            gc.collect()
            held.append(round(resident(), 1))
    return held


def main(calls: int, long: int) -> None:
    home = Path(tempfile.mkdtemp())
    config = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=Path("bench.sqlite"))
    with rehearsal_running(config, home) as address, RegisterClient(config.model_copy(update={"base_url": address})) as client:
        kobo_id = client.create(to_body(VALUES), "bench").kobo_id
        change = updatable_body(VALUES)
        body = json.dumps(change, separators=(",", ":")).encode()
        url = f"{address}/kobobolig/{kobo_id}"
        ways: dict[str, Callable[[int], Any]] = {
            "kobo_client": lambda number: client.change(kobo_id, change, str(number)),
            "requests": bare(url, body),
        }
        if find_spec("httpx"):
            ways["httpx"] = with_httpx(url, body)
        heads = " ".join(f"{name + '/s':>14} {'CPU ms':>7}" for name in ways)
        print(f"{'threads':>7} {'latency':>8} {heads} {'ratio':>6} {'ideal':>7}")
        for threads, latency in CELLS:
            rules = [{"kind": "latency", "seconds": latency}] if latency else []
            requests.post(f"{address}/rehearsal/faults", json=rules, timeout=5).raise_for_status()
            print(row(threads, latency, pairs(ways, threads, min(calls, int(threads / latency)) if latency else calls)), flush=True)
        requests.post(f"{address}/rehearsal/faults", json=[], timeout=5).raise_for_status()
        if long:
            print(f"memory over {long} calls, MB after each fifth: {memory(ways['kobo_client'], long)}")


if __name__ == "__main__":
    main(*(int(given) for given in (sys.argv[1:] + ["300", "20000"][len(sys.argv) - 1 :])[:2]))
