"""Comparison by levels, for any two frames: how much two values agree, in points.

The levels are a table. A pair's points only order candidates and leave out the hopeless; no number of points makes a
pair certain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist


@dataclass(frozen=True, slots=True)
class Level:
    """code: stable; points: towards (or against) the pair being one dwelling."""

    code: str
    points: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """levels: tried in order, the first that applies is the pair's; `other` when both sides have a value and none applies.

    field: canonical; column: whose blank makes it `unknown`, the field unless said.
    """

    field: str
    levels: tuple[tuple[pl.Expr, Level], ...]
    other: Level
    unknown: Level
    column: str = ""

    @property
    def all_levels(self) -> list[Level]:
        """Every level a pair can have, `other` and `unknown` last."""
        return [*(level for _, level in self.levels), self.other, self.unknown]


def side(name: str) -> pl.Expr:
    """The other side's value of the column."""
    return pl.col(f"{name}_theirs")


def scored(pairs: pl.DataFrame, scores: Sequence[pl.Expr]) -> pl.DataFrame:
    """pairs: both sides' columns, the other side's as `<column>_theirs`. Adds what `scores` of a table of levels gives."""
    # Lazily, so that expressions shared by levels and points are computed once.
    return pairs.lazy().with_columns(*scores).collect()


def scores(comparisons: Sequence[Comparison]) -> list[pl.Expr]:
    """`_level_<field>` of each and `_points`, for any table of levels."""
    # One kind for all: a level is a byte, and codes of other fields may be asked for too.
    codes = pl.Enum(list(dict.fromkeys(level.code for comparison in comparisons for level in comparison.all_levels)))
    points = pl.sum_horizontal(chosen(comparison, lambda level: pl.lit(float(level.points))) for comparison in comparisons)
    levels = [chosen(comparison, lambda level: pl.lit(level.code, codes)).alias(f"_level_{comparison.field}") for comparison in comparisons]
    return [*levels, points.alias("_points")]


def chosen(comparison: Comparison, of_level: Callable[[Level], pl.Expr]) -> pl.Expr:
    """What `of_level` gives for the pair's level."""
    name = comparison.column or comparison.field
    level_of = (
        pl.when(pl.col(name).is_null() | side(name).is_null()).then(of_level(comparison.unknown)).otherwise(of_level(comparison.other))
    )
    for holds, level in reversed(comparison.levels):
        level_of = pl.when(holds.fill_null(value=False)).then(of_level(level)).otherwise(level_of)
    return level_of


def likeness(joined: pl.DataFrame, column: str) -> pl.Series:
    """Jaro-Winkler likeness (0-1) of `column` and `<column>_theirs`, row by row; a blank is like a blank."""
    import numpy as np  # noqa: PLC0415 - a tenth of a second, on the nights when two are compared only

    other = f"{column}_theirs"
    sides = joined.select(pl.col(column).fill_null(""), pl.col(other).fill_null(""))
    differ = sides.with_row_index("_at").filter(pl.col(column) != pl.col(other))
    like = cpdist(differ[column].to_list(), differ[other].to_list(), scorer=JaroWinkler.similarity, dtype=np.float32)
    product = np.ones(joined.height, dtype=np.float32)
    product[differ["_at"].to_numpy()] = like
    return pl.Series("_likeness", product)
