"""Which pairs are compared at all: those that share what two systems seldom both get wrong. The cost grows with the rows.

A block that is crowded on both sides (a tower block, a parcel with a hundred addresses) is split by what else its
members share, so that it never costs the product of its sides.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from reconciliation.likeness.comparison import NEXT_DOOR, neighbour
from reconciliation.likeness.contradiction import equal_areas

PAIR = {"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()}
_PLACES = {"_at": pl.UInt32(), "_at_right": pl.UInt32()}
CROWDED = 150
"""Pairs in one block from which it is split."""
_ALIKE = 12
"""Most rows of each side in one part of a large block. A part that is still larger has rows that no value distinguishes."""

_HOUSES = 6
"""House numbers in one stretch of a street: next door is two numbers away."""
_WIDE = 2**32

BLOCKS: tuple[tuple[str, ...], ...] = (
    ("_address",),
    ("postnummer", "_house_number", "_beginning"),
    ("postnummer", "_house_number", "_ending"),
    ("_municipality", "_house_number", "_unit", "_beginning"),
    ("_municipality", "_ground", "_unit"),
    ("_municipality", "_ground", "_section"),
    ("_municipality", "_ground", "_extra"),
    ("_municipality", "_ground", "_house_number"),
    ("_letterless",),
    ("_municipality", "_street", "_unit"),
    ("_municipality", "_street", "_rent"),
    ("postnummer", "_house_number", "_rent"),
    ("_municipality", "_ground", "_street"),
    ("_municipality", "_ground", "_rent"),
)
"""What the members of each block share, on `_hashed` rows; a row that lacks one of it is in no such block."""
WIDE_BLOCKS = (
    *BLOCKS,
    ("postnummer", "_house_number"),
    ("_municipality", "_house_number", "_ending"),
    ("_municipality", "_house_number", "_beginning"),
    ("_municipality", "_beginning", "_rent"),
    ("_municipality", "_likely", "_houses_from"),
    ("_municipality", "_likely", "_houses_to"),
    ("_municipality", "_house", "_unit"),
    ("postnummer", "_beginning", "_unit"),
    ("postnummer", "_ending", "_unit"),
    ("postnummer", "_rent"),
    ("postnummer", "_area"),
    ("_municipality", "_ground"),
    ("_municipality", "_street"),
)
"""The same where few are left to be found: also what is common to a home and a row of it of which both the street and the number, or the
street and the postcode, were typed wrong."""
_PARTS: tuple[tuple[str, ...], ...] = (("_house", "_unit", "_lease_or_none"), ("_house", "_rent"), ("_house", "_area"))


def _hashed(rows: pl.DataFrame) -> pl.DataFrame:
    """rows: prepared. What rows may share, each text as a number: numbers are joined in a third of the time that texts take.
    Should two texts ever get the same number, a pair that has nothing in common is compared, and left out for it."""
    shared = {name: pl.col(name) for name in ("_municipality", "_address", "_letterless", "_house", "_unit", "_extra", "_ground")}
    shared |= {name: pl.col(name) for name in ("_street", "_stem", "bokstav", "postnummer")}
    shared |= {"_beginning": pl.col("_street").str.head(3), "_ending": pl.col("_stem").str.tail(5)}
    shared |= {
        # The street that a misspelt one probably means, where that was asked (likeness/stray_streets).
        "_likely": pl.col("_likely" if "_likely" in rows.columns else "_street"),
        "_house_number": pl.col("nummer"),
        # Two numbers that are at most half of _HOUSES apart share one of the two.
        "_houses_from": pl.col("nummer") // _HOUSES,
        "_houses_to": (pl.col("nummer") + _HOUSES // 2) // _HOUSES,
        "_section": pl.col("seksjonsnummer"),
        "_rent": pl.col("manedsleie"),
        "_area": pl.col("bruksareal"),
    }
    numbers = {name: pl.when(value.is_not_null()).then(value.hash()) for name, value in shared.items()}
    return rows.select(*_MEASURED, **numbers, _lease_or_none=pl.col("_extra").fill_null("").hash())


_MEASURED = ("nummer", "bruksareal", "seksjonsnummer", "manedsleie")


def _number(shared: tuple[str, ...], which: int) -> pl.Expr:
    """On `_hashed` rows: one number for all that is shared, another one in another block; null where a row lacks one of it."""
    mixed = pl.lit(which, pl.UInt64())
    for name in shared:
        mixed = (mixed ^ pl.col(name)) * pl.lit(_ODD, pl.UInt64())
    return mixed


_ODD = 0x9E3779B97F4A7C15
"""Numbers multiplied with it have their bits well mixed, and since it is odd no two of them become one."""


@cache
def close_by() -> pl.Expr:
    """On pairs with both sides' columns: in one house, or next door, or on one ground, and not two leases."""
    same = {name: pl.col(name) == pl.col(f"{name}_right") for name in ("_ground", "_extra")}
    next_door = (pl.col("nummer") - pl.col("nummer_right")).abs() <= NEXT_DOOR
    place = (neighbour("_right") | next_door | same["_ground"]).fill_null(value=False)
    return place & ~(~same["_extra"]).fill_null(value=False)


_HOPE = ("_unit", "_extra", "_ground", "_street", "_stem", "seksjonsnummer", "manedsleie")


@cache
def hopeful() -> pl.Expr:
    """On pairs with both sides' columns: close by; and not two unit numbers, or two streets on two grounds, where no measure agrees."""
    same = {name: pl.col(name) == pl.col(f"{name}_right") for name in _HOPE}
    close_area = equal_areas(pl.col("bruksareal"), pl.col("bruksareal_right"))
    measured = pl.any_horizontal(close_area, *(same[name] for name in ("seksjonsnummer", "manedsleie", "_extra"))).fill_null(value=False)
    units, grounds = ((~same[name]).fill_null(value=False) for name in ("_unit", "_ground"))
    streets = ~(same["_street"] | same["_stem"]).fill_null(value=False)
    return close_by() & (measured | ~(units | (streets & grounds)))


def pairs_in_blocks(
    ours: pl.DataFrame,
    theirs: pl.DataFrame,
    keep: pl.Expr | None = None,
    blocks: tuple[tuple[str, ...], ...] = BLOCKS,
) -> pl.DataFrame:
    """ours: leverandor_bolig_id; theirs: kobo_id; both prepared, or one frame that has both ids, whose rows are paired with the
    others of it. PAIR, each pair once, with the numbers of its rows, `_at` and `_at_right`. keep, blocks: as places_in_blocks."""
    kept = places_in_blocks(ours, theirs, keep, blocks)
    ids = ours.get_column("leverandor_bolig_id").gather(kept["_at"]), theirs.get_column("kobo_id").gather(kept["_at_right"])
    return pl.DataFrame([*ids, *kept])


def places_in_blocks(
    ours: pl.DataFrame,
    theirs: pl.DataFrame,
    keep: pl.Expr | None = None,
    blocks: tuple[tuple[str, ...], ...] = BLOCKS,
) -> pl.DataFrame:
    """ours, theirs: prepared, or one frame. `_at`, `_at_right`: the numbers of the rows of each pair, each pair once and in order.

    keep: filters pairs as early as they arise, over the columns of `_hashed` rows and, for the other side, `<column>_right`;
    `hopeful` unless said. blocks: what the members of each block share.
    """
    if ours.is_empty() or theirs.is_empty():
        return pl.DataFrame(schema=_PLACES)
    left = _hashed(ours)
    right = left if ours is theirs else _hashed(theirs)
    pairs = _in_one_block(left, right, blocks)
    kept = hopeful() if keep is None else keep
    # Only what is looked at is gathered: of a crowded town there are a million pairs here.
    looked_at = [
        (
            right.get_column(name.removesuffix("_right")).gather(pairs["_at_right"])
            if name.endswith("_right")
            else left[name].gather(pairs["_at"])
        ).alias(name)
        for name in sorted(set(kept.meta.root_names()))
    ]
    # Lazily, so that shared expressions are computed once, and only the rows' numbers are filtered.
    return pairs.hstack(looked_at).lazy().filter(kept).select(pairs.columns).collect()


def _in_one_block(ours: pl.DataFrame, theirs: pl.DataFrame, blocks: tuple[tuple[str, ...], ...]) -> pl.DataFrame:
    """ours, theirs: as _hashed. `_at`, `_at_right`: the rows of those that share a block, each pair once and in order."""
    import numpy as np  # noqa: PLC0415 - costs a start; only on nights when somebody is left to be found

    left = _keyed(ours, blocks)
    right = left if ours is theirs else _keyed(theirs, blocks)
    groups = right.group_by("_block").agg("_at")
    if ours is theirs:
        groups = groups.filter(pl.col("_at").list.len() > 1)  # a single row has no pair
    groups = groups.with_row_index("_group")
    members = left.join(groups.select("_block", "_group"), on="_block").select("_at", "_group")
    others = groups.get_column("_at")
    pairs_of = np.bincount(members.get_column("_group"), minlength=groups.height) * others.list.len().to_numpy()
    crowd = pl.Series(pairs_of > CROWDED)
    crowded = crowd.gather(members.get_column("_group"))
    few = members.filter(~crowded)
    parts = [few.select("_at", _at_right=others.gather(few.get_column("_group"))).explode("_at_right")]
    if crowd.any():
        many = members.filter(crowded), groups.filter(crowd).select("_group", "_at").explode("_at")
        parts.append(_sharing(*(_parted(side, rows) for side, rows in zip(many, (ours, theirs), strict=True))))
    codes = pl.concat(pairs.select(pl.col("_at").cast(pl.UInt64()) * _WIDE + pl.col("_at_right")) for pairs in parts).to_series().to_numpy()
    # Sorting brings equal pairs together, at a third of the cost of hashing them.
    once = pl.Series("_pair", np.sort(codes)).set_sorted().unique().to_frame()
    pairs = once.select(_at=(pl.col("_pair") // _WIDE).cast(pl.UInt32()), _at_right=(pl.col("_pair") % _WIDE).cast(pl.UInt32()))
    return pairs.filter(pl.col("_at") != pl.col("_at_right")) if ours is theirs else pairs


def _keyed(rows: pl.DataFrame, blocks: tuple[tuple[str, ...], ...]) -> pl.DataFrame:
    """`_block`, and `_at` (the row's number): one row for each block that a row is in."""
    numbered = rows.select(_numbers(blocks)).get_columns()
    # In two columns at once: of a village the steps cost, not the rows.
    at = pl.int_range(rows.height, dtype=pl.UInt32(), eager=True)
    return pl.DataFrame([pl.concat(numbered).alias("_block"), pl.concat([at] * len(blocks)).alias("_at")]).drop_nulls()


@cache
def _numbers(blocks: tuple[tuple[str, ...], ...]) -> list[pl.Expr]:
    """_number of each block."""
    return [_number(block, number).alias(str(number)) for number, block in enumerate(blocks)]


def _parted(crowd: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """crowd: `_group`, `_at`. `_part`, `_at`: once for each part of the group that a row is in."""
    columns = sorted({name for part in _PARTS for name in part})
    members = pl.concat([crowd, rows.select(columns)[crowd.get_column("_at")]], how="horizontal")
    parts = [members.select("_at", _part=_number(("_group", *part), number)) for number, part in enumerate(_PARTS)]
    return pl.concat(parts).drop_nulls()


def _sharing(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Pairs of crowded blocks that also share a part, of which either side's first few are taken."""
    # Most parts have rows of one side only: leaving them out costs less than sorting them.
    shared = left.join(right, on="_part", how="semi"), right.join(left, on="_part", how="semi")
    part = pl.col("_part")
    ours, theirs = (side.sort("_part", "_at").filter((part != part.shift(_ALIKE)).fill_null(value=True)) for side in shared)
    return ours.join(theirs, on="_part").select("_at", "_at_right")
