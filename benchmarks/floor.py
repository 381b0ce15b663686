"""The least that a nightly Dagster job of that size can cost, for benchmarks/night.py to compare a night with.

Run as a process of its own: python -m benchmarks.floor HOME SLUGS URLS THREADS. SLUGS and URLS: of the municipalities and their registers,
with commas between. It starts Python and Dagster, runs a graph of six assets that do nothing and stores the run as Dagster does by default,
reads the night's files with polars, and fetches each entry of the register once with `requests` and the same number of threads.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import polars as pl
import requests

from benchmarks.made_town import files

ASSETS = 6


def empty_graph() -> dg.Definitions:
    """Six assets in a row that do nothing."""
    assets: list[dg.AssetsDefinition] = []
    for number in range(ASSETS):

        @dg.asset(name=f"step_{number}", deps=[assets[-1]] if assets else [])
        def step() -> None:
            return None

        assets.append(step)
    return dg.Definitions(assets=assets, jobs=[dg.define_asset_job("empty", executor_def=dg.in_process_executor)])


def fetch(url: str, ids: list[str], threads: int) -> None:
    """Every entry once; one session per thread, without reading the machine's proxy settings."""
    local = threading.local()

    def read_entry(kobo_id: str) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.trust_env = False
        local.session.get(f"{url}/{kobo_id}", timeout=30).json()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(read_entry, ids))


def main(home: Path, slugs: list[str], urls: list[str], threads: int) -> None:
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    (home / "var" / "floor").mkdir(parents=True, exist_ok=True)
    (home / "var" / "floor" / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home / "var" / "floor")
    job = empty_graph().resolve_job_def("empty")
    with dg.DagsterInstance.get() as instance:
        for slug, url in zip(slugs, urls, strict=True):
            job.execute_in_process(instance=instance, run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}})
            csv, xlsx = files(home, slug)
            pl.read_csv(csv, separator=";")
            pl.read_excel(xlsx)
            with sqlite3.connect(home / "var" / f"{slug}.sqlite") as register:
                ids = [str(row[0]) for row in register.execute("SELECT kobo_id FROM entry WHERE deleted = 0")]
            fetch(url, ids, threads)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2].split(","), sys.argv[3].split(","), int(sys.argv[4]))
