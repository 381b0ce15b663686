"""Dwellings that Kobo would call one: same house, postal code, unit number and lease reference."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from reconciliation.likeness.place import with_place
from reconciliation.model.plan_actions import ONE_IN_KOBO
from reconciliation.model.tables import PLAN_ITEMS
from reconciliation.model.words import DwellingClass
from reconciliation.plan.guards import PLACE_TAKEN

_UNIT = ("bruksenhetsnummer", "_extra")
_AS_KOBO = ("postnummer", "bruksenhetsnummer", "ekstra_referanse")
"""Kobo tells leases by the text as written, so "Rom 2" and "2" are two there."""


def at_same_place(dwellings: pl.DataFrame, leaving: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, kobo_id): same house, unit number and lease reference; or the same cadastre number, unit number, lease
    reference and rent, under another address: the street was perhaps renamed. leaving: entries of the register."""
    if dwellings.is_empty() or leaving.is_empty():
        return pl.DataFrame(schema={"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()})
    pairs = [
        placed(dwellings, "leverandor_bolig_id").join(placed(leaving, "kobo_id"), on="_at").select("leverandor_bolig_id", "kobo_id")
        for placed in (_placed, _grounded)
    ]
    return pl.concat(pairs).unique(maintain_order=True)


def _placed(rows: pl.DataFrame, name: str, told_by: Sequence[str] = _UNIT) -> pl.DataFrame:
    """(name, _at): the address and told_by. Those without an address are left out."""
    place = pl.concat_str("_municipality", "_street", "_house", *(pl.col(name).fill_null("") for name in told_by), separator="|")
    return with_place(rows).select(name, _at=place).drop_nulls()


def _grounded(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """(name, _at): cadastre number, unit number, lease reference and rent. Those without one of them, the reference aside, are left out."""
    reference = pl.col("_extra").fill_null("")
    ground = pl.concat_str("_matrikkel", "bruksenhetsnummer", reference, pl.col("manedsleie").cast(pl.String()), separator="|")
    return with_place(rows).select(name, _at=ground).drop_nulls()


def as_kobo_sees(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """(name, _at): the place of which Kobo takes one dwelling only. rows: dwellings or entries; those without an address are left out."""
    return _placed(rows, name, _AS_KOBO)


def without_refused(items: pl.DataFrame, dwellings: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Creates that Kobo would refuse are asked about: two dwellings at one place, or one where an entry is that a person said is
    another home. entries: not deleted. An entry of ours that is gone from the sources is deleted first, or holds the create (below)."""
    created = items.filter(pl.col("class") == DwellingClass.CREATE.value).select("leverandor_bolig_id")
    coming = dwellings.join(created, on="leverandor_bolig_id", how="semi")
    if coming.is_empty():
        return items
    placed = as_kobo_sees(coming, "leverandor_bolig_id")
    leaving = items.filter(pl.col("class") == DwellingClass.RETIRE.value).select("kobo_id")
    others = entries.join(leaving, on="kobo_id", how="anti") if entries.height else entries
    taken = as_kobo_sees(others, "kobo_id").get_column("_at") if others.height else pl.Series([], dtype=pl.String())
    refused = placed.filter(pl.col("_at").is_duplicated() | pl.col("_at").is_in(taken.implode())).get_column("leverandor_bolig_id")
    if refused.is_empty():
        return items
    waits = pl.col("leverandor_bolig_id").is_in(refused.implode()) & (pl.col("class") == DwellingClass.CREATE.value)
    asked = {"class": DwellingClass.REVIEW.value, "reason": ONE_IN_KOBO, "details": '{"fields":["bruksenhetsnummer"],"candidates":[]}'}
    return items.with_columns(pl.when(waits).then(pl.lit(value)).otherwise(name).alias(name) for name, value in asked.items()).cast(
        pl.Schema(PLAN_ITEMS)
    )


def held_where_an_entry_stays(items: pl.DataFrame, dwellings: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Holds creates at the place of an entry of ours that is in no source any more, until the night after it is deleted: Kobo refuses two
    there, and writes of one night are made side by side."""
    created = items.filter(pl.col("class") == DwellingClass.CREATE.value).select("leverandor_bolig_id")
    leaving = items.filter(pl.col("class") == DwellingClass.RETIRE.value).select("kobo_id")
    coming = dwellings.join(created, on="leverandor_bolig_id", how="semi")
    taken = at_same_place(coming, entries.join(leaving, on="kobo_id", how="semi")).get_column("leverandor_bolig_id")
    waits = pl.col("leverandor_bolig_id").is_in(taken.implode()) & pl.col("held").is_null()
    return items.with_columns(held=pl.when(waits).then(pl.lit(PLACE_TAKEN)).otherwise("held"))
