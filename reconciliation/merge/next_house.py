"""A row at one house number whose area is that of the next house, which its own list lacks: its number was perhaps typed wrong."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.comparison import NEXT_DOOR, side_by_side
from reconciliation.likeness.contradiction import AREA, RENT, agrees, equal_areas, in_pair

_STREET = ["_municipality", "_street", "_side"]
_ENDS = ("_at", "_at_right")
_READ = ("bruksareal", "manedsleie", "seksjonsnummer", "_ground", "_side")
_NEVER_TWO = ("_unit", "_ground", "_floor", "antall_soverom", "seksjonsnummer", "manedsleie", "_extra")
"""In none of these a row differs from the next house that it may be, as far as they are known."""


def in_the_next_house(rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """rows: prepared, of all sides, with `_side`. pairs: `_at`, `_at_right`, that keys made.

    (`_at`, `_at_right`, `_other`): `_at` has another area than `_at_right` and no common rent or section, but the area of `_other`, a row
    of the other list in the next house. There `_at`'s list has no row, and nothing known says that the two houses are on two parcels.
    """
    both = pl.concat([pairs.select(_ENDS), pairs.select(_at="_at_right", _at_right="_at")]).unique()
    compared = side_by_side(both, rows, rows, _READ)
    section = (pl.col("seksjonsnummer") == pl.col("seksjonsnummer_theirs")).fill_null(value=False)
    unlike = compared.filter(in_pair(AREA.field).known & ~agrees(in_pair, AREA) & ~agrees(in_pair, RENT) & ~section).select(_ENDS)
    if unlike.is_empty():
        return unlike.with_columns(_other="_at_right")
    placed = rows.select("_address", "nummer", "bruksareal", *_STREET, *_NEVER_TWO).with_row_index("_at")
    suspect = unlike.join(placed, on="_at")
    partner = placed.select(_at_right="_at", _partner_side="_side", _partner_ground="_ground")
    next_door = suspect.join(partner, on="_at_right").join(
        placed.rename({"_at": "_other"}),
        left_on=["_municipality", "_street", "_partner_side"],
        right_on=_STREET,
        suffix="_other",
    )
    away = (pl.col("nummer").cast(pl.Int64()) - pl.col("nummer_other").cast(pl.Int64())).abs()
    apart = pl.any_horizontal((pl.col(name) != pl.col(f"{name}_other")).fill_null(value=False) for name in _NEVER_TWO)
    apart |= (pl.col("_partner_ground") != pl.col("_ground_other")).fill_null(value=False)
    equal = equal_areas(pl.col("bruksareal"), pl.col("bruksareal_other")).fill_null(value=False)
    likely = next_door.filter(away.is_between(1, NEXT_DOOR) & equal & ~apart)
    listed = placed.select(_address_other="_address", _side="_side")
    return likely.join(listed, on=["_address_other", "_side"], how="anti").select(*_ENDS, "_other").unique()
