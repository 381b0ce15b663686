"""Do two rows, dwellings or entries contradict each other? One function and one table of tolerances, for merging and matching alike.

A key (a unit number, an address, a label) names a home; what else is known of the two rows must not contradict it. A number typed
wrong names the neighbour's home, and then the measures differ. Decision record: docs/decisions/0011-one-likeness.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Tolerance:
    """field: a canonical number. Two values agree when they differ by at most `agrees`, and differ from `differs` on; shares of the
    larger value. In between they count neither way."""

    field: str
    agrees: float
    differs: float


_SAME_AREA, ROUNDED = 0.02, 1.0
"""Two areas within this share of the larger one, or so many square metres, are equal: systems round, and one cuts the decimals off."""
AREA = Tolerance("bruksareal", agrees=0.1, differs=0.2)
"""Some systems measure area outside the walls: a difference of this size is no contradiction."""
RENT = Tolerance("manedsleie", agrees=0.1, differs=0.1)
"""A rent rises from one system's reading to the next."""
ROOMS = Tolerance("antall_soverom", agrees=0, differs=0)
FLOOR = Tolerance("_floor", agrees=0, differs=0)
TOLERANCES = (AREA, RENT, ROOMS, FLOOR)
FAR_AREA = 1 / 3
"""From this share on an area counts as two measures that differ."""
FAR_RENT = 0.2
"""From this share on a rent alone contradicts a weak key."""


@dataclass(frozen=True, slots=True)
class Values:
    """What is known of one column on both sides. low, high: of a number; known: at least two values; several: they are unequal."""

    low: pl.Expr
    high: pl.Expr
    known: pl.Expr
    several: pl.Expr


Sides = Callable[[str], Values]
"""Column -> its values: of a group of rows that share a key (`in_group`), or of a pair (`in_pair`)."""


def in_group(column: str) -> Values:
    """For an aggregation over rows that share a key."""
    values = pl.col(column)
    return Values(values.min(), values.max(), values.count() > 1, unequal(values))


def unequal(values: pl.Expr) -> pl.Expr:
    """For an aggregation: are there two unequal values, blanks aside? Counting how many there are would cost twice as much."""
    return values.min().ne_missing(values.max())


def in_pair(column: str) -> Values:
    """For a joined pair, the other side's column as `<column>_theirs`."""
    ours, theirs = pl.col(column), pl.col(f"{column}_theirs")
    both = ours.is_not_null() & theirs.is_not_null()
    return Values(pl.min_horizontal(ours, theirs), pl.max_horizontal(ours, theirs), both, both & (ours != theirs))


def equal_areas(ours: pl.Expr, theirs: pl.Expr) -> pl.Expr:
    """Null where either is."""
    return (ours - theirs).abs() <= pl.max_horizontal(_SAME_AREA * pl.max_horizontal(ours, theirs), pl.lit(ROUNDED))


def same_area(sides: Sides) -> pl.Expr:
    """False where either side lacks it."""
    area = sides(AREA.field)
    return (area.known & equal_areas(area.low, area.high)).fill_null(value=False)


def agrees(sides: Sides, measure: Tolerance) -> pl.Expr:
    """False where either side lacks the value."""
    values = sides(measure.field)
    return (values.known & (values.high - values.low <= measure.agrees * values.high)).fill_null(value=False)


def differs(sides: Sides, measure: Tolerance, share: float | None = None) -> pl.Expr:
    """share: instead of the table's. False where either side lacks the value."""
    values = sides(measure.field)
    least = measure.differs if share is None else share
    return (values.known & (values.high - values.low > least * values.high)).fill_null(value=False)


def contradict(sides: Sides, *, weak_key: bool = False) -> pl.Expr:
    """Does what else is known contradict the key that the two share?

    Each measure that differs counts one (an area that is far off two), the ground and the section two. A strong key (a unit
    number) is contradicted by two when no measure agrees; by the ground, when at most one does. A weak key (an address, a label,
    a lease's reference) is contradicted when more differs than agrees, be it one measure that is far off.
    """
    section, ground = (_count(sides(name).several) for name in ("seksjonsnummer", "_ground"))
    against = pl.sum_horizontal(_count(differs(sides, measure)) for measure in TOLERANCES)
    against += _count(differs(sides, AREA, FAR_AREA)) + 2 * section + 2 * ground
    # The floor is part of the unit number: where that is the key, an equal floor is no news.
    supporting = TOLERANCES if weak_key else (AREA, RENT, ROOMS)
    support = pl.sum_horizontal(_count(agrees(sides, measure)) for measure in supporting)
    if weak_key:
        far_off = differs(sides, AREA) | differs(sides, RENT, FAR_RENT)
        return (against > support) & ((against >= 2) | far_off)
    return (against >= 2) & (support < 1 + ground)


def _count(holds: pl.Expr) -> pl.Expr:
    return holds.fill_null(value=False).cast(pl.Int64())
