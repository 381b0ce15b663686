"""Dwellings without a unit number that Kobo could not all take: it holds one at an address, postal code and lease reference without one."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.place import with_place

_NUMBER = ("kommunenummer", "nummer", "bokstav")
_AS_KOBO = ("_address", "postnummer", "_extra")


def crowded_without_number(asked: pl.DataFrame, dwellings: pl.DataFrame) -> frozenset[str]:
    """leverandor_bolig_id of those that lack a unit number where another dwelling at their place lacks its own. asked: DWELLINGS that are
    asked about."""
    lacking = asked.filter(pl.col("bruksenhetsnummer").is_null())
    if lacking.is_empty():
        return frozenset()
    # Only those with the house number are placed: folding every street would cost more than all else.
    near = dwellings.filter(pl.col("bruksenhetsnummer").is_null()).join(lacking, on=_NUMBER, how="semi", nulls_equal=True)
    placed = with_place(near).filter(pl.col("_address").is_not_null())
    crowded = placed.filter(pl.struct(_AS_KOBO).is_duplicated())
    return frozenset(crowded.get_column("leverandor_bolig_id"))
