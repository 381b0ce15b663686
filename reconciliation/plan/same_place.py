"""Dwellings at the same place as an entry of ours that is in no source any more."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.place import with_place
from reconciliation.model.words import DwellingClass
from reconciliation.plan.guards import PLACE_TAKEN

_UNIT = ("bruksenhetsnummer", "ekstra_referanse")


def at_same_place(dwellings: pl.DataFrame, leaving: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, kobo_id): same house, unit number and lease reference. leaving: entries of the register."""
    if dwellings.is_empty() or leaving.is_empty():
        return pl.DataFrame(schema={"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()})
    place = pl.concat_str("_municipality", "_street", "_house", *(pl.col(name).fill_null("") for name in _UNIT), separator="|")
    left = with_place(leaving).select("kobo_id", _at=place).drop_nulls()
    return with_place(dwellings).select("leverandor_bolig_id", _at=place).join(left, on="_at").select("leverandor_bolig_id", "kobo_id")


def held_where_an_entry_stays(items: pl.DataFrame, dwellings: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Holds creates at the place of an entry of ours that is in no source any more and is not deleted tonight: it may be the same home
    under a new key, and would be in Kobo twice."""
    created = items.filter(pl.col("class") == DwellingClass.CREATE.value).select("leverandor_bolig_id")
    stays = items.filter((pl.col("class") == DwellingClass.RETIRE.value) & pl.col("held").is_not_null()).select("kobo_id")
    coming = dwellings.join(created, on="leverandor_bolig_id", how="semi")
    taken = at_same_place(coming, entries.join(stays, on="kobo_id", how="semi")).get_column("leverandor_bolig_id")
    waits = pl.col("leverandor_bolig_id").is_in(taken.implode()) & pl.col("held").is_null()
    return items.with_columns(held=pl.when(waits).then(pl.lit(PLACE_TAKEN)).otherwise("held"))
