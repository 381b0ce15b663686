"""Which rows are one dwelling: rows that share a key, never two of one source, never by a chain of doubts.

Each key is tried for all rows at once, the strongest key first. What a key would join is joined whole or not at all; but of several rows
with one unit number the one that stands against all others is left out, and asked about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from reconciliation.likeness.leases import let_by_lease
from reconciliation.likeness.neighbours import neighbours
from reconciliation.likeness.place import PLACE_COLUMNS
from reconciliation.likeness.street_spelling import ground
from reconciliation.merge.label_order import houses_numbered_alike, number_of_house
from reconciliation.merge.last_pair import last_ones
from reconciliation.merge.merge_keys import (
    ADDRESS,
    ADDRESS_LABEL,
    ADDRESS_LEASE,
    ADDRESS_UNIT,
    DECISION,
    KNOWN,
    LAST,
    MATRIKKEL,
    allowed,
    at_most_one,
    contradicted,
    measured_alike,
    merge_keys,
    sound,
)
from reconciliation.merge.misplaced_rows import PAIR_OF_ROWS, doubted_pairs

STRENGTH = (DECISION, KNOWN, MATRIKKEL, ADDRESS_UNIT, ADDRESS_LEASE, ADDRESS_LABEL, ADDRESS, LAST)
"""Merge keys, strongest first."""
KEYED = STRENGTH[:-1]
UNIT_KEYS = (MATRIKKEL, ADDRESS_UNIT)
_MEASURED = ("bruksareal", "manedsleie", "antall_soverom", "etasjenummer")
_LOOKED_AT = ("source", "gardsnummer", "bruksnummer", "seksjonsnummer", "postnummer", *_MEASURED, *PLACE_COLUMNS)


@dataclass(frozen=True, slots=True)
class _Barred:
    """PAIR_OF_ROWS that are never joined: those that people called different, and those that a neighbour fits better."""

    different: pl.DataFrame
    doubted: pl.DataFrame

    def of(self, name: str) -> list[pl.DataFrame]:
        """What bars a key. What a person or an earlier night joined is not undone because a neighbour fits better."""
        pairs = [self.different] if name in (DECISION, KNOWN) else [self.different, self.doubted]
        return [frame for frame in pairs if frame.height]


@dataclass(frozen=True, slots=True)
class _Apart:
    """PAIR_OF_ROWS. pairs: `left` waits to be told whether it is `right`. outvoted: `left` is the one row of a unit that stands against the
    others, which agree with each other; these (`right`) do not wait for it."""

    pairs: list[pl.DataFrame]
    outvoted: list[pl.DataFrame] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Clusters:
    """rows: the input with `_cluster` (index of its first row) and `_joined` (rank in STRENGTH of the weakest join, null).

    apart: `_cluster` pairs (left, right) that a key calls the same although they are known as two dwellings.
    """

    rows: pl.DataFrame
    apart: pl.DataFrame


def cluster(rows: pl.DataFrame, same: list[list[int]], different: list[tuple[int, int]], moved: pl.DataFrame) -> Clusters:
    """rows: standing rows with PLACE_COLUMNS, `_row` (index) and `_known` (leverandor_bolig_id or null), sorted.

    same: groups of `_row` that people called the same. different: pairs that they called different.
    moved: of moved_keys, rows whose known id no longer holds.
    """
    decided = {row: f"{place:09}" for place, group in enumerate(same) for row in group}
    # What keys look at, and nothing else, is carried from join to join; the rows get their cluster when all is done.
    keyed = rows.select(*_LOOKED_AT, "_known", "_row", _cluster=pl.col("_row"), _joined=pl.lit(None, pl.Int64()), _ground=ground())
    keyed = keyed.with_columns(
        *neighbours(keyed),
        _units_here=pl.col("_unit").drop_nulls().n_unique().over("_address"),
        _leases_here=let_by_lease(keyed),
    )
    keyed = keyed.with_columns(_label=pl.when(~number_of_house(keyed)).then("_label"))
    alike = houses_numbered_alike(keyed)
    by = merge_keys(decided, alike)
    doubted = doubted_pairs(rows, keyed.select("source", "_known", **by))
    # Of two rows with one number of which one was typed wrong, either's label may have been typed with it.
    in_doubt = pl.col("_row").is_in(pl.concat([doubted["left"], doubted["right"]]).unique().implode())
    by[ADDRESS_LABEL] = pl.when(~in_doubt).then(by[ADDRESS_LABEL])
    barred = _Barred(pl.DataFrame(different, schema=PAIR_OF_ROWS, orient="row"), doubted.select(list(PAIR_OF_ROWS)))
    apart = _Apart([doubted.select("left", "right"), doubted.select("left", right="other")] if doubted.height else [])
    for name in KEYED:
        if name == ADDRESS_UNIT:
            apart.pairs.append(_claimed_twice(keyed, by[name]))
        keyed = _join_by(keyed, keyed.select("_cluster", _key=by[name]), name, barred, apart)
    # Where two owners may number the flats differently, equal labels are no evidence.
    named = keyed.with_columns(_label=pl.when(pl.col("_address").is_in(alike.implode())).then("_label"))
    keyed = _join_by(keyed, last_ones(named), LAST, barred, apart)
    final = keyed.select("_row", "_cluster")
    lone = final.filter(pl.len().over("_cluster") == 1).get_column("_row")
    apart.pairs.append(moved.filter(pl.col("_row").is_in(lone.implode())).select(left="_row", right="_keeper"))
    ends, outvoted = (_ends(pairs, final) for pairs in (apart.pairs, apart.outvoted))
    ends = ends.join(outvoted.select(left="right", right="left"), on=["left", "right"], how="anti")
    return Clusters(rows.hstack(_named(keyed, by)), ends)


def _ends(pairs_of_rows: list[pl.DataFrame], final: pl.DataFrame) -> pl.DataFrame:
    """PAIR_OF_ROWS -> the clusters (left, right) that they are in, each once; final: `_row`, `_cluster`."""
    pairs = pl.concat([pl.DataFrame(schema=PAIR_OF_ROWS), *pairs_of_rows])
    for side in ("left", "right"):
        pairs = pairs.join(final.rename({"_row": side, "_cluster": f"{side}_now"}), on=side, how="left")
    return pairs.select(left="left_now", right="right_now").filter(pl.col("left") != pl.col("right")).unique()


def _join_by(rows: pl.DataFrame, shared: pl.DataFrame, name: str, barred: _Barred, apart: _Apart) -> pl.DataFrame:
    """shared: `_cluster` and the `_key` that it has, null for none."""
    keyed_rows = shared.filter(pl.col("_key").is_not_null() & pl.col("_key").is_duplicated())
    # Keys by their place among the others: numbers are grouped and joined several times faster than texts.
    open_groups = _several(keyed_rows.with_columns(pl.col("_key").rank("dense")))
    while not open_groups.is_empty():
        # A cluster can be in several groups; each round takes groups that share none, in the order of their keys.
        first = open_groups.with_columns(_mine=pl.col("_key") == pl.col("_key").min().over("_cluster"))
        turn = first.filter(pl.col("_mine").all().over("_key")).select("_key", "_cluster")
        joined = _joined_groups(rows, turn, name, barred, apart)
        weakest = pl.when(pl.col("_now").is_not_null()).then(pl.max_horizontal("_joined", STRENGTH.index(name))).otherwise("_joined")
        # Only what changes is joined: a join copies every column.
        rows = rows.with_columns(_now(rows.select("_cluster", "_joined"), joined).select("_cluster", _joined=weakest))
        # Tried groups are not tried again, and a key that only one cluster has can never join anything.
        open_groups = _several(_now(open_groups.join(turn, on="_key", how="anti"), joined).drop("_now"))
    return rows


def _several(shared: pl.DataFrame) -> pl.DataFrame:
    return shared.select("_key", "_cluster").unique().filter(pl.len().over("_key") > 1)


def _now(rows: pl.DataFrame, joined: pl.DataFrame) -> pl.DataFrame:
    """rows with the `_cluster` they are in after the join, and `_now`, null where they were not joined."""
    return rows.join(joined, on="_cluster", how="left", maintain_order="left").with_columns(_cluster=pl.coalesce("_now", "_cluster"))


def _joined_groups(rows: pl.DataFrame, turn: pl.DataFrame, name: str, barred: _Barred, apart: _Apart) -> pl.DataFrame:
    """`_cluster` of those that the key joins, and `_now`, the one they become. What it would join but may not is added to apart."""
    # Lazy: a join of eager frames copies every column, also those that this key never looks at.
    members = rows.lazy().join(turn.lazy(), on="_cluster").filter(sound().over("_key"))
    checked = _checked(members, name, barred)
    kept_apart = checked.filter(pl.col("allowed") & ~pl.col("joins")).select("_key")
    joined = turn.join(checked.filter(pl.col("allowed") & pl.col("joins")), on="_key").select("_cluster", _now="first")
    if kept_apart.is_empty():
        return joined
    split = members.join(kept_apart.lazy(), on="_key", how="semi").collect()
    apart.pairs.append(_pairs_of(split.select("_row", "_cluster", "_key")))
    if name not in UNIT_KEYS:
        return joined
    outvoted = _without_one(split, name, barred)
    apart.outvoted.append(outvoted.select(left="_odd", right="_row"))
    return pl.concat([joined, outvoted.select("_cluster", _now="first").unique()])


def _checked(members: pl.LazyFrame, name: str, barred: _Barred) -> pl.DataFrame:
    """Per `_key` of the members: `allowed`, `joins` (nothing speaks against it), `alike` (area or rent says so) and `first`, the cluster
    that they would become."""
    checked = (
        members.group_by("_key")
        .agg(
            allowed=allowed(name),
            contradicted=contradicted(name),
            one_known=at_most_one("_known") | pl.lit(name == DECISION),
            alike=measured_alike(),
            first=pl.col("_cluster").min(),
        )
        .collect()
    )
    for pairs in barred.of(name):
        place = members.select("_row", "_key").collect()
        split = pairs.join(place, left_on="left", right_on="_row").join(place, left_on="right", right_on="_row", suffix="_right")
        broken = split.filter(pl.col("_key") == pl.col("_key_right")).get_column("_key")
        checked = checked.with_columns(pl.col("contradicted") | pl.col("_key").is_in(broken.implode()))
    return checked.with_columns(joins=pl.col("one_known") & ~pl.col("contradicted"))


def _without_one(members: pl.DataFrame, name: str, barred: _Barred) -> pl.DataFrame:
    """members: rows of groups that the key may not join whole. Where exactly one cluster of a group stands against all others, and these
    agree with each other in area or rent: the others' `_row` and `_cluster`, `first`, and `_odd`, a row of the one."""
    groups = members.filter(pl.col("_cluster").n_unique().over("_key") > 2)
    if groups.is_empty():
        return pl.DataFrame(schema={name: pl.Int64() for name in ("_row", "_cluster", "first", "_odd")})
    odd = groups.group_by("_key", _without="_cluster").agg(_odd=pl.col("_row").min())
    tries = odd.join(groups, on="_key").filter(pl.col("_cluster") != pl.col("_without"))
    tries = tries.with_columns(_key=pl.struct("_key", "_without").rank("dense"), _group="_key")
    checked = _checked(tries.lazy(), name, barred).filter(pl.col("allowed") & pl.col("joins") & pl.col("alike"))
    agreeing = tries.join(checked, on="_key").filter(pl.col("_without").n_unique().over("_group") == 1)
    return agreeing.select("_row", "_cluster", "first", "_odd")


def _claimed_twice(rows: pl.DataFrame, key: pl.Expr) -> pl.DataFrame:
    """Pairs (left, right) of rows that share the key, of clusters with no source in common, where one source has several rows in these
    clusters: they are two homes there, and it is unknown which of them the other row is."""
    keyed_rows = rows.select("_row", "source", "_cluster", _key=key).filter(pl.col("_key").is_not_null() & pl.col("_key").is_duplicated())
    clusters = keyed_rows.select("_key", "_cluster").unique().join(rows.select("_cluster", "source"), on="_cluster")
    several = clusters.filter(pl.struct("_key", "source").is_duplicated()).get_column("_key").unique()
    twice = keyed_rows.filter(pl.col("_key").is_in(several.implode()))
    pairs = twice.join(twice, on="_key", suffix="_other").filter(pl.col("_cluster") != pl.col("_cluster_other"))
    sharing = clusters.join(clusters, on=["_key", "source"], suffix="_other").select("_cluster", "_cluster_other")
    return pairs.join(sharing, on=["_cluster", "_cluster_other"], how="anti").select(left="_row", right="_row_other")


def _pairs_of(members: pl.DataFrame) -> pl.DataFrame:
    heads = members.group_by("_key", "_cluster").agg(_row=pl.col("_row").min())
    pairs = heads.join(heads, on="_key", suffix="_other").filter(pl.col("_row") != pl.col("_row_other"))
    return pairs.select(left="_row", right="_row_other")


def _named(rows: pl.DataFrame, by: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """`_cluster` and `_joined` of each row. The strongest key that all rows of a cluster share says more than the one that
    happened to join them."""
    shared = pl.coalesce(
        pl.when((pl.col(name).n_unique() == 1) & pl.col(name).is_not_null().all()).then(pl.lit(STRENGTH.index(name), pl.Int64()))
        for name in KEYED
        if name != KNOWN
    )
    named = (
        rows.filter(pl.col("_joined").is_not_null())
        .select("_cluster", "_joined", **{name: by[name] for name in KEYED if name != KNOWN})
        .group_by("_cluster")
        .agg(_named=pl.coalesce(shared, pl.col("_joined").max()))
    )
    names = rows.select("_cluster").join(named, on="_cluster", how="left", maintain_order="left")
    return names.rename({"_named": "_joined"})
