"""Precision, recall, share in review and time, as they are measured: python -m benchmarks.matching [towns] [dwellings ...]

`towns`: only the adversarial towns (adversary.py, second_town.py), of that size once, or as often as the page shows them.

The worlds are made and their dirt too: figures compare versions of this engine and engines with each other, they do not
promise what a real municipality will see.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.__main__ import table
from benchmarks.matching.figures_by_group import SEEDS, SIZES, groups, towns

COLUMNS = {
    "dwellings": "dwellings", "wrong automatic": "wrong", "typed with another's number": "misnamed", "precision": "precision",
    "recall": "offered", "automatic alone": "certain", "merged": "merged", "merge, with offered": "merge_offered",
    "in review": "review", "in conflict": "conflict", "merge s": "merge_s", "match s": "match_s",
}  # fmt: skip


TOWN_COLUMNS = {
    "dwellings": "dwellings", "wrong merges": "wrong_merges", "told": "wrong_merges_told", "wrong matches": "wrong_matches",
    "told ": "wrong_matches_told", "any value differs": "wrong_matches_differs",
    "automatic": "automatic", "offered": "offered", "in doubt": "in_doubt",
    "without houses without units": "in_doubt_apart", "questions": "questions", "rows told to be copies": "copies_told",
    "created though in Kobo": "posted_known",
    "told  ": "posted_known_told", "created twice": "posted_twice", "homes created twice": "homes_posted_twice",
    "lists refused": "refused", "keys exchanged": "shifted", "waiting": "waiting",
    "wrong merges after it": "merges", "wrong matches after it": "matches",
    "created anew after it": "posted_again", "seconds": "seconds",
}  # fmt: skip


def main_towns(sizes: tuple[int, ...]) -> None:
    print("| town | " + " | ".join(TOWN_COLUMNS) + " |\n" + "|---" * (len(TOWN_COLUMNS) + 1) + "|")
    for group in towns({size: SEEDS.get(size, (1,)) for size in sizes} or None):
        detail = group[0]["detail"] | group[0]["detail"]["after_shift"]
        name = group[0]["name"].partition(":")[0]
        print(f"| {name} | " + " | ".join(_short(detail[column]) for column in TOWN_COLUMNS.values()) + " |", flush=True)


def main(sizes: tuple[int, ...]) -> None:
    print("| world | " + " | ".join(COLUMNS) + " |\n" + "|---" * (len(COLUMNS) + 1) + "|")
    for group in groups(sizes):
        for line in _lines(group):
            print(line, flush=True)


def _lines(group: list[dict[str, Any]]) -> Iterator[str]:
    detail = group[0].get("detail", {})
    if "merge_s" in detail:
        detail = detail | {what: detail[f"{what}_merges"] + detail[f"{what}_certain"] for what in ("wrong", "misnamed")}
        yield f"| {group[0]['name'].partition(':')[0]} | " + " | ".join(_short(detail[name]) for name in COLUMNS.values()) + " |"
        return
    yield "\n" + table(group).rstrip()
    yield from (f"{row['other_is']}: {row['detail']['failed']}" for row in group if "failed" in row.get("detail", {}))


def _short(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4f}" if value <= 1 else f"{value:.1f}"


if __name__ == "__main__":
    asked = sys.argv[1:]
    given = tuple(int(size) for size in asked if size != "towns")
    main_towns(given) if "towns" in asked else main(given or SIZES)
