"""Which pairs are compared at all: those that share what two systems seldom both get wrong. The cost grows with the rows.

A block that is crowded on both sides (a tower block, a parcel with a hundred addresses) is split by what else its
members share, so that it never costs the product of its sides.
"""

from __future__ import annotations

import polars as pl

from reconciliation.match.comparison import SAME_AREA, neighbour

PAIR = {"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()}
CROWDED = 150
"""Pairs in one block from which it is split."""
_ALIKE = 12
"""So many of each side in one part of a crowded block; what even that does not part is alike, and no person could tell it."""

_WIDE = 2**32

_Shared = tuple[pl.Expr, ...]


def _blocks() -> tuple[_Shared, ...]:
    """What the members of each block share, on `prepared` rows; a row that lacks one of it is in no such block."""
    town, house, street, form = (pl.col(name) for name in ("_municipality", "_house", "_street", "_stem"))
    ground, unit, post = pl.col("_ground"), pl.col("_unit"), pl.col("postnummer")
    return (
        (pl.col("_address"),),
        (post, house, street.str.slice(0, 3)),
        (post, house, form.str.slice(-5)),
        (town, house, unit, street.str.slice(0, 3)),
        (town, ground, unit),
        (town, ground, pl.col("seksjonsnummer")),
        (town, ground, pl.col("_extra")),
        (town, ground, house),
        (pl.col("_letterless"),),
        (town, street, pl.col("manedsleie")),
    )


def _parts() -> tuple[_Shared, ...]:
    house = pl.col("_house")
    return ((house, pl.col("_unit"), pl.col("_extra").fill_null("")), (house, pl.col("manedsleie")), (house, pl.col("bruksareal")))


def _number(shared: _Shared, which: int) -> pl.Expr:
    """One number for all that is shared: a join on numbers costs a third of one on text. Should two blocks ever get the same
    number, pairs that have nothing in common are compared, and left out for it."""
    mixed = shared[0].hash(which)
    for place, one in enumerate(shared[1:], start=1):
        mixed = mixed ^ one.hash(which + 100 * place)
    return pl.when(pl.all_horizontal(one.is_not_null() for one in shared)).then(mixed)


def hopeful() -> pl.Expr:
    """On pairs with both sides' columns: in one house, or next door, or on one ground; and not two leases, nor two unit numbers
    or two streets on two grounds that nothing measured speaks for. Nobody is ever asked about any other pair."""
    same = {name: pl.col(name) == pl.col(f"{name}_right") for name in HOPE}
    near = (pl.col("bruksareal") - pl.col("bruksareal_right")).abs() <= SAME_AREA * pl.max_horizontal("bruksareal", "bruksareal_right")
    measured = pl.any_horizontal(near, *(same[name] for name in ("seksjonsnummer", "manedsleie", "_extra"))).fill_null(value=False)
    units, leases, grounds = ((~same[name]).fill_null(value=False) for name in ("_unit", "_extra", "_ground"))
    streets = ~(same["_street"] | same["_stem"]).fill_null(value=False)
    place = (neighbour("_right") | same["nummer"] | same["_ground"]).fill_null(value=False)
    return place & ~leases & (measured | ~(units | (streets & grounds)))


HOPE = ("_unit", "_extra", "_ground", "_street", "_stem", "nummer", "bokstav", "bruksareal", "seksjonsnummer", "manedsleie")


def pairs_in_blocks(ours: pl.DataFrame, theirs: pl.DataFrame, carry: tuple[str, ...] = HOPE, keep: pl.Expr | None = None) -> pl.DataFrame:
    """ours: leverandor_bolig_id; theirs: kobo_id; both prepared. Pairs (PAIR), each once.

    keep: filters pairs as early as they arise, over the columns of `carry` and, for the other side, `<column>_right`;
    `hopeful` unless said.
    """
    left, right = _keyed(ours), _keyed(theirs)
    met = left.select("_block", "_at").join(right.group_by("_block").len("_others"), on="_block")
    crowded = met.group_by("_block").agg(pl.col("_others").sum()).filter(pl.col("_others") > CROWDED).select("_block")
    few = [side.join(crowded, on="_block", how="anti").select("_block", "_at") for side in (met, right)]
    found = [few[0].join(few[1], on="_block")]
    if crowded.height:
        many = [side.join(crowded, on="_block", how="semi") for side in (left, right)]
        found += [_sharing(many[0], many[1], f"_part{number}") for number in range(len(_parts()))]
    once = pl.concat(one.select((pl.col("_at").cast(pl.UInt64()) * _WIDE + pl.col("_at_right")).alias("_pair")) for one in found).unique()
    pairs = once.select(_at=(pl.col("_pair") // _WIDE).cast(pl.UInt32()), _at_right=(pl.col("_pair") % _WIDE).cast(pl.UInt32()))
    sides = [side.select(carry)[pairs[at]] for side, at in ((ours, "_at"), (theirs, "_at_right"))]
    told = pl.concat([pairs, sides[0], sides[1].rename(lambda name: f"{name}_right")], how="horizontal").filter(
        hopeful() if keep is None else keep
    )
    return pl.DataFrame(
        [ours.get_column("leverandor_bolig_id").gather(told["_at"]), theirs.get_column("kobo_id").gather(told["_at_right"])]
    )


def _keyed(rows: pl.DataFrame) -> pl.DataFrame:
    """`_block`, `_at` (the row's index) and the parts, one row for each block that a row is in."""
    parts = {f"_part{number}": _number(part, 50 + number) for number, part in enumerate(_parts())}
    blocks = _blocks()
    numbered = rows.select(**{f"_{number}": _number(block, number) for number, block in enumerate(blocks)}, **parts).with_row_index("_at")
    return pl.concat(
        numbered.select(pl.col(f"_{number}").alias("_block"), "_at", *parts).filter(pl.col("_block").is_not_null())
        for number in range(len(blocks))
    )


def _sharing(left: pl.DataFrame, right: pl.DataFrame, part: str) -> pl.DataFrame:
    """Pairs of crowded blocks that also share a part."""
    on = ["_block", part]
    few = [
        side.select(*on, "_at").filter(pl.col(part).is_not_null()).filter(pl.int_range(pl.len()).over(on, order_by="_at") < _ALIKE)
        for side in (left, right)
    ]
    return few[0].join(few[1], on=on).select("_at", "_at_right")
