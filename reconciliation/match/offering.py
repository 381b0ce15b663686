"""Which compared pairs are worth a person's time, and how many for one dwelling."""

from __future__ import annotations

import polars as pl

from reconciliation.match.comparison import NEXT_DOOR, at_odds

ENOUGH = 4.0
"""Points below which a pair is not worth a question."""
MOST = 5
"""Candidates offered for one dwelling."""
BEHIND = 4.0
"""A pair this many points behind a better one of its register entry is left out; so is one that shares no rent, area or lease
with the entry when the best does."""

_LOOKED_AT = ("adressenavn", "nummer", "bruksenhetsnummer", "ekstra_referanse", "gardsnummer", "seksjonsnummer", "bruksareal", "manedsleie")


def worth_asking(seen: pl.DataFrame) -> pl.DataFrame:
    """seen: as compare returns them. The pairs a person is shown, best first for each dwelling."""
    level = {name: pl.col(f"_level_{name}") for name in _LOOKED_AT}
    street = level["adressenavn"].is_in(["same", "close", "similar"])
    same_house, letter, beside = (level["nummer"] == code for code in ("same", "letter", "beside"))
    unit = level["bruksenhetsnummer"]
    same_lease = level["ekstra_referanse"] == "same"
    fingerprint = (level["manedsleie"] == "same") | (level["bruksareal"] == "same") | same_lease
    section = level["seksjonsnummer"] == "same"
    ground = level["gardsnummer"] == "same"
    # A parcel can hold a hundred houses: the same ground and unit number in another house is nothing by itself.
    same_ground = ground & unit.is_in(["same", "unknown", "first"]) & (fingerprint | section)
    next_door = beside & ((pl.col("nummer") - pl.col("nummer_theirs")).abs() <= NEXT_DOOR)
    # In another house only what is all but the dwelling's own tells: two flats of a parcel share its numbers.
    tied = (beside & fingerprint) | (next_door & ground & (unit == "same") & (level["manedsleie"] != "different"))
    place = (street & (same_house | letter | tied)) | (same_ground & (~street | section | (level["manedsleie"] == "same")))
    flat = ~unit.is_in(["different", "digit"]) | section | (fingerprint & same_house)
    worth = seen.filter(place & flat & (level["ekstra_referanse"] != "different") & (pl.col("_points") >= ENOUGH) & ~at_odds())
    worth = worth.with_columns(_fingerprint=fingerprint)
    best = pl.col("_points").max().over("kobo_id")
    like = pl.col("_fingerprint") | ~(pl.col("_fingerprint") & (pl.col("_points") == best)).any().over("kobo_id")
    close = worth.filter(like & (pl.col("_points") > best - BEHIND)).drop("_fingerprint")
    return (
        close.sort("leverandor_bolig_id", "_points", "kobo_id", descending=[False, True, False])
        .filter(pl.int_range(pl.len()).over("leverandor_bolig_id") < MOST)
    )
