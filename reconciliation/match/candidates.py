"""Which compared pairs are worth a person's time, and how many for one dwelling."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl

from reconciliation.likeness.comparison import NEXT_DOOR, SHOWN, compare_rows
from reconciliation.likeness.contradiction import contradict, in_pair

ENOUGH = 4.0
"""Points below which a pair is not worth a question."""
MOST = 5
"""Candidates offered for one dwelling."""
BEHIND = 4.0
"""A pair this many points behind a better one of its register entry is left out; so is one that shares no rent, area or lease
with the entry when the best does."""

_LOOKED_AT = (
    *("adressenavn", "nummer", "bruksenhetsnummer", "ekstra_referanse", "gardsnummer", "seksjonsnummer"),
    *("bruksareal", "manedsleie", "antall_soverom", "etasjenummer"),
)


def worth_asking(pairs: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame, asked: Sequence[str] = ()) -> pl.DataFrame:
    """ours: with `_with_this_rent`. theirs: with `_disputed`, as in last_search.py. pairs: as pairs_in_blocks(ours, theirs) returns them.
    asked: dwellings that are in question already.

    Those that a person is shown, best first for each dwelling, with all that `explain` tells of them. A dwelling for which no likely
    pair is left, and that would be created, keeps those that are possible: leaving out never makes a creation of a question.
    """
    told_beside = ours.get_column("_with_this_rent").gather(pairs["_at"]), theirs.get_column("_disputed").gather(pairs["_at_right"])
    seen = compare_rows(pairs.with_columns(told_beside), ours, theirs)
    possible, likely, fingerprint, unlike = _worth()
    columns = ("leverandor_bolig_id", "kobo_id", "_at_right", "_points")
    marks = {"_fingerprint": fingerprint, "_unlike": unlike, "_likely": likely}
    # Both sides' columns are joined only for the pairs that remain at the end.
    few = seen.with_row_index("_row").lazy().filter(possible).select("_row", *columns, **marks).collect()
    first = _of_entries(few.filter("_likely"))
    first = first.filter(~(pl.col("_unlike") & pl.col("_any_like")))
    left = few.join(first, on="leverandor_bolig_id", how="anti")
    left = _of_entries(left.filter(~pl.col("leverandor_bolig_id").is_in(pl.Series(asked, dtype=pl.String()).implode())))
    # A better one stays: the entry is asked of a dwelling with its rent, area or lease, and this one has none of them.
    left = left.filter("_fingerprint").extend(
        left.filter(~pl.col("_fingerprint")).join(first.filter("_fingerprint"), on="_at_right", how="anti")
    )
    ranked = pl.concat([first, left]).sort("leverandor_bolig_id", "_points", "kobo_id", descending=[False, True, False])
    dwelling = pl.col("leverandor_bolig_id")
    shown = ranked.filter((dwelling != dwelling.shift(MOST)).fill_null(value=True))
    return seen.select("leverandor_bolig_id", "kobo_id", *SHOWN, "_points")[shown["_row"]]


def _of_entries(few: pl.DataFrame) -> pl.DataFrame:
    """The pairs that are not far behind the best one of their entry; `_any_like`: in some pair of the entry nothing measured differs."""
    by_fingerprint = pl.col("_points").filter("_fingerprint").max().fill_null(ENOUGH - 1)
    best = few.group_by("_at_right").agg(_best=pl.col("_points").max(), _told=by_fingerprint, _any_like=(~pl.col("_unlike")).any())
    like = (pl.col("_fingerprint") | (pl.col("_told") < pl.col("_best"))) & (pl.col("_points") > pl.col("_best") - BEHIND)
    return few.join(best, on="_at_right").filter(like)


def with_this_rent() -> pl.Expr:
    """On all dwellings, prepared: how many on its ground (or, where that is unknown, at its address) pay the same rent."""
    place = pl.coalesce(pl.concat_str("_municipality", "_ground", separator="|"), "_address")
    return pl.len().over(place, "manedsleie").alias("_with_this_rent")


@cache
def _worth() -> tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]:
    """On compared pairs with `_with_this_rent` and `_disputed`: can this be one home, slips of the hand aside? Is it likely? Does a rent,
    an area or a lease say so? Does anything that was measured differ?"""
    level = {name: pl.col(f"_level_{name}") for name in _LOOKED_AT}
    one_street = (level["adressenavn"] == "same") | (pl.col("_stem") == pl.col("_stem_theirs"))
    street = level["adressenavn"].is_in(["same", "close", "similar"])
    same_house, letter, beside = (level["nummer"] == code for code in ("same", "letter", "beside"))
    unit = level["bruksenhetsnummer"]
    same_lease = level["ekstra_referanse"] == "same"
    same_rent, same_area = level["manedsleie"] == "same", level["bruksareal"] == "same"
    fingerprint = same_rent | same_area | same_lease
    # A rent that others there pay too identifies no home in another house or with another unit number, unless the entry's own number is
    # in doubt.
    rare = (same_rent & (pl.col("_with_this_rent") == 1)) | same_area | same_lease
    section = level["seksjonsnummer"] == "same"
    ground = level["gardsnummer"] == "same"
    # A parcel can hold a hundred houses: the same ground and unit number in another house is nothing by itself.
    same_ground = ground & unit.is_in(["same", "unknown", "first"]) & (fingerprint | section)
    next_door = beside & ((pl.col("nummer") - pl.col("nummer_theirs")).abs() <= NEXT_DOOR)
    neighbour = next_door & ground & (unit == "same") & (level["manedsleie"] != "different")
    by_parcel = same_ground & (~street | section | (level["manedsleie"] == "same"))
    flat = ~unit.is_in(["different", "digit"]) | section
    # Two streets on two grounds are two streets.
    elsewhere = ~one_street & (level["gardsnummer"] == "different") & ~(fingerprint | section)
    enough = pl.col("_points") >= ENOUGH
    sound = ~elsewhere & (level["ekstra_referanse"] != "different") & enough & ~contradict(in_pair)
    # In another house only measures that few dwellings share count: two flats of one parcel have the same parcel number.
    measured, rarely = (beside & tie & (level["gardsnummer"] != "different") for tie in (fingerprint, rare))
    possible = ((street & (same_house | letter | neighbour | measured)) | by_parcel) & (flat | (same_house & fingerprint))
    likely = (same_house | letter | neighbour | rarely | by_parcel) & (flat | rare | pl.col("_disputed"))
    unlike = pl.any_horizontal(level[name] == "different" for name in ("manedsleie", "bruksareal", "antall_soverom", "etasjenummer"))
    return sound & possible, likely, fingerprint, unlike & ~section
