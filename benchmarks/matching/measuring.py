"""The results of merging and matching on a labelled world, compared with its truth."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import polars as pl

from benchmarks.matching.worlds import SOURCES, Labelled
from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.model.tables import DWELLINGS
from reconciliation.plan.planning import make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from tests.strategies import NIGHT, links, municipality, none_known

HOUSE = municipality()


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares are of what could be found. *_offered: found for certain, or asked of a person. review, conflict: of the dwellings.

    wrong_*: two homes taken for one. misnamed_*: the same, but a row of it was typed with the other home's number or unit.
    precision: of the certain pairs with the register, misnamed ones counted as wrong.
    """

    dwellings: int
    entries: int
    wrong_merges: int
    wrong_certain: int
    misnamed_merges: int
    misnamed_certain: int
    merged: float
    merge_offered: float
    precision: float
    certain: float
    offered: float
    review: float
    conflict: float
    merge_s: float
    match_s: float
    plan_s: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def measure(world: Labelled) -> Measured:
    start = time.perf_counter()
    merged = merge(world.rows, none_known(), None, HOUSE)
    merged_at = time.perf_counter()
    pairs = match(merged.dwellings, world.entries, links(), None)
    matched_at = time.perf_counter()
    plan = make_plan(merged, world.entries, pairs, Reading(frozenset(SOURCES)), Remembered(links()), HOUSE, NIGHT)
    planned_at = time.perf_counter()
    homes_of = meanings(world, merged.dwellings)
    keys_of = dict(merged.dwellings.select("leverandor_bolig_id", "source_keys").iter_rows())
    misnamed = {ours for ours, keys in keys_of.items() if world.misnamed & set(keys)}
    mixed = [ours for ours, names in homes_of.items() if len(names) > 1]
    excused = sum(ours in misnamed for ours in mixed)
    joined, tied, true_pairs = _merge_recall(world, merged.dwellings)
    mistaken, certain, offered, reachable = _match_recall(world, pairs, homes_of)
    led = sum(ours in misnamed or entry in world.misnamed for ours, entry in mistaken)
    classes = dict(plan.items.get_column("class").value_counts().iter_rows())
    sure = pairs.get_column("certain").sum()
    return Measured(
        dwellings=merged.dwellings.height,
        entries=world.entries.height,
        wrong_merges=len(mixed) - excused,
        wrong_certain=len(mistaken) - led,
        misnamed_merges=excused,
        misnamed_certain=led,
        merged=joined / max(true_pairs, 1),
        merge_offered=tied / max(true_pairs, 1),
        precision=1 - len(mistaken) / max(sure, 1),
        certain=certain / max(reachable, 1),
        offered=offered / max(reachable, 1),
        review=classes.get("review", 0) / max(merged.dwellings.height, 1),
        conflict=classes.get("conflict", 0) / max(merged.dwellings.height, 1),
        merge_s=merged_at - start,
        match_s=matched_at - merged_at,
        plan_s=planned_at - matched_at,
    )


def meanings(world: Labelled, dwellings: pl.DataFrame) -> dict[str, set[str]]:
    """leverandor_bolig_id -> the true dwellings whose rows it holds."""
    keys = dwellings.select("leverandor_bolig_id", "source_keys").iter_rows()
    return {ours: {world.row_truth[key] for key in row_keys} for ours, row_keys in keys}


def _merge_recall(world: Labelled, dwellings: pl.DataFrame) -> tuple[int, int, int]:
    """Pairs of rows that are one dwelling: joined, joined or offered, all."""
    assert set(DWELLINGS) <= set(dwellings.columns)
    home: dict[str, str] = dict(dwellings.select("source_keys", "leverandor_bolig_id").explode("source_keys").iter_rows())
    beside = {(ours, other) for ours, others in dwellings.select("leverandor_bolig_id", "candidates").iter_rows() for other in others}
    same: dict[str, list[str]] = defaultdict(list)
    for key, name in world.row_truth.items():
        same[name].append(home[key])
    pairs = [pair for group in same.values() for pair in combinations(group, 2)]
    joined = sum(left == right for left, right in pairs)
    tied = sum(left == right or (left, right) in beside or (right, left) in beside for left, right in pairs)
    return joined, tied, len(pairs)


def _match_recall(world: Labelled, pairs: pl.DataFrame, homes_of: dict[str, set[str]]) -> tuple[set[tuple[str, str]], int, int, int]:
    matched = pairs.select("leverandor_bolig_id", "kobo_id", "certain").rows()
    right = {(ours, entry) for ours, entry, _ in matched if world.entry_truth.get(entry) in homes_of[ours]}
    certain = {(ours, entry) for ours, entry, sure in matched if sure}
    known = {name for names in homes_of.values() for name in names} & set(world.entry_truth.values())
    matched_homes = {world.entry_truth[entry] for _, entry in certain & right}
    offered = {world.entry_truth[entry] for _, entry in right}
    return certain - right, len(matched_homes), len(offered), len(known)
