"""Entries that have a certain dwelling, and another list's row on the entry's own parcel in another street: perhaps the same home, whose
street was renamed. The rows cannot show it, for only the register and that list know the parcel."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.comparison import compare
from reconciliation.likeness.contradiction import AREA
from reconciliation.match.both_sides import PAIR


def on_the_parcel_of(
    dwellings: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame, certain: pl.DataFrame, free: pl.DataFrame
) -> pl.DataFrame:
    """dwellings: DWELLINGS. ours, theirs: prepared sides. certain: PAIR. free: leverandor_bolig_id of those that would be created.

    Compared pairs of a free dwelling and an entry: one parcel, two streets, neither two unit numbers nor another rent, rooms or area. The
    entry's dwelling is of other lists and has no cadastre number; the free one's lists have no home at the entry's address.
    """
    placed = ours.select("leverandor_bolig_id", "_municipality", "_ground", "_street", "_address", "bruksareal")
    placed = placed.join(dwellings.select("leverandor_bolig_id", "sources"), on="leverandor_bolig_id")
    holders = certain.join(placed.filter(pl.col("_ground").is_null()), on="leverandor_bolig_id").select(
        "kobo_id", _area="bruksareal", _lists="sources"
    )
    entries = theirs.select("kobo_id", "_municipality", "_ground", _street_there="_street", _address_there="_address")
    taken = entries.join(holders, on="kobo_id")
    pairs = placed.join(free, on="leverandor_bolig_id", how="semi").join(taken, on=["_municipality", "_ground"])
    apart = pl.col("sources").list.set_intersection("_lists").list.len() == 0
    off = (pl.col("bruksareal") - pl.col("_area")).abs() > AREA.agrees * pl.max_horizontal("bruksareal", "_area")
    pairs = pairs.filter(apart & ~off.fill_null(value=False) & (pl.col("_street") != pl.col("_street_there")))
    listed = placed.select(_address_there="_address", sources="sources").explode("sources").drop_nulls().unique()
    beside = pairs.explode("sources").join(listed, on=["_address_there", "sources"], how="semi")
    compared = compare(pairs.join(beside, on=list(PAIR), how="anti").select(list(PAIR)), ours, theirs)
    unit = pl.col("_level_bruksenhetsnummer").is_in(["same", "first", "unknown"])
    measured = pl.all_horizontal(pl.col(f"_level_{name}") != "different" for name in ("manedsleie", "antall_soverom"))
    return compared.filter(unit & measured).sort("leverandor_bolig_id", "_points", "kobo_id", descending=[False, True, False])
