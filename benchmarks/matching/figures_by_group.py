"""The figures of merging and matching, group by group; what prints them is `python -m benchmarks.matching`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from benchmarks.matching.adversary import adversary_world
from benchmarks.matching.linking import Task, beside_peers, febrl
from benchmarks.matching.measuring import HOUSE, Measured, meanings, measure
from benchmarks.matching.misled import SELDOM, as_rows, misled
from benchmarks.matching.second_town import second_town
from benchmarks.matching.soiled_rows import Soil, in_cells, in_rows
from benchmarks.matching.worlds import Labelled, demo_world, elverum_world
from benchmarks.pairs import PAIRS
from benchmarks.pairs import seconds as timed
from reconciliation.likeness.blocks import pairs_in_blocks
from reconciliation.likeness.comparison import prepared
from reconciliation.likeness.place import with_place
from reconciliation.match import match
from reconciliation.match.candidates import with_this_rent, worth_asking
from reconciliation.merge import merge
from tests.strategies import links, none_known

SIZES = (1_090, 20_000, 111_000)
SHARES = (0.05, 0.15, 0.3)
MISLEADING = (0.05, 0.2)
SEEDS = {3_000: (101, 102, 103), 20_000: (101, 102, 103), 111_000: (101, 102, 103)}
"""Of the towns, by size: seeds that were never used while rules were written."""
RESIDUAL_S = 0.1
Row = dict[str, Any]


SPREAD: dict[str, Soil] = {"of the rows dirty": in_rows, "of every cell dirty (harsh)": in_cells}
"""What "5 % dirt" is a share of. The goals mean one row in twenty; 5 % of the cells leaves a flaw in one row in four."""


def results(sizes: tuple[int, ...] = SIZES) -> list[Row]:
    """The rows of this benchmark in benchmarks/results.json."""
    return [row for group in groups(sizes) for row in group]


def groups(sizes: tuple[int, ...] = SIZES) -> Iterator[list[Row]]:
    """The rows of one world, or of one task for several engines, as soon as they are measured."""
    for spread, soil in SPREAD.items():
        for share in SHARES:
            for size in sizes:
                yield _figures(f"the demo's municipality, {share:.0%} {spread}", size, share, measure(demo_world(size, share, soil=soil)))
            real = elverum_world(share, soil=soil)
            name = f"real addresses, made units, {share:.0%} {spread}"
            yield _absent(name) if real is None else _figures(name, real.rows.height, share, measure(real))
    yield from towns()
    for number in (1, 2, 3, 4):
        task = febrl(number)
        yield _absent(f"FEBRL {number}") if task is None else _beside(task, task.left.height)
    for size in sizes:
        yield whole(size)
        yield residual(size)


def towns(sizes: Mapping[int, tuple[int, ...]] | None = None) -> Iterator[list[Row]]:
    """The towns that are made to mislead, and the same with flaws in rows alone: none in the register, and no building that a list has
    wrong as a whole. sizes: dwellings -> seeds."""
    for name, make in (("made to mislead", adversary_world), ("of other habits", second_town)):
        for share in MISLEADING:
            for size, seeds in (sizes or SEEDS).items():
                for seed in seeds:
                    title = f"a town {name}, {share:.0%} of the rows, seed {seed}"
                    yield as_rows(title, size, share, misled(make(size, share, seed), share))
        for size, seeds in (sizes or SEEDS).items():
            for seed in seeds:
                title = f"a town {name}, {SELDOM:.0%} of the rows alone, seed {seed}"
                yield as_rows(title, size, SELDOM, misled(make(size, SELDOM, seed, 0.0), SELDOM))


def _absent(name: str) -> list[Row]:
    why = "its file is not at hand: KOBOSYNC_REAL_DATA names the folder of public data"
    return [
        {"name": f"{name}: did not run", "size": 0, "ours": None, "other": None, "other_is": why, "ratio": None, "goal": "", "met": None}
    ]


def _figures(title: str, size: int, share: float, measured: Measured) -> list[Row]:
    wrong, named = measured.wrong_merges + measured.wrong_certain, measured.misnamed_merges + measured.misnamed_certain

    def row(what: str, ours: float, goal: str = "", reached: bool | None = None) -> Row:
        head = {"name": f"{title}: {what}", "size": size, "ours": ours, "other": None, "other_is": "", "ratio": None}
        return head | {"goal": goal, "met": reached}

    first = share == SHARES[0]
    return [
        row("wrong automatic", wrong, "0", wrong == 0) | {"detail": measured.as_dict()},
        row("taken for another whose number it was typed with", named),
        row("precision of automatic matches, those included", round(measured.precision, 4)),
        row("recall, automatic and offered", round(measured.offered, 4), ">= 0.995", measured.offered >= 0.995),
        row("recall, automatic alone", round(measured.certain, 4)),
        row("share in review", round(measured.review, 4), "< 0.05" if first else "", measured.review < 0.05 if first else None),
        row("merge and match (seconds)", round(measured.merge_s + measured.match_s, 2)),
    ]


DIRT = 0.15
"""Share of the cells soiled. Much is left over by the keys, so that the engines' results differ visibly."""


def whole(size: int) -> list[Row]:
    """All dwellings against the whole register: scored by each engine, and by the keys, checks and questions of `match`."""
    world = demo_world(size, DIRT)
    merged = merge(world.rows, none_known(), None, HOUSE).dwellings
    pairs = match(merged, world.entries, links(), None)
    rows = _beside(_task("all against the register", world, prepared(with_place(merged)), prepared(with_place(world.entries))), size)
    seconds = median(timed(lambda: match(merged, world.entries, links(), None)) for _ in range(3))
    name = f"all against the register, {merged.height} x {world.entries.height}: match, {pairs.height} pairs told (seconds)"
    rest = [
        {"name": name, "size": size, "ours": round(seconds, 3), "other": row["other"], "other_is": row["other_is"]}
        | {"ratio": row["other"] and round(row["other"] / seconds, 2), "more_is_better": True, "goal": "", "met": None}
        for row in rows
        if row["name"].endswith(": seconds")
    ]
    return rows + rest


def residual(size: int) -> list[Row]:
    """The rows that no key matched: our comparison and candidates, and the peers' on the same rows."""
    world = demo_world(size, DIRT)
    merged = merge(world.rows, none_known(), None, HOUSE).dwellings
    settled = match(merged, world.entries, links(), None).filter("certain")
    ours = prepared(with_place(merged.join(settled, on="leverandor_bolig_id", how="anti"))).with_columns(with_this_rent())
    theirs = prepared(with_place(world.entries.join(settled, on="kobo_id", how="anti"))).with_columns(_disputed=pl.lit(value=False))
    seconds = median(timed(lambda: worth_asking(pairs_in_blocks(ours, theirs), ours, theirs)) for _ in range(PAIRS))
    rows = _beside(_task("residual", world, ours, theirs), size)
    first = {
        "name": f"residual matching, {ours.height} x {theirs.height} left over (seconds)", "size": size, "ours": round(seconds, 3),
        "other": None, "other_is": "", "ratio": None, "goal": f"<= {RESIDUAL_S} at 111,000",
        "met": seconds <= RESIDUAL_S if size == SIZES[-1] else None,
    }  # fmt: skip
    return [first, *rows]


_COLUMNS = {
    "street": ("name", 3.0, -4.0), "house": ("exact", 2.0, -4.0), "unit": ("exact", 4.0, -6.0), "extra": ("exact", 3.0, -8.0),
    "postnummer": ("exact", 1.0, -1.0), "ground": ("exact", 2.0, -3.0), "rooms": ("exact", 1.0, -1.0), "rent": ("exact", 3.0, -1.0),
}  # fmt: skip
_BLOCKS = (("street", "house"), ("postnummer", "house", "rent"), ("ground", "unit"), ("ground", "house"), ("street", "rent"))


def _task(name: str, world: Labelled, ours: pl.DataFrame, theirs: pl.DataFrame) -> Task:
    """ours, theirs: prepared."""
    sides = _as_text(ours, "leverandor_bolig_id"), _as_text(theirs, "kobo_id")
    return Task(name, *sides, _COLUMNS, _BLOCKS, _truth(world, ours, theirs))


def _as_text(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    text = {"rooms": pl.col("antall_soverom").cast(pl.String()), "rent": pl.col("manedsleie").cast(pl.String())}
    return rows.select(
        id=name, street="_street", house="_house", unit="_unit", extra="_extra", postnummer="postnummer", ground="_ground", **text
    )


def _truth(world: Labelled, ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    homes_of = meanings(world, ours)
    left = pl.DataFrame([(ours_id, name) for ours_id, names in homes_of.items() for name in names], schema=["id_l", "name"], orient="row")
    entries = [(entry, world.entry_truth[entry]) for entry in theirs.get_column("kobo_id")]
    right = pl.DataFrame(entries, schema=["id_r", "name"], orient="row")
    return left.join(right, on="name").select("id_l", "id_r").unique()


def _beside(task: Task, size: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        scores = beside_peers(task, Path(folder))
    rows = []
    mine = scores.pop("kobosync")
    for name, other in scores.items():
        failed = "failed" in other
        for what, least in (("f1", None), ("recall_at_99", None), ("seconds", 10.0 if name == "splink" else None), ("cpu", None)):
            theirs = None if failed else other[what]
            ratio = None if not theirs else round((theirs / mine[what]) if what in ("seconds", "cpu") else mine[what] / theirs, 2)
            goal = f">= {least:g} times faster at 111,000" if least else ""
            row = {"name": f"{task.name}, comparison engine: {what}", "size": size, "ours": mine[what], "other": theirs, "other_is": name}
            rows.append(
                row
                | {
                    "ratio": ratio,
                    "more_is_better": True,
                    "goal": goal,
                    "met": ratio >= least if least and ratio and size == SIZES[-1] else None,
                    "detail": other,
                }
            )
    return rows
