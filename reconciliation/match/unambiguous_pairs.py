"""Pairs without a common unit number that are certain all the same: no other dwelling at the address can be meant."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.blocks import PAIR
from reconciliation.likeness.comparison import compare
from reconciliation.likeness.neighbours import neighbours

IDENTITY = ("adressenavn", "nummer", "postnummer", "gardsnummer", "seksjonsnummer", "bruksareal", "antall_soverom", "etasjenummer")
"""What must agree (or be unknown) before a blank unit number passes for another. Rent and type change without the dwelling."""
MEASURES = ("bruksareal", "antall_soverom", "etasjenummer", "manedsleie", "seksjonsnummer")
AGREEING = 3
"""So many measures must agree before the last two left at an address are one."""


def alone_at_address(
    ours: pl.DataFrame, theirs: pl.DataFrame, free_ours: pl.DataFrame, free_theirs: pl.DataFrame, around: pl.DataFrame
) -> pl.DataFrame:
    """The one dwelling of each side at an address, at least one without a unit number, the other with none or H0101."""
    few = around.filter(~pl.col("_crowded") & ~pl.col("_doubted"))
    # A label of its own tells that more dwellings are there than are listed; "1" may be of one, or the first of several.
    sole = ours.filter(pl.col("_label").is_null() | pl.col("_unit").is_not_null() | (pl.col("_label").str.strip_chars_start("0") == "1"))
    left = _lone(ours, "leverandor_bolig_id").join(sole, on="leverandor_bolig_id", how="semi")
    pairs = left.join(few, on="_address", how="semi").join(_lone(theirs, "kobo_id"), on="_address", suffix="_theirs")
    units = pl.concat_str(pl.col("_unit").fill_null(""), pl.col("_unit_theirs").fill_null(""), separator="/")
    fits = units.is_in(["/", "/H0101", "H0101/"]) & pl.col("_extra").eq_missing(pl.col("_extra_theirs"))
    free = _still_free(pairs.filter(fits), free_ours, free_theirs)
    seen = _nothing_differs(compare(free, ours, theirs))
    return seen.filter(_measured_alike_or_not_at_all(ours)).select(list(PAIR))


def _measured_alike_or_not_at_all(ours: pl.DataFrame) -> pl.Expr:
    """On pairs of which nothing differs: the rent, the area or the section says that they are one; or the bedrooms do and the rent
    has changed; or no measure is given at all. A label implies further dwellings that may not be listed: then a measure must agree."""
    rent, area, section, rooms = (pl.col(f"_level_{name}") for name in ("manedsleie", "bruksareal", "seksjonsnummer", "antall_soverom"))
    labelled = ours.filter(pl.col("_label").is_not_null()).get_column("leverandor_bolig_id")
    supported = (rent == "same") | area.is_in(["same", "close"]) | (section == "same")
    unmeasured = (rent == "unknown") | ((rent == "close") & (rooms == "same"))
    return supported | (unmeasured & ~pl.col("leverandor_bolig_id").is_in(labelled.implode()))


def around_addresses(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """`_address`; `_crowded`, `_beside`: what neighbours tells of any row there, of either side; `_doubted`: any has a unit number
    that its floor contradicts, so that the number of homes in the house is unknown."""
    columns = ["_municipality", "_street", "_house", "_address", "_ground", "_doubted"]
    sides = [side.select(columns).with_columns(source=pl.lit(name)) for side, name in ((ours, "ours"), (theirs, "theirs"))]
    both = pl.concat(sides)
    placed = pl.concat([both, neighbours(both)], how="horizontal").filter(pl.col("_address").is_not_null())
    return placed.group_by("_address").agg(pl.col("_crowded", "_beside", "_doubted").any())


def _lone(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    alone = rows.filter(pl.col("_address").is_not_null()).filter(pl.len().over("_address") == 1)
    return alone.select(name, "_address", "_unit", "_extra")


def leases(
    ours: pl.DataFrame, theirs: pl.DataFrame, free_ours: pl.DataFrame, free_theirs: pl.DataFrame, around: pl.DataFrame
) -> pl.DataFrame:
    """The same lease reference at the same address, where neither side knows more than one unit: one shared house."""
    units = pl.concat([side.select("_address", "_unit") for side in (ours, theirs)]).drop_nulls().unique()
    several = units.filter(pl.len().over("_address") > 1).select("_address")
    left, right = (
        side.filter(pl.col("_extra").is_not_null() & pl.col("_address").is_not_null())
        .join(several, on="_address", how="anti")
        .join(around.filter("_doubted"), on="_address", how="anti")
        .select(name, "_address", "_extra")
        for side, name in ((free_ours, "leverandor_bolig_id"), (free_theirs, "kobo_id"))
    )
    return left.join(right, on=["_address", "_extra"]).select(list(PAIR))


def last_left(
    ours: pl.DataFrame, theirs: pl.DataFrame, free_ours: pl.DataFrame, free_theirs: pl.DataFrame, around: pl.DataFrame
) -> pl.DataFrame:
    """The last of each side at an address where both list equally many and all others are paired: one of the two lacks its
    unit number, nothing that is known differs, and measures agree."""
    counts = [side.filter(pl.col("_address").is_not_null()).group_by("_address").len() for side in (ours, theirs)]
    even = counts[0].join(counts[1], on=["_address", "len"]).filter(pl.col("len") > 1).select("_address")
    # A row in a street with nearly the same spelling, or without the letter, may be one of those that seem to be missing.
    even = even.join(around.filter(~pl.col("_beside") & ~pl.col("_doubted")), on="_address", how="semi")
    left, right = (
        _lone(side.join(even, on="_address", how="semi"), name)
        for side, name in ((free_ours, "leverandor_bolig_id"), (free_theirs, "kobo_id"))
    )
    pairs = left.join(right, on="_address", suffix="_theirs")
    unit_missing = (pl.col("_unit").is_null() | pl.col("_unit_theirs").is_null()) & pl.col("_extra").eq_missing(pl.col("_extra_theirs"))
    seen = _nothing_differs(compare(pairs.filter(unit_missing).select(list(PAIR)), ours, theirs))
    return seen.filter((_agreeing() >= AGREEING) & (pl.col("_level_manedsleie") != "different")).select(list(PAIR))


def only_with_this_rent(
    ours: pl.DataFrame, theirs: pl.DataFrame, free_ours: pl.DataFrame, free_theirs: pl.DataFrame, around: pl.DataFrame
) -> pl.DataFrame:
    """Where several are at an address, one side lacks the unit number, and no other of either side there has that rent, or is still
    unmatched without a rent: as many measures agree as of the last two, none differs, and no other has the unit number."""
    several = ours.filter(pl.col("_address").is_not_null() & (pl.len().over("_address") > 1)).select("_address").unique()
    unpaid = pl.concat([side.filter(pl.col("manedsleie").is_null()).select("_address") for side in (free_ours, free_theirs)])
    several = several.join(unpaid, on="_address", how="anti").join(around.filter("_doubted"), on="_address", how="anti")
    left, right = (
        side.filter(pl.col("manedsleie").is_not_null() & (pl.len().over("_address", "manedsleie") == 1))
        .join(several, on="_address", how="semi")
        .select(name, "_address", "manedsleie", "_unit", "_extra")
        for side, name in ((ours, "leverandor_bolig_id"), (theirs, "kobo_id"))
    )
    pairs = left.join(right, on=["_address", "manedsleie"], suffix="_theirs")
    unit_missing = pl.col("_unit").is_null() | pl.col("_unit_theirs").is_null()
    pairs = pairs.filter(unit_missing & pl.col("_extra").eq_missing(pl.col("_extra_theirs")))
    for side, unit in ((ours, "_unit_theirs"), (theirs, "_unit")):
        taken = side.select("_address", "_unit").drop_nulls()
        pairs = pairs.join(taken, left_on=["_address", unit], right_on=["_address", "_unit"], how="anti")
    seen = _nothing_differs(compare(_still_free(pairs, free_ours, free_theirs), ours, theirs))
    return seen.filter(_agreeing() >= AGREEING).select(list(PAIR))


def _agreeing() -> pl.Expr:
    return pl.sum_horizontal((pl.col(f"_level_{name}") == "same").cast(pl.Int64()) for name in MEASURES)


def _nothing_differs(seen: pl.DataFrame) -> pl.DataFrame:
    agree = pl.all_horizontal(pl.col(f"_level_{name}").is_in(["same", "unknown"]) for name in IDENTITY if name != "bruksareal")
    return seen.filter(agree & pl.col("_level_bruksareal").is_in(["same", "close", "unknown"]))


def _still_free(pairs: pl.DataFrame, free_ours: pl.DataFrame, free_theirs: pl.DataFrame) -> pl.DataFrame:
    names = pairs.select(list(PAIR)).join(free_ours.select("leverandor_bolig_id"), on="leverandor_bolig_id", how="semi")
    return names.join(free_theirs.select("kobo_id"), on="kobo_id", how="semi")
