"""What two rows must share to be one dwelling, and what a group that shares it must not show."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from reconciliation.likeness.comparison import SAME_AREA

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
LIKE_AREA = 1.25
"""Two areas of one house may differ this much (one system measures outside walls) before the address alone is too little."""
LIKE_RENT = 1.1
FAR_RENT = 1.25
"""Rents rise from one system's reading to the next, but not so much: it alone speaks against a house's address."""
ROUNDED = 1.0
"""Square metres that a system loses when it keeps whole numbers."""
LIKE_STREET = 4
"""Two spellings that share so many first letters are one street if nothing that was measured speaks against it."""
FAR_AREA = 1.5
"""From here on an area tells as much against a key as two other measures."""


def keys(decided: Mapping[int, str]) -> dict[str, pl.Expr]:
    """Key -> its value; null where the row lacks a part. LAST has none: it is what is left when all keys are tried.

    decided: `_row` -> what is common to the rows that people called the same.
    """
    extra = pl.col("_extra").fill_null("")
    return {
        DECISION: pl.col("_row").replace_strict(decided, default=None, return_dtype=pl.String()) if decided else pl.lit(None, pl.String()),
        KNOWN: pl.col("_known"),
        MATRIKKEL: pl.concat_str("_matrikkel", "_unit", extra, separator="|"),
        ADDRESS_UNIT: pl.concat_str("_address", "_unit", extra, separator="|"),
        ADDRESS_LEASE: pl.concat_str("_address", "_extra", separator="|"),
        ADDRESS_LABEL: pl.concat_str("_address", "_label", separator="|"),
        ADDRESS: pl.col("_address"),
    }


def one(column: str) -> pl.Expr:
    """At most one value, blanks aside."""
    return pl.col(column).drop_nulls().n_unique() <= 1


def sound() -> pl.Expr:
    """Per group that shares a key: no source has two rows in it. Asked first: in a block of flats it settles most."""
    return pl.len() == pl.col("source").n_unique()


def allowed(name: str) -> pl.Expr:
    """Per sound group that shares the key: may its rows be one dwelling?"""
    if name in (DECISION, KNOWN):
        return pl.lit(value=True)
    lease = one("_extra")
    if name == MATRIKKEL:
        # One matrikkel can hold several entrances whose unit numbers each begin at H0101.
        return lease & (pl.col("_house").n_unique() == 1)
    if name == ADDRESS_LEASE:
        # "Rom 2" where two flats are let room by room is two rooms.
        return lease & (pl.col("_units_here").max() <= 1) & one("_label") & one("_ground")
    if name == ADDRESS:
        return lease & _alone()
    return lease


def _alone() -> pl.Expr:
    unit = pl.col("_unit").drop_nulls()
    lone = (unit.len() == pl.len()) | (unit.len() == 0) | (unit == "H0101").all()
    area = pl.col("bruksareal").drop_nulls()
    alike = (area.len() < 2) | (area.max() <= area.min() * LIKE_AREA)
    label = pl.col("_label").drop_nulls().str.strip_chars_start("0")
    # A label of its own, or a room's reference, tells that more dwellings stand there than these sources list.
    sole = (label.len() == pl.len()) | (label.len() == 0) | (label == "1").all()
    return (
        ~pl.col("_crowded").any()
        & one("_unit")
        & lone
        & one("_label")
        & sole
        & (pl.col("_extra").n_unique() == 1)
        & one("_ground")
        & alike.fill_null(value=True)
    )


def at_odds(name: str) -> pl.Expr:
    """Per group: does what else is known speak against the key? A number typed wrong names the neighbour's home.

    A strong key gives way when two measures (or the ground) differ and none agrees, a weak one when more differ than agree.
    """
    if name in (DECISION, KNOWN, LAST):
        return pl.lit(value=False)
    area, rent, rooms, floor = (pl.col(column).drop_nulls() for column in ("bruksareal", "manedsleie", "antall_soverom", "etasjenummer"))
    agrees = (
        area.max() <= area.min() * (1 + SAME_AREA),
        rent.max() <= rent.min() * LIKE_RENT,
        rooms.n_unique() == 1,
        floor.n_unique() == 1,
    )
    differs = (
        area.max() > area.min() * LIKE_AREA,
        rent.max() > rent.min() * LIKE_RENT,
        rooms.n_unique() > 1,
        floor.n_unique() > 1,
    )
    told = [values.len() > 1 for values in (area, rent, rooms, floor)]
    support, against = (
        pl.sum_horizontal((known & says.fill_null(value=False)).cast(pl.Int64()) for known, says in zip(told, sides, strict=True))
        for sides in (agrees, differs)
    )
    far = (area.max() > area.min() * FAR_AREA).fill_null(value=False).cast(pl.Int64())
    section = (pl.col("seksjonsnummer").drop_nulls().n_unique() > 1).cast(pl.Int64())
    ground = (pl.col("_ground").drop_nulls().n_unique() > 1).cast(pl.Int64())
    against += far + 2 * section + 2 * ground
    if name in (ADDRESS_LEASE, ADDRESS_LABEL, ADDRESS):
        far_off = (area.max() > area.min() * LIKE_AREA).fill_null(value=False) | (rent.max() > rent.min() * FAR_RENT).fill_null(value=False)
        return (against > support) & ((against >= 2) | far_off)
    if name == MATRIKKEL:
        # gnr and bnr typed in each other's place are another street's ground.
        # Two streets meet at a corner: one parcel, and in each the same house and unit number.
        same_area = told[0] & ((area.max() - area.min()) < ROUNDED).fill_null(value=False)
        same_rent = told[1] & (rent.n_unique() == 1)
        named_alike = pl.col("_street").drop_nulls().str.head(LIKE_STREET).n_unique() == 1
        corner = ~(same_area & same_rent) & ~(named_alike & (same_area | same_rent | ~(told[0] | told[1])))
        elsewhere = (pl.col("_street").drop_nulls().n_unique() > 1) & (~one("postnummer") | (against > support) | corner)
        return elsewhere | ((against >= 2) & (support < 1 + ground))
    # The floor stands in the unit number: that it agrees is nothing new.
    support -= (told[3] & agrees[3].fill_null(value=False)).cast(pl.Int64())
    return (against >= 2) & (support < 1 + ground)


def mixed_leases(name: str) -> pl.Expr:
    """Per group: a row without a lease's reference in a unit that others let lease by lease is any of them."""
    if name not in (MATRIKKEL, ADDRESS_UNIT, ADDRESS_LABEL):
        return pl.lit(value=False)
    return pl.col("_extra").is_null().any() & pl.col("_leases_here").any()
