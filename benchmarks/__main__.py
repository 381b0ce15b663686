"""Run every benchmark and write benchmarks/results.md and results.json: `make bench`, or `python -m benchmarks NAME ...` for some.

What got worse than the recorded ratio by more than noise is printed first. A benchmark that fails is a row that says why; the
others go on, and what is finished is written after each.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import re
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NAMES = (
    *("night", "night_parts", "sources", "report", "forecast_backtest", "need_projection", "matching", "picks"),
    *("client_throughput", "journal_cost", "rehearsal", "night_under_faults", "municipalities", "review_desk"),
)
OURS = ("polars", "pandera", "fastexcel", "dagster", "requests", "sqlalchemy")
PEERS = {"datacompy": ("datacompy", "polars"), "dlt": ("dlt",), "splink": ("splink", "duckdb")} | {
    "recordlinkage": ("recordlinkage", "pandas"),
    "datasette": ("datasette",),
    "consultant": ("pandas", "requests"),
}
"""Environment below benchmarks/peers -> what of it is measured."""
NOISE = 1.25
"""A ratio this many times the recorded one is worse by more than these machines vary from one run to the next."""

Row = dict[str, Any]


def commit() -> str:
    return subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=HERE, check=False).stdout.strip()


def machine() -> Row:
    """What the figures were measured on. Compare ratios, not seconds: machines differ and are shared."""
    versions = {name: version(name) for name in OURS}
    peers = {peer: {name: pinned(peer, name) for name in names} for peer, names in PEERS.items()}
    about = {"commit": commit(), "cores": os.cpu_count(), "python": platform.python_version()}
    return about | {"versions": versions, "peers": peers}


def pinned(peer: str, package: str) -> str:
    """The version of a package that the peer's environment is made with."""
    text = (HERE / "peers" / f"{peer}.txt").read_text(encoding="utf-8")
    match = re.search(rf"^{re.escape(package)}(?:\[[^\]]*\])?==(\S+)", text, re.MULTILINE)
    return match.group(1) if match else ""


def main(names: tuple[str, ...], folder: Path = HERE) -> None:
    recorded = earlier(folder)
    kept = {name: rows for name, rows in recorded.items() if name not in names}
    measured: dict[str, list[Row]] = {}
    durations: list[str] = []
    for name in names:
        print(f"{name} ...", flush=True)
        started = time.monotonic()
        measured[name] = measure(name)
        durations.append(f"{name}: {len(measured[name])} figures in {time.monotonic() - started:.0f} s")
        write({name: (kept | measured)[name] for name in NAMES if name in kept | measured}, folder)
    print("\n".join([*worse(together(recorded), together(measured)), *durations, f"{folder.name}/results.md"]))


def together(results: dict[str, list[Row]]) -> list[Row]:
    return [row for rows in results.values() for row in rows]


def measure(name: str) -> list[Row]:
    try:
        rows: list[Row] = importlib.import_module(f"benchmarks.{name}").run()
    except Exception as broken:  # one that cannot run here must not cost the figures of the others
        rows = [{"name": f"{name}: did not run", "size": 0, "other_is": f"{type(broken).__name__}: {str(broken)[:300]}", "met": False}]
    return [{"benchmark": name, "commit": commit()} | row for row in rows]


def earlier(folder: Path = HERE) -> dict[str, list[Row]]:
    """The recorded rows by benchmark, each with the commit it was measured on."""
    try:
        recorded = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        rows, then = recorded["results"], recorded["machine"]["commit"]
    except (OSError, ValueError, KeyError):
        return {}
    results: dict[str, list[Row]] = {}
    for row in rows:
        results.setdefault(row.get("benchmark", ""), []).append({"commit": then} | row)
    return {name: rows for name, rows in results.items() if name in NAMES}


def worse(before: list[Row], now: list[Row]) -> list[str]:
    """A sentence for each ratio that left its recorded value on the wrong side of its goal by more than noise."""
    ratios = {_which(row): row["ratio"] for row in before if row.get("ratio")}
    lines = []
    for row in now:
        old, new = ratios.get(_which(row)), row.get("ratio")
        if old and new:
            more_is_better = row.get("more_is_better") or str(row.get("goal", "")).startswith(">")
            loss = old / new if more_is_better else new / old
            if loss > NOISE:
                lines.append(f"WORSE: {row['name']} at {row['size']}: {old} -> {new}")
    return lines


def _which(row: Row) -> tuple[object, ...]:
    return row["name"], row["size"], row.get("other_is")


def write(results: dict[str, list[Row]], folder: Path = HERE) -> None:
    """results.json and results.md of all benchmarks, into that folder."""
    about = machine()
    rows = together(results)
    text = json.dumps({"machine": about, "results": rows}, indent=1, ensure_ascii=False)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    missed = [row for row in rows if row.get("met") is False]
    beside = ", ".join(f"{name} {each}" for versions in (about["versions"], *about["peers"].values()) for name, each in versions.items())
    head = (
        f"# Results\n\n{about['cores']} cores, Python {about['python']}. Believe the ratios, not the seconds. "
        f"{len(rows)} figures, {len(missed)} goals not reached. "
        f"A part keeps the commit that it was last measured on; where a page of docs/ has another figure, the page's is newer.\n\n"
        f"Ours and peers: {beside}.\n"
    )
    parts = "\n".join(f"## {name}\n\n{_commits(group)}{table(group)}" for name, group in results.items())
    (folder / "results.md").write_text(f"{head}\n{parts}", encoding="utf-8")


def _commits(rows: list[Row]) -> str:
    measured = sorted({str(row["commit"]) for row in rows if row.get("commit")})
    return f"Measured on commit {', '.join(measured)}.\n\n" if measured else ""


def table(rows: list[Row]) -> str:
    """One line per measurement; a goal that was missed says so."""
    keys = ("name", "size", "ours", "other", "other_is", "ratio", "goal", "met")
    words = {True: "yes", False: "**no**"}
    lines = [f"| {' | '.join(keys)} |", "|" + "---|" * len(keys)]
    for row in rows:
        shown = row | {"met": words.get(row.get("met"), "")}  # type: ignore[arg-type]
        lines.append(f"| {' | '.join(str(shown.get(key, '')).replace('|', '/') for key in keys)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or NAMES)
