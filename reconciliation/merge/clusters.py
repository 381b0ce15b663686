"""Which rows are one dwelling: rows that share a key, never two of one source, never by a chain of doubts.

Each key is tried for all rows at once, the strongest key first. What a key would join is joined whole or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from reconciliation.match.leases import let_by_lease
from reconciliation.match.neighbours import neighbours
from reconciliation.match.spelling import ground
from reconciliation.merge.keys import (
    ADDRESS,
    ADDRESS_LABEL,
    ADDRESS_LEASE,
    ADDRESS_UNIT,
    DECISION,
    KNOWN,
    LAST,
    MATRIKKEL,
    allowed,
    at_odds,
    keys,
    mixed_leases,
    one,
)
from reconciliation.merge.last import last_ones

STRENGTH = (DECISION, KNOWN, MATRIKKEL, ADDRESS_UNIT, ADDRESS_LEASE, ADDRESS_LABEL, ADDRESS, LAST)
"""Merge keys, strongest first."""
KEYED = STRENGTH[:-1]


@dataclass(frozen=True, slots=True)
class Clusters:
    """rows: the input with `_cluster` (index of its first row) and `_joined` (rank in STRENGTH of the weakest join, null).

    apart: `_cluster` pairs (left, right) that a key calls the same although they are known as two dwellings.
    """

    rows: pl.DataFrame
    apart: pl.DataFrame


def cluster(rows: pl.DataFrame, same: list[list[int]], different: list[tuple[int, int]]) -> Clusters:
    """rows: standing rows with PLACE_COLUMNS, `_row` (index) and `_known` (leverandor_bolig_id or null), sorted.

    same: groups of `_row` that people called the same. different: pairs that they called different.
    """
    decided = {row: f"{place:09}" for place, group in enumerate(same) for row in group}
    decision_key = pl.col("_row").replace_strict(decided, default=None, return_dtype=pl.String()) if decided else pl.lit(None, pl.String())
    keyed = rows.with_columns(
        _cluster=pl.col("_row"),
        _joined=pl.lit(None, pl.Int64()),
        _ground=ground(),
        **{f"_by_{name}": key for name, key in keys().items()},
        _by_decision=decision_key,
    )
    keyed = keyed.with_columns(
        *neighbours(keyed),
        _units_here=pl.col("_unit").drop_nulls().n_unique().over("_address"),
        _leases_here=let_by_lease(),
        _by_last=pl.lit(None, pl.String()),
    )
    forbidden = pl.DataFrame(different, schema={"left": pl.Int64(), "right": pl.Int64()}, orient="row")
    apart: list[pl.DataFrame] = []
    for name in KEYED:
        keyed = _join_by(keyed, name, forbidden, apart)
    keyed = _join_by(
        keyed.drop("_by_last").join(last_ones(keyed), on="_cluster", how="left", maintain_order="left"), LAST, forbidden, apart
    )
    final = keyed.select("_row", "_cluster")
    pairs = pl.concat([forbidden.clear(), *apart])
    for side in ("left", "right"):
        pairs = pairs.join(final.rename({"_row": side, "_cluster": f"{side}_now"}), on=side, how="left")
    ends = pairs.select(left="left_now", right="right_now").filter(pl.col("left") != pl.col("right")).unique()
    return Clusters(_named(keyed), ends)


def _join_by(rows: pl.DataFrame, name: str, forbidden: pl.DataFrame, apart: list[pl.DataFrame]) -> pl.DataFrame:
    key = f"_by_{name}"
    tried = pl.DataFrame(schema={key: pl.String()})
    while True:
        open_groups = (
            rows.filter(pl.col(key).is_not_null())
            .select(key, "_cluster")
            .unique()
            .join(tried, on=key, how="anti")
            .filter(pl.len().over(key) > 1)
        )
        if open_groups.is_empty():
            return rows
        # A cluster can stand in several groups; each round takes groups that share none, in the order of their keys.
        first = open_groups.with_columns(_mine=pl.col(key) == pl.col(key).min().over("_cluster")).filter(pl.col("_mine").all().over(key))
        turn = first.select(key, "_cluster")
        tried = pl.concat([tried, turn.select(key).unique()])
        rows = _join_groups(rows, turn, name, forbidden, apart)


def _join_groups(rows: pl.DataFrame, turn: pl.DataFrame, name: str, forbidden: pl.DataFrame, apart: list[pl.DataFrame]) -> pl.DataFrame:
    key = f"_by_{name}"
    members = rows.drop(key).join(turn, on="_cluster")
    checked = members.group_by(key).agg(
        allowed=allowed(name),
        odd=at_odds(name) | mixed_leases(name),
        one_known=one("_known") | pl.lit(name == DECISION),
        first=pl.col("_cluster").min(),
    )
    if forbidden.height:
        place = members.select("_row", key)
        split = (
            forbidden.join(place, left_on="left", right_on="_row")
            .join(place, left_on="right", right_on="_row", suffix="_right")
            .filter(pl.col(key) == pl.col(f"{key}_right"))
            .select(key)
        )
        checked = checked.join(split, on=key, how="anti")
    joins = pl.col("one_known") & ~pl.col("odd")
    kept_apart = checked.filter(pl.col("allowed") & ~joins).select(key)
    if kept_apart.height:
        apart.append(_pairs_of(members.join(kept_apart, on=key, how="semi"), key))
    rank = pl.lit(STRENGTH.index(name), pl.Int64())
    joined = turn.join(checked.filter(pl.col("allowed") & joins), on=key).select("_cluster", _now="first")
    return (
        rows.join(joined, on="_cluster", how="left", maintain_order="left")
        .with_columns(
            _cluster=pl.coalesce("_now", "_cluster"),
            _joined=pl.when(pl.col("_now").is_not_null()).then(pl.max_horizontal("_joined", rank)).otherwise("_joined"),
        )
        .drop("_now")
    )


def _pairs_of(members: pl.DataFrame, key: str) -> pl.DataFrame:
    heads = members.group_by(key, "_cluster").agg(_row=pl.col("_row").min())
    return heads.join(heads, on=key, suffix="_other").filter(pl.col("_row") != pl.col("_row_other")).select(left="_row", right="_row_other")


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    """The strongest key that all rows of a cluster share says more than the one that happened to join them."""
    shared = pl.coalesce(
        pl.when((pl.col(f"_by_{name}").n_unique() == 1) & pl.col(f"_by_{name}").is_not_null().all()).then(pl.lit(rank, pl.Int64()))
        for rank, name in enumerate(KEYED)
        if name != KNOWN
    )
    named = (
        rows.filter(pl.col("_joined").is_not_null())
        .group_by("_cluster")
        .agg(_shared=shared, _weakest=pl.col("_joined").max())
        .select("_cluster", _named=pl.coalesce("_shared", "_weakest"))
    )
    return (
        rows.drop("_ground", "_crowded", "_beside", "_units_here", "_leases_here", *(f"_by_{name}" for name in STRENGTH))
        .join(named, on="_cluster", how="left", maintain_order="left")
        .with_columns(_joined="_named")
        .drop("_named")
    )
