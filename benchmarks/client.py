"""Changes per second through the client beside bare requests (and httpx, if installed), same server, same run.

python -m benchmarks.client [calls per cell]
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import requests

from kobo_client.client import RegisterClient
from kobo_client.config import RegisterConfig
from kobo_client.payload import to_body, updatable_body
from kobo_client.rehearsal.process import rehearsal_running

CELLS = [(threads, latency) for latency in (0.0, 0.05) for threads in (1, 4, 8, 16, 32)]
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
    import httpx  # type: ignore[import-not-found]

    client = httpx.Client(trust_env=False, timeout=30, limits=httpx.Limits(max_connections=64, max_keepalive_connections=64))
    return lambda number: client.put(url, content=body, headers={"Content-Type": "application/json", "X-Request-Id": str(number)}).json()


def main(calls: int) -> None:
    home = Path(tempfile.mkdtemp())
    config = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=Path("bench.sqlite"))
    with rehearsal_running(config, home) as address:
        config = config.model_copy(update={"base_url": address})
        with RegisterClient(config) as client:
            kobo_id = client.create(to_body(VALUES), "bench").kobo_id
            change = updatable_body(VALUES)
            body = json.dumps(change, separators=(",", ":")).encode()
            ways: dict[str, Callable[[int], Any]] = {
                "kobo_client": lambda number: client.change(kobo_id, change, str(number)),
                "requests": bare(f"{address}/kobobolig/{kobo_id}", body),
            }
            if find_spec("httpx"):
                ways["httpx"] = with_httpx(f"{address}/kobobolig/{kobo_id}", body)
            print(f"{'threads':>7} {'latency':>8} " + " ".join(f"{name + '/s':>14} {'CPU ms':>7}" for name in ways) + f" {'ratio':>6}")
            for threads, latency in CELLS:
                rules = [{"kind": "latency", "seconds": latency}] if latency else []
                requests.post(f"{address}/rehearsal/faults", json=rules, timeout=5).raise_for_status()
                many = min(calls, int(threads / latency)) if latency else calls
                # Best of three, the ways by turns: the machine is shared.
                best = dict.fromkeys(ways, (0.0, 0.0))
                for _ in range(3):
                    for name, call in ways.items():
                        best[name] = max(best[name], rate(call, threads, many))
                cells = " ".join(f"{best[name][0]:14.0f} {best[name][1]:7.2f}" for name in ways)
                print(f"{threads:7} {latency * 1000:6.0f}ms {cells} {best['kobo_client'][0] / best['requests'][0]:6.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
