"""Rows of two sources that share a key although one of them fits a neighbour better: its number was typed wrong."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.better_fit import better_elsewhere
from reconciliation.likeness.comparison import compare_rows, prepared
from reconciliation.likeness.contradiction import contradict, in_pair
from reconciliation.likeness.stopped_rule import unsupported
from reconciliation.likeness.unusual_differences import unusual_differences
from reconciliation.merge.merge_keys import ADDRESS, ADDRESS_LABEL, ADDRESS_UNIT, DECISION, MATRIKKEL
from reconciliation.merge.next_house import in_the_next_house
from reconciliation.merge.two_streets import in_two_streets
from reconciliation.merge.vouched_pairs import vouched

PAIR_OF_ROWS = {"left": pl.Int64(), "right": pl.Int64()}
DOUBTED_ROWS = {**PAIR_OF_ROWS, "other": pl.Int64()}


def doubted_pairs(rows: pl.DataFrame, keyed: pl.DataFrame) -> pl.DataFrame:
    """rows: prepared standing rows, `_row` is their number. keyed: source, `_known` and the value of each key, in the same order.

    DOUBTED_ROWS: `left` and `right` share a key, `other` is a row of right's source that fits `left` better. Pairs that a person or
    an earlier night joined are not doubted.
    """
    places = keyed.with_row_index("_at")
    sharing = {name: _sharing(places, name) for name in (MATRIKKEL, ADDRESS_UNIT, ADDRESS, ADDRESS_LABEL)}
    by_unit = pl.concat([sharing[MATRIKKEL], sharing[ADDRESS_UNIT]]).unique()
    keyed_pairs = pl.concat([by_unit, sharing[ADDRESS]]).unique()
    every_pair = pl.concat([keyed_pairs, sharing[ADDRESS_LABEL]]).unique()
    pairs, unsettled = _undecided(keyed_pairs, places), _undecided(every_pair, places)
    if unsettled.is_empty():
        return pl.DataFrame(schema=DOUBTED_ROWS)
    placed = prepared(rows.with_columns(_side="source"))
    doubted = better_elsewhere(placed, pairs)
    units = by_unit.join(pairs, on=["_at", "_at_right"], how="semi")
    stopped = unsupported(placed, units, _broken_houses(placed, units, doubted))
    odd = every_pair.filter(unusual_differences(placed, every_pair)).join(unsettled, on=["_at", "_at_right"], how="semi")
    in_doubt = pl.concat(
        [*(pairs.select("_at", "_at_right") for pairs in (doubted, stopped, odd)), doubted.select(_at="_at_right", _at_right="_at")]
    )
    odd = odd.join(
        vouched(placed, odd, every_pair.join(in_doubt, on=["_at", "_at_right"], how="anti")), on=["_at", "_at_right"], how="anti"
    )
    other_streets = in_two_streets(placed, pairs)
    next_door = in_the_next_house(placed, pairs)
    doubted = pl.concat([doubted, next_door, *(pairs.with_columns(_other="_at_right") for pairs in (stopped, odd, other_streets))]).unique()
    return doubted.select(left="_at", right="_at_right", other="_other").cast(pl.Schema(DOUBTED_ROWS)).sort("left", "right", "other")


def _undecided(pairs: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Without those that a person or an earlier night joined."""
    settled = [(pl.col(name) == pl.col(f"{name}_right")).fill_null(value=False) for name in ("_known", DECISION)]
    keys = places.select("_at", "_known", DECISION)
    joined = pairs.join(keys, on="_at").join(keys.rename(lambda name: f"{name}_right"), on="_at_right")
    return joined.filter(~pl.any_horizontal(settled)).select("_at", "_at_right")


def _broken_houses(rows: pl.DataFrame, units: pl.DataFrame, doubted: pl.DataFrame) -> pl.DataFrame:
    """`_address`, `_side`, `_side_right` of the houses and sources in which a unit number named another home: a pair that it makes cannot
    be, or fits elsewhere, or the floor of a row contradicts its number."""
    ends = ["_at", "_at_right"]
    wrong = compare_rows(units, rows, rows).filter(contradict(in_pair)).select(ends)
    wrong = pl.concat([wrong, units.join(doubted, on=ends, how="semi").select(ends)]).unique()
    address, side = rows.get_column("_address"), rows.get_column("_side")
    pairs = wrong.select(
        _address=address.gather(wrong["_at"]), _side=side.gather(wrong["_at"]), _side_right=side.gather(wrong["_at_right"])
    )
    sides = rows.select("_address", _side_right="_side").unique()
    floors = rows.filter("_doubted").select("_address", "_side").unique().join(sides, on="_address")
    return pl.concat([pairs, floors.filter(pl.col("_side") != pl.col("_side_right"))]).drop_nulls().unique()


def _sharing(places: pl.DataFrame, name: str) -> pl.DataFrame:
    """Pairs of rows of two sources that share the key, where each source has one row with it."""
    sharing = places.filter(pl.col(name).is_not_null() & pl.col(name).is_duplicated())
    lone = sharing.select("_at", "source", name).filter(pl.len().over(name, "source") == 1)
    pairs = lone.join(lone, on=name, suffix="_right").filter(pl.col("_at") < pl.col("_at_right"))
    return pairs.select("_at", "_at_right")
