"""Which compared pairs are worth a person's time, and how many for one dwelling."""

from __future__ import annotations

import polars as pl

from reconciliation.match.comparison import at_odds

ENOUGH = 4.0
"""Points below which a pair is not worth a question."""
MOST = 5
"""Candidates offered for one dwelling."""
BEHIND = 4.0
"""A pair this many points behind a better one of its register entry is left out."""

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
    tied = fingerprint | (ground & (unit == "same"))
    place = (street & (same_house | letter | (beside & tied))) | (same_ground & (~street | section | (level["manedsleie"] == "same")))
    flat = ~unit.is_in(["different", "digit"]) | section | (fingerprint & same_house)
    worth = seen.filter(place & flat & (level["ekstra_referanse"] != "different") & (pl.col("_points") >= ENOUGH) & ~at_odds())
    close = worth.filter(pl.col("_points") > pl.col("_points").max().over("kobo_id") - BEHIND)
    return (
        close.sort("leverandor_bolig_id", "_points", "kobo_id", descending=[False, True, False])
        .group_by("leverandor_bolig_id", maintain_order=True)
        .head(MOST)
    )
