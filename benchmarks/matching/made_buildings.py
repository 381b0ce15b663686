"""Merging and matching on made municipalities: precision, recall, share in review, time. The data is generated.

Run: python -m benchmarks.matching [dwellings ...]. The generator is the tests' own: its dirt is made, so figures compare
versions of this engine, they do not promise what a real municipality will see.
"""

from __future__ import annotations

import sys
import time
from random import Random

import polars as pl

from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.plan import make_plan
from tests.strategies import NIGHT, SOURCES, World, build, entries_of, links, municipality, none_known

HOUSE = municipality()
HEAD = ("dwellings", "dirt", "wrong merges", "wrong certain", "recall certain", "recall offered", "review", "merge s", "match s", "plan s")


def world_of(dwellings: int, dirt: float) -> World:
    """Buildings with 1 to 4 dwellings on four streets; house numbers run as far as they must."""
    random = Random(f"{dwellings} {dirt}")
    buildings = dwellings // 2
    where: list[tuple[int, int, str | None]] = [(number % 4, number // 4 + 1, None) for number in range(buildings)]
    kinds = [(random.choice(["hus", "hus", "blokk", "felles"]), random.randint(1, 7)) for _ in where]
    return build(where, kinds, random, dirt)


def measure(dwellings: int, dirt: float) -> tuple[object, ...]:
    world = world_of(dwellings, dirt)
    entries, truth = entries_of(world, Random(7), dirt=dirt)
    start = time.perf_counter()
    merged = merge(world.rows, none_known(), None, HOUSE)
    merged_at = time.perf_counter()
    pairs = match(merged.dwellings, entries, links(), None)
    matched_at = time.perf_counter()
    plan = make_plan(
        dwellings=merged.dwellings, register_rows=entries, missing_kobo_ids=[], matches=pairs, links=links(), absences={},
        complete_sources=SOURCES, memberships=merged.memberships, municipality=HOUSE, as_of=NIGHT,
    )  # fmt: skip
    planned_at = time.perf_counter()
    keys = dict(merged.dwellings.select("leverandor_bolig_id", "source_keys").iter_rows())
    meant = {ours: {world.truth[key] for key in held} for ours, held in keys.items()}
    right = {(ours, entry) for ours, entry in pairs.select("leverandor_bolig_id", "kobo_id").rows() if truth.get(entry) in meant[ours]}
    certain = set(pairs.filter("certain").select("leverandor_bolig_id", "kobo_id").rows())
    reachable = {name for names in meant.values() for name in names} & set(truth.values())
    found = {truth[entry] for _, entry in certain & right}
    offered = {truth[entry] for _, entry in right}
    return (
        merged.dwellings.height, dirt, sum(len(names) > 1 for names in meant.values()), len(certain - right),
        f"{len(found) / len(reachable):.4f}", f"{len(offered) / len(reachable):.4f}",
        f"{plan.items.filter(pl.col('class') == 'review').height / merged.dwellings.height:.3f}",
        *(f"{after - before:.2f}" for before, after in ((start, merged_at), (merged_at, matched_at), (matched_at, planned_at))),
    )  # fmt: skip


def main(sizes: list[int]) -> None:
    print("| " + " | ".join(HEAD) + " |\n" + "|---" * len(HEAD) + "|")
    for size in sizes:
        for dirt in (0.05, 0.15, 0.3):
            print("| " + " | ".join(map(str, measure(size, dirt))) + " |")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1090, 20_000])
