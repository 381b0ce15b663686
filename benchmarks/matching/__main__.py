"""Precision, recall, share in review and time, as they are measured: python -m benchmarks.matching [dwellings ...]

The worlds are made and their dirt too: figures compare versions of this engine and engines with each other, they do not
promise what a real municipality will see.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.__main__ import table
from benchmarks.matching.figures_by_group import SIZES, groups

COLUMNS = {
    "dwellings": "dwellings", "wrong automatic": "wrong", "typed with another's number": "misnamed", "precision": "precision",
    "recall": "offered", "automatic alone": "certain", "merged": "merged", "merge, with offered": "merge_offered",
    "in review": "review", "in conflict": "conflict", "merge s": "merge_s", "match s": "match_s",
}  # fmt: skip


def main(sizes: tuple[int, ...]) -> None:
    print("| world | " + " | ".join(COLUMNS) + " |\n" + "|---" * (len(COLUMNS) + 1) + "|")
    for group in groups(sizes):
        for line in _lines(group):
            print(line, flush=True)


def _lines(group: list[dict[str, Any]]) -> Iterator[str]:
    told = group[0].get("detail", {})
    if "merge_s" in told:
        told = told | {what: told[f"{what}_merges"] + told[f"{what}_certain"] for what in ("wrong", "misnamed")}
        yield f"| {group[0]['name'].partition(':')[0]} | " + " | ".join(_short(told[name]) for name in COLUMNS.values()) + " |"
        return
    yield "\n" + table(group).rstrip()
    yield from (f"{row['other_is']}: {row['detail']['failed']}" for row in group if "failed" in row.get("detail", {}))


def _short(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4f}" if value <= 1 else f"{value:.1f}"


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or SIZES)
