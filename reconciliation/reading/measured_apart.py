"""Do two rows of one list measure two homes? On joined rows, the second one's columns as `<column>_now`.

One list measures a home in one way, so its values are compared more strictly than those of two lists (likeness/contradiction).
"""

from __future__ import annotations

import polars as pl

MEASURES = ("bruksareal", "manedsleie", "antall_soverom", "etasjenummer")
_ROUNDED_SHARE, _ROUNDED_METRES = 0.02, 1.0
"""Areas that differ by less were rounded."""
_RAISED = 0.1
"""A rent that rises by less, with the area unchanged, is the same home's."""
_FAR_RENT, _FAR_AREA = 0.2, 1 / 3
"""From these shares on, a rent where no area is known, or an area, counts as two measures."""
_OF_TWO_HOMES = 2


def telling_equal() -> pl.Expr:
    """Area or rent is the same."""
    return _equal_area() | _equal("manedsleie")


def apart() -> pl.Expr:
    """At least two measures differ, the area or the rent among them."""
    return (_differing() >= _OF_TWO_HOMES) & (_other_area() | _other_rent())


def far_apart() -> pl.Expr:
    """Area and rent differ, and a third measure too, or one of the two by far."""
    return (_differing() > _OF_TWO_HOMES) & _other_area() & _other_rent()


def _differing() -> pl.Expr:
    area, rent = _known("bruksareal"), _known("manedsleie")
    counted = [_other_area(), _other_rent(), *(_known(name) & ~_equal(name) for name in MEASURES[2:])]
    counted += [area & (_share("bruksareal") >= _FAR_AREA), rent & ~area & (_share("manedsleie") > _FAR_RENT)]
    return pl.sum_horizontal(each.fill_null(value=False).cast(pl.Int64()) for each in counted)


def _other_area() -> pl.Expr:
    return _known("bruksareal") & ~_equal_area()


def _other_rent() -> pl.Expr:
    raised = _equal_area() & (_share("manedsleie") <= _RAISED)
    return (_known("manedsleie") & ~_equal("manedsleie") & ~raised).fill_null(value=False)


def _equal_area() -> pl.Expr:
    difference = (pl.col("bruksareal") - pl.col("bruksareal_now")).abs()
    return ((difference <= _ROUNDED_METRES) | (_share("bruksareal") <= _ROUNDED_SHARE)).fill_null(value=False)


def _equal(name: str) -> pl.Expr:
    return (pl.col(name) == pl.col(f"{name}_now")).fill_null(value=False)


def _known(name: str) -> pl.Expr:
    return pl.col(name).is_not_null() & pl.col(f"{name}_now").is_not_null()


def _share(name: str) -> pl.Expr:
    """The difference, as a share of the larger value."""
    then, now = pl.col(name), pl.col(f"{name}_now")
    return (then - now).abs() / pl.max_horizontal(then, now)
