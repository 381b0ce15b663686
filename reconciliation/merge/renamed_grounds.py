"""Homes on one parcel that one list has in one street and another list in another: the street was renamed, and perhaps renumbered.

Where no list has homes in both streets of the parcel, each list may hold the same homes under its own address. They are asked of a person.
"""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.comparison import compare_rows
from reconciliation.likeness.contradiction import contradict, in_pair

_GROUND = ("_municipality", "_ground")
_STREET = (*_GROUND, "_street")
_TELLING = ("bruksenhetsnummer", "bruksareal", "manedsleie", "seksjonsnummer")
_SILENT = ("ekstra_referanse", "seksjonsnummer", "bruksareal", "manedsleie", "antall_soverom", "etasjenummer")
MOST_HOMES = 40
"""Homes of one street on one parcel, beyond which they are not all compared with those of the other."""


def renamed_pairs(ours: pl.DataFrame) -> pl.DataFrame:
    """ours: prepared dwellings with `sources`. (leverandor_bolig_id, kobo_id, _points): pairs of which nothing known differs but the
    address, and of which something agrees, or either street has one home on the parcel."""
    streets = _two_streets(ours)
    placed = ours.with_row_index("_at").select("_at", *_STREET).join(_counted(ours), on=_STREET)
    left = placed.join(streets, on=_STREET)
    right = placed.rename({"_at": "_at_right", "_street": "_other", "_homes": "_homes_right"})
    pairs = left.join(right, on=(*_GROUND, "_other"))
    ids = ours.get_column("leverandor_bolig_id")
    pairs = pairs.filter(pl.max_horizontal("_homes", "_homes_right") <= MOST_HOMES)
    pairs = pairs.select(
        "_at",
        "_at_right",
        _one_each=pl.max_horizontal("_homes", "_homes_right") == 1,
        leverandor_bolig_id=ids.gather(pairs["_at"]),
        kobo_id=ids.gather(pairs["_at_right"]),
    )
    seen = compare_rows(pairs, ours, ours)
    unit = pl.col("_level_bruksenhetsnummer").is_in(["different", "digit"])
    differs = pl.any_horizontal(unit, *(pl.col(f"_level_{name}") == "different" for name in _SILENT))
    agrees = pl.any_horizontal(pl.col(f"_level_{name}") == "same" for name in _TELLING)
    alike = seen.filter(~differs & ~contradict(in_pair) & (agrees | pl.col("_one_each")))
    return alike.select("leverandor_bolig_id", "kobo_id", "_points")


def _counted(ours: pl.DataFrame) -> pl.DataFrame:
    return ours.drop_nulls(_STREET).group_by(_STREET).agg(_homes=pl.len())


def _two_streets(ours: pl.DataFrame) -> pl.DataFrame:
    """(_municipality, _ground, _street, _other): pairs of streets of one parcel that no list has both of, each once."""
    listed = ours.select(*_STREET, "sources").drop_nulls(_STREET).explode("sources").unique()
    lists = listed.group_by(_STREET).agg(pl.col("sources"))
    crossed = lists.join(lists, on=_GROUND, suffix="_other").filter(pl.col("_street") < pl.col("_street_other"))
    apart = pl.col("sources").list.set_intersection("sources_other").list.len() == 0
    return crossed.filter(apart).select(*_STREET, _other="_street_other")
