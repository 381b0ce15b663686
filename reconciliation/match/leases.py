"""Where a unit is let lease by lease, a row that names no lease may be any of them, or the whole unit."""

from __future__ import annotations

import polars as pl

_ADDRESS = ("_address",)
_ON_GROUND = ("_municipality", "_ground", "_house")
"""The same house where the street is misspelt. That street and ground are both wrong is not looked for."""


def let_by_lease() -> pl.Expr:
    """On rows with PLACE_COLUMNS and `_ground`: does any of them name a lease in this unit; or, in a house of which only one
    unit is known, any lease at all?"""
    return pl.any_horizontal(
        _known(house) & (_lease_in((*house, "_unit")) | (_lease_in(house) & (_units_of(house) <= 1))) for house in (_ADDRESS, _ON_GROUND)
    )


def _known(house: tuple[str, ...]) -> pl.Expr:
    return pl.all_horizontal(pl.col(name).is_not_null() for name in house)


def _lease_in(place: tuple[str, ...]) -> pl.Expr:
    return pl.col("_extra").is_not_null().any().over(place)


def _units_of(house: tuple[str, ...]) -> pl.Expr:
    return pl.col("_unit").drop_nulls().n_unique().over(house)
