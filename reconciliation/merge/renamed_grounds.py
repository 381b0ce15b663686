"""Homes on one parcel that one list has in one street and another list in another: the street was renamed, and perhaps renumbered.

Where no list has homes in both streets of the parcel, each list may hold the same homes under its own address. They are asked of a person.
A corner house has an address in either street, and a list may use both: there only two homes are asked about that no measure parts from
each other, and that are the only such one of their lists on the parcel; their unit numbers may differ, counted from another entrance.
A terrace that one list has as 12A to 12F and another as 12 to 22 was renumbered.
"""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.comparison import compare_rows
from reconciliation.likeness.contradiction import contradict, in_pair

_GROUND = ("_municipality", "_ground")
_STREET = (*_GROUND, "_street")
_TELLING = ("bruksenhetsnummer", "bruksareal", "manedsleie", "seksjonsnummer")
_SILENT = ("ekstra_referanse", "seksjonsnummer", "bruksareal", "manedsleie", "antall_soverom", "etasjenummer")
_ENDS = ("leverandor_bolig_id", "kobo_id")
SEVERAL = 2
"""So many homes of two houses, asked about one with another, say that the two may be one house."""
MOST_HOMES = 40
"""Homes of one street on one parcel, beyond which they are not all compared with those of the other."""


def renamed_pairs(ours: pl.DataFrame) -> pl.DataFrame:
    """ours: prepared dwellings with `sources`. (leverandor_bolig_id, kobo_id, _points): pairs of which nothing known differs but the
    address, and of which something agrees, or either street has one home on the parcel; and those of corner houses."""
    streets = pl.concat([_two_streets(ours), _lettered_and_numbered(ours)])
    placed = ours.with_row_index("_at").select("_at", *_STREET).join(_counted(ours), on=_STREET)
    left = placed.join(streets, on=_STREET)
    right = placed.rename({"_at": "_at_right", "_street": "_other", "_homes": "_homes_right"})
    pairs = left.join(right, on=(*_GROUND, "_other"))
    ids, lists = ours.get_column("leverandor_bolig_id"), ours.get_column("sources")
    apart = lists.gather(pairs["_at"]).list.set_intersection(lists.gather(pairs["_at_right"])).list.len() == 0
    # A street with itself: a terrace numbered in two ways.
    pairs = pairs.filter(apart & ((pl.col("_street") != pl.col("_other")) | (pl.col("_at") < pl.col("_at_right"))))
    pairs = pairs.filter(pl.max_horizontal("_homes", "_homes_right") <= MOST_HOMES)
    pairs = pairs.select(
        "_at",
        "_at_right",
        "_corner",
        _one_each=pl.max_horizontal("_homes", "_homes_right") == 1,
        leverandor_bolig_id=ids.gather(pairs["_at"]),
        kobo_id=ids.gather(pairs["_at_right"]),
    )
    seen = compare_rows(pairs, ours, ours).filter(pl.col("_level_gardsnummer") == "same")
    unit = pl.col("_level_bruksenhetsnummer").is_in(["different", "digit"])
    differs = pl.any_horizontal(pl.col(f"_level_{name}") == "different" for name in _SILENT)
    agrees = pl.any_horizontal(pl.col(f"_level_{name}") == "same" for name in _TELLING)
    alike = seen.filter(~differs & ~contradict(in_pair))
    renamed = alike.filter(~pl.col("_corner") & ~unit & (agrees | pl.col("_one_each")))
    return pl.concat([renamed, _only_ones(alike, ours)]).select("leverandor_bolig_id", "kobo_id", "_points").unique()


def houses_of_two_names(ours: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """ours: prepared, with `_likely` (likeness/stray_streets). asked: pairs (leverandor_bolig_id, kobo_id). Columns of renamed_pairs.

    Where several homes of a house are asked about with homes of one other house, the two are perhaps one: also its other homes with one
    unit number (or label) that nothing known parts are asked about."""
    place = pl.concat_str("_municipality", "_likely", "_house", separator="|")
    homes = ours.select("leverandor_bolig_id", "sources", "_label", "_unit", _place=place).with_row_index("_at").drop_nulls("_place")
    places = homes.select("leverandor_bolig_id", "_place")
    both_ways = pl.concat([asked.select(list(_ENDS)), asked.select(leverandor_bolig_id="kobo_id", kobo_id="leverandor_bolig_id")])
    ends = both_ways.join(places, on="leverandor_bolig_id").join(
        places.rename({"leverandor_bolig_id": "kobo_id"}), on="kobo_id", suffix="_right"
    )
    counted = ends.filter(pl.col("_place") != pl.col("_place_right")).group_by("_place", "_place_right").agg(pl.col(_ENDS).n_unique())
    names = counted.filter(pl.min_horizontal(_ENDS) >= SEVERAL).select("_place", "_place_right")
    pairs = homes.join(names, on="_place").join(homes.rename(lambda name: f"{name}_right"), on="_place_right")
    alike = [(pl.col(name) == pl.col(f"{name}_right")).fill_null(value=False) for name in ("_unit", "_label")]
    pairs = pairs.filter((pl.col("sources").list.set_intersection("sources_right").list.len() == 0) & pl.any_horizontal(alike))
    named = pairs.select("_at", "_at_right", "leverandor_bolig_id", kobo_id="leverandor_bolig_id_right")
    seen = compare_rows(named, ours, ours)
    unit = pl.col("_level_bruksenhetsnummer").is_in(["different", "digit"])
    differs = pl.any_horizontal(pl.col(f"_level_{name}") == "different" for name in ("gardsnummer", *_SILENT))
    return seen.filter(~differs & ~unit & ~contradict(in_pair)).select(*_ENDS, "_points")


def _only_ones(pairs: pl.DataFrame, ours: pl.DataFrame) -> pl.DataFrame:
    """Compared pairs of equal area and rent, or of equal area and unit number, of which no list has another home of that area on the
    parcel."""
    same = {name: pl.col(f"_level_{name}") == "same" for name in ("bruksareal", "manedsleie", "bruksenhetsnummer")}
    likely = pairs.filter(same["bruksareal"] & (same["manedsleie"] | same["bruksenhetsnummer"]))
    listed = ours.select("leverandor_bolig_id", *_GROUND, "sources", _area=pl.col("bruksareal").round(0)).explode("sources")
    several = listed.filter(pl.struct(*_GROUND, "sources", "_area").is_duplicated()).get_column("leverandor_bolig_id").unique()
    return likely.filter(~pl.any_horizontal(pl.col(side).is_in(several.implode()) for side in ("leverandor_bolig_id", "kobo_id")))


def _counted(ours: pl.DataFrame) -> pl.DataFrame:
    return ours.drop_nulls(_STREET).group_by(_STREET).agg(_homes=pl.len())


def _two_streets(ours: pl.DataFrame) -> pl.DataFrame:
    """(_municipality, _ground, _street, _other, _corner): pairs of streets of one parcel, each once; _corner: a list has both."""
    listed = ours.select(*_STREET, "sources").drop_nulls(_STREET).explode("sources").unique()
    lists = listed.group_by(_STREET).agg(pl.col("sources"))
    crossed = lists.join(lists, on=_GROUND, suffix="_other").filter(pl.col("_street") < pl.col("_street_other"))
    both = pl.col("sources").list.set_intersection("sources_other").list.len() > 0
    return crossed.select(*_STREET, _other="_street_other", _corner=both)


def _lettered_and_numbered(ours: pl.DataFrame) -> pl.DataFrame:
    """The same columns: each street of a parcel with itself, where one list has several homes at one number, told apart by letters, and
    another has several numbers and no letters, and no home is known to both."""
    listed = ours.select(*_STREET, "sources", "nummer", "bokstav").drop_nulls((*_STREET, "nummer")).explode("sources")
    numbers, letters = pl.col("nummer").n_unique(), pl.col("bokstav").drop_nulls().n_unique()
    ways = listed.group_by(*_STREET, "sources").agg(
        _lettered=(numbers == 1) & (letters > 1) & pl.col("bokstav").is_not_null().all(), _numbered=(numbers > 1) & (letters == 0)
    )
    both = ways.group_by(_STREET).agg(pl.col("_lettered", "_numbered").any()).filter(pl.col("_lettered") & pl.col("_numbered"))
    return both.select(*_STREET, _other="_street", _corner=pl.lit(value=False))
