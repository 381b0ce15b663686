"""Dwellings as they would be if no person had called rows the same: who may be whose home is looked for among these.

A dwelling that a person made has both streets of a corner house, the numbers of both lists, and a list fewer that it lacks. If its
neighbours were judged by that, one answer could end the questions about other homes, and these would be created beside their own entries.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

PARTS = {"part": pl.String(), "leverandor_bolig_id": pl.String()}


def rows_before_answers(named: pl.DataFrame, same: Sequence[Sequence[int]]) -> pl.DataFrame:
    """named: rows with `_row`, `_cluster`, leverandor_bolig_id and PLACE_COLUMNS. same: groups of `_row` that people called the same.

    Those of the dwellings with such rows; `_cluster` and `part` are those of each row that was called the same, with the rows at its place
    that keys join to it.
    """
    answered = pl.col("_row").is_in(pl.Series([row for group in same for row in group], dtype=pl.Int64()).implode())
    rows = named.filter(answered.any().over("_cluster"))
    place = ("_cluster", "_address", "_unit", "_extra")
    joined = pl.coalesce(pl.col("_row").filter(answered).min().over(place), pl.col("_row").min().over(place))
    rows = rows.with_columns(_part=pl.when(answered).then("_row").otherwise(joined))
    return rows.with_columns(_cluster="_part", part=pl.format("{}\x1f{}", "leverandor_bolig_id", "_part")).drop("_part")


def of_dwellings(pairs: pl.DataFrame, parts: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """pairs: (leverandor_bolig_id, other), of which either may be a part. parts: PARTS with `_unit` of the part. units: leverandor_bolig_id
    and `_unit` of all dwellings.

    The pairs of dwellings. Where a person said which flat a row without a unit number is, it is no longer asked about the others.
    """
    if parts.is_empty():
        return pairs
    named = pairs
    for side in ("leverandor_bolig_id", "other"):
        known = parts.select("part", _of="leverandor_bolig_id", _numbered=pl.col("_unit").is_not_null())
        named = named.join(known, left_on=side, right_on="part", how="left").with_columns(
            pl.coalesce("_of", side).alias(side), pl.col("_numbered").fill_null(value=True).alias(f"_numbered_{side}")
        )
        named = named.drop("_of", "_numbered").join(
            units.select(pl.col("leverandor_bolig_id").alias(side), pl.col("_unit").alias(f"_unit_{side}")), on=side
        )
    unnumbered = ~(pl.col("_numbered_leverandor_bolig_id") & pl.col("_numbered_other"))
    other_unit = (pl.col("_unit_leverandor_bolig_id") != pl.col("_unit_other")).fill_null(value=False)
    return named.filter(~(unnumbered & other_unit)).select(pairs.columns).unique()
