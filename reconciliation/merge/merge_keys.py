"""The keys that rows of one dwelling share, and the conditions under which a group with equal keys may not be joined."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from reconciliation.likeness.contradiction import AREA, ROUNDED, contradict, differs, in_group, same_area, unequal
from reconciliation.likeness.leases import mixed_leases_in_group

KNOWN, DECISION, MATRIKKEL, ADDRESS_UNIT, ADDRESS_LEASE, ADDRESS_LABEL, ADDRESS, LAST = (
    "known",
    "decision",
    "matrikkel",
    "address_unit",
    "address_lease",
    "address_label",
    "address",
    "last",
)
LIKE_STREET = 4
"""Two spellings that share so many first letters are one street if nothing that was measured contradicts it."""
WEAK = (ADDRESS_LEASE, ADDRESS_LABEL, ADDRESS)


def merge_keys(decided: Mapping[int, str], numbered_alike: pl.Series) -> dict[str, pl.Expr]:
    """Key -> its value; null where the row lacks a part. LAST has none: it is what is left when all keys are tried.

    decided: `_row` -> what is common to the rows that people called the same. numbered_alike: `_address` of the houses whose labels
    are a key (label_order).
    """
    extra = pl.col("_extra").fill_null("")
    # With one unit number in doubt, the number of homes in the house is unknown.
    address = pl.when(~pl.col("_doubted").any().over("_address")).then("_address")
    return {
        DECISION: pl.col("_row").replace_strict(decided, default=None, return_dtype=pl.String()) if decided else pl.lit(None, pl.String()),
        KNOWN: pl.col("_known"),
        MATRIKKEL: pl.concat_str("_matrikkel", "_unit", extra, separator="|"),
        ADDRESS_UNIT: pl.concat_str("_address", "_unit", extra, separator="|"),
        ADDRESS_LEASE: pl.concat_str(address, "_extra", separator="|"),
        ADDRESS_LABEL: pl.when(pl.col("_address").is_in(numbered_alike.implode())).then(pl.concat_str(address, "_label", separator="|")),
        ADDRESS: address,
    }


def at_most_one(column: str) -> pl.Expr:
    """At most one value, blanks aside."""
    return ~unequal(pl.col(column))


def sound() -> pl.Expr:
    """Per group that shares a key: no source has two rows in it. Asked first: in a block of flats it settles most."""
    return pl.len() == pl.col("source").n_unique()


def allowed(name: str) -> pl.Expr:
    """Per sound group that shares the key: may its rows be one dwelling?"""
    if name in (DECISION, KNOWN):
        return pl.lit(value=True)
    lease = at_most_one("_extra")
    if name == MATRIKKEL:
        # One matrikkel can hold several entrances whose unit numbers each begin at H0101.
        return lease & (pl.col("_house").n_unique() == 1)
    if name == ADDRESS_LEASE:
        # "Rom 2" where two flats are let room by room is two rooms.
        return lease & (pl.col("_units_here").max() <= 1) & at_most_one("_label") & at_most_one("_ground")
    if name == ADDRESS:
        return lease & _alone()
    return lease


def _alone() -> pl.Expr:
    unit = pl.col("_unit").drop_nulls()
    lone = (unit.len() == pl.len()) | (unit.len() == 0) | (unit == "H0101").all()
    label = pl.col("_label").drop_nulls().str.strip_chars_start("0")
    # A label, or a reference to a room, implies more dwellings at the address than these sources list.
    sole = (label.len() == pl.len()) | (label.len() == 0) | (label == "1").all()
    return (
        (~pl.col("_crowded").any() | (~pl.col("_rivalled").any() & measured_alike()))
        & at_most_one("_unit")
        & lone
        & at_most_one("_label")
        & sole
        & (pl.col("_extra").n_unique() == 1)
        & at_most_one("_ground")
        & ~differs(in_group, AREA)
    )


def measured_alike() -> pl.Expr:
    """Per group at one address: the area or the rent is equal, so is another measure, and none differs: enough beside homes at an
    address spelt nearly alike that are measured otherwise."""
    others = [in_group(name) for name in ("manedsleie", "antall_soverom", "etasjenummer")]
    same = [same_area(in_group), *((measure.known & ~measure.several).fill_null(value=False) for measure in others)]
    differ = pl.any_horizontal((measure.known & measure.several).fill_null(value=False) for measure in others)
    return (same[0] | same[1]) & (pl.sum_horizontal(measure.cast(pl.Int64()) for measure in same) >= 2) & ~differ


def contradicted(name: str) -> pl.Expr:
    """Per group that shares the key: does what else is known contradict it?"""
    if name in (DECISION, KNOWN, LAST):
        return pl.lit(value=False)
    # Two parts of a municipality may have a street of the same name: another postcode and another ground.
    other_part = in_group("_ground").several & in_group("postnummer").several
    any_reason = contradict(in_group, weak_key=name in WEAK) | other_part
    if name == MATRIKKEL:
        any_reason |= _in_another_street()
    if name in (MATRIKKEL, ADDRESS_UNIT, ADDRESS_LABEL):
        any_reason |= mixed_leases_in_group()
    return any_reason


def _in_another_street() -> pl.Expr:
    """Per group that shares a matrikkel and unit number: gnr and bnr typed in each other's place are another street's ground, and
    a house at a corner of two streets: one parcel, and in each street the same house and unit number."""
    area, rent = (in_group(name) for name in ("bruksareal", "manedsleie"))
    rounded = (area.known & (area.high - area.low < ROUNDED)).fill_null(value=False)
    same_rent = rent.known & ~rent.several
    named_alike = pl.col("_street").drop_nulls().str.head(LIKE_STREET).n_unique() == 1
    corner = ~(rounded & same_rent) & ~(named_alike & (rounded | same_rent | ~(area.known | rent.known)))
    other_street = unequal(pl.col("_street"))
    return other_street & (~at_most_one("postnummer") | contradict(in_group, weak_key=True) | corner)
