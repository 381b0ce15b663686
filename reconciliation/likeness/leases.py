"""Where a unit is let lease by lease, a row that names no lease may be any of them, or the whole unit."""

from __future__ import annotations

import polars as pl

from reconciliation.addresses import folded

_ADDRESS = ("_address",)
_ON_GROUND = ("_municipality", "_ground", "_house")
"""The same house where the street is misspelt. That street and ground are both wrong is not looked for."""


def let_by_lease(rows: pl.DataFrame) -> pl.Series:
    """Per row with PLACE_COLUMNS and `_ground`: does any name a lease in this unit; or, in a house of which only one
    unit is known, any lease at all?"""
    places = rows.select(*dict.fromkeys((*_ADDRESS, *_ON_GROUND)), "_unit", "_extra").with_row_index("_at")
    leased = places.filter(pl.col("_extra").is_not_null())
    lease_places = places.get_column("_at").clear()
    for house in (_ADDRESS, _ON_GROUND):
        # Few houses have any, so only those are looked at.
        leases_of_house = places.join(leased, on=house, how="semi")
        in_unit = pl.col("_extra").is_not_null().any().over(*house, "_unit")
        one_unit = pl.col("_unit").drop_nulls().n_unique().over(house) <= 1
        lease_places = lease_places.append(leases_of_house.filter(in_unit | one_unit).get_column("_at"))
    return places.get_column("_at").is_in(lease_places.implode())


def mixed_leases_in_pair(either_leased: pl.Expr) -> pl.Expr:
    """On joined pairs: one side names no lease, and either's unit is let lease by lease (`let_by_lease`)."""
    return (pl.col("_extra").is_null() | pl.col("_extra_theirs").is_null()) & either_leased


def mixed_leases_in_group() -> pl.Expr:
    """Per group of rows with `_leases_here` (`let_by_lease`): the same as mixed_leases_in_pair."""
    return pl.col("_extra").is_null().any() & pl.col("_leases_here").any()


def whole_unit() -> pl.Expr:
    """On DWELLINGS: a whole unit whose rooms have leases of their own: the rooms are the dwellings, the unit is not one more."""
    unit = pl.concat_str(
        pl.col("kommunenummer").fill_null(""),
        folded("adressenavn"),
        pl.col("nummer").cast(pl.String),
        pl.col("bokstav").fill_null(""),
        pl.col("bruksenhetsnummer").fill_null("H0101"),
        separator="|",
    )
    rooms = (pl.col("ekstra_referanse").is_not_null().sum().over(unit) > 0) & unit.is_not_null()
    return pl.col("ekstra_referanse").is_null() & rooms
