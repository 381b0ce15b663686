"""Which rows are one dwelling: rows that share a key, never two of one source, never by a chain of doubts.

Each key is tried for all rows at once, the strongest key first. What a key would join is joined whole or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from reconciliation.merge.neighbours import crowded

KNOWN, DECISION, MATRIKKEL, ADDRESS_UNIT, ADDRESS_LABEL, ADDRESS = (
    "known",
    "decision",
    "matrikkel",
    "address_unit",
    "address_label",
    "address",
)
STRENGTH = (DECISION, KNOWN, MATRIKKEL, ADDRESS_UNIT, ADDRESS_LABEL, ADDRESS)
"""Merge keys, strongest first."""

LIKE_AREA = 1.25
"""Two areas of one house may differ this much (one system measures outside walls) before the address alone is too little."""


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
        **{f"_by_{name}": key for name, key in _keys().items()},
        _by_decision=decision_key,
    )
    keyed = keyed.with_columns(_crowded=crowded(keyed))
    forbidden = pl.DataFrame(different, schema={"left": pl.Int64(), "right": pl.Int64()}, orient="row")
    apart: list[pl.DataFrame] = []
    for name in STRENGTH:
        keyed = _join_by(keyed, name, forbidden, apart)
    final = keyed.select("_row", "_cluster")
    pairs = pl.concat([forbidden.clear(), *apart])
    for side in ("left", "right"):
        pairs = pairs.join(final.rename({"_row": side, "_cluster": f"{side}_now"}), on=side, how="left")
    ends = pairs.select(left="left_now", right="right_now").filter(pl.col("left") != pl.col("right")).unique()
    return Clusters(_named(keyed), ends)


def _keys() -> dict[str, pl.Expr]:
    extra = pl.col("_extra").fill_null("")
    return {
        KNOWN: pl.col("_known"),
        MATRIKKEL: pl.concat_str("_matrikkel", "_unit", extra, separator="|"),
        ADDRESS_UNIT: pl.concat_str("_address", "_unit", extra, separator="|"),
        ADDRESS_LABEL: pl.concat_str("_address", "_label", separator="|"),
        ADDRESS: pl.col("_address"),
    }


def _one(column: str) -> pl.Expr:
    """At most one value, blanks aside."""
    return pl.col(column).drop_nulls().n_unique() <= 1


def _allowed(name: str) -> pl.Expr:
    sound = pl.len() == pl.col("source").n_unique()
    if name in (DECISION, KNOWN):
        return sound
    sound &= _one("_extra")
    if name == MATRIKKEL:
        # One matrikkel can hold several entrances whose unit numbers each begin at H0101.
        return sound & (pl.col("_house").n_unique() == 1)
    if name == ADDRESS:
        unit = pl.col("_unit").drop_nulls()
        lone = (unit.len() == pl.len()) | (unit.len() == 0) | (unit == "H0101").all()
        area = pl.col("bruksareal").drop_nulls()
        alike = (area.len() < 2) | (area.max() <= area.min() * LIKE_AREA)
        label = pl.col("_label").drop_nulls().str.strip_chars_start("0")
        # A label of its own, or a room's reference, tells that more dwellings stand there than these sources list.
        sole = (label.len() == pl.len()) | (label.len() == 0) | (label == "1").all()
        return (
            sound
            & ~pl.col("_crowded").any()
            & _one("_unit")
            & lone
            & _one("_label")
            & sole
            & (pl.col("_extra").n_unique() == 1)
            & _one("_matrikkel_ground")
            & alike.fill_null(value=True)
        )
    return sound


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
    members = (
        rows.drop(key)
        .join(turn, on="_cluster")
        .with_columns(
            _matrikkel_ground=pl.concat_str(pl.col("gardsnummer").cast(pl.String()), pl.col("bruksnummer").cast(pl.String()), separator="/")
        )
    )
    checked = members.group_by(key).agg(
        allowed=_allowed(name), one_known=_one("_known") | pl.lit(name == DECISION), first=pl.col("_cluster").min()
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
    known_apart = checked.filter(pl.col("allowed") & ~pl.col("one_known")).select(key)
    if known_apart.height:
        apart.append(_pairs_of(members.join(known_apart, on=key, how="semi"), key))
    rank = pl.lit(STRENGTH.index(name), pl.Int64())
    joined = turn.join(checked.filter(pl.col("allowed") & pl.col("one_known")), on=key).select("_cluster", _now="first")
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
        for rank, name in enumerate(STRENGTH)
        if name != KNOWN
    )
    named = (
        rows.filter(pl.col("_joined").is_not_null())
        .group_by("_cluster")
        .agg(_shared=shared, _weakest=pl.col("_joined").max())
        .select("_cluster", _named=pl.coalesce("_shared", "_weakest"))
    )
    return (
        rows.drop("_crowded", *(f"_by_{name}" for name in STRENGTH))
        .join(named, on="_cluster", how="left", maintain_order="left")
        .with_columns(_joined="_named")
        .drop("_named")
    )
