"""Dwellings at the same place as an entry that is to be deleted."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.place import with_place

_UNIT = ("bruksenhetsnummer", "ekstra_referanse")


def at_same_place(dwellings: pl.DataFrame, leaving: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, kobo_id): same house, unit number and lease reference. leaving: entries of the register."""
    if dwellings.is_empty() or leaving.is_empty():
        return pl.DataFrame(schema={"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()})
    place = pl.concat_str("_municipality", "_street", "_house", *(pl.col(name).fill_null("") for name in _UNIT), separator="|")
    left = with_place(leaving).select("kobo_id", _at=place).drop_nulls()
    return with_place(dwellings).select("leverandor_bolig_id", _at=place).join(left, on="_at").select("leverandor_bolig_id", "kobo_id")
