"""Run every benchmark and write benchmarks/results.md and results.json: `make bench`.

Not among them, since each takes half an hour or more: night_under_faults and municipalities, which are run by their own names.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NAMES = ("night", "sources", "report", "forecast", "matching", "client", "ledger")
PEERS = ("polars", "dagster", "requests", "sqlalchemy")


def machine() -> dict[str, Any]:
    """What the figures were measured on. Compare ratios, not seconds: machines differ and are shared."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=HERE, check=False).stdout.strip()
    versions = {name: version(name) for name in PEERS}
    return {"commit": commit, "cores": os.cpu_count(), "python": platform.python_version(), "versions": versions}


def main() -> None:
    """Benchmarks with `run()` give rows; the others print tables of their own, which are kept as they are."""
    rows: list[dict[str, Any]] = []
    texts: list[str] = []
    for name in NAMES:
        print(f"{name} ...", flush=True)
        module = importlib.import_module(f"benchmarks.{name}")
        if hasattr(module, "run"):
            rows += module.run()
        else:
            done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], capture_output=True, text=True, check=False)
            texts.append(f"## {name}\n\n```\n{(done.stdout if done.returncode == 0 else done.stdout + done.stderr).strip()}\n```\n")
    about = machine()
    (HERE / "results.json").write_text(
        json.dumps({"machine": about, "results": rows}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    head = (
        f"# Results\n\nCommit {about['commit']}, {about['cores']} cores, Python {about['python']}. Believe the ratios, not the seconds.\n\n"
    )
    (HERE / "results.md").write_text(head + table(rows) + "\n" + "\n".join(texts), encoding="utf-8")
    print(f"{HERE.name}/results.md")


def table(rows: list[dict[str, Any]]) -> str:
    """One line per measurement; a goal that was missed says so."""
    keys = ("name", "size", "ours", "other", "other_is", "ratio", "goal", "met")
    lines = [f"| {' | '.join(keys)} |", "|" + "---|" * len(keys)]
    lines += [f"| {' | '.join(str(row.get(key, '')) for key in keys)} |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
