"""A street that one list has under one name and another list under another, with other house numbers, where no cadastre number ties them.

Nothing of one home's address tells it. Several homes do: the same unit numbers and areas, in the order of the house numbers.
"""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.comparison import compare_rows, without_contradicted
from reconciliation.likeness.contradiction import equal_areas

_PLACE = ("_municipality", "postnummer")
_STREETS = (*_PLACE, "_street", "_street_right")
HOMES = 3
"""So many homes of two streets must be alike."""
SHARE = 2 / 3
"""And so great a share of the homes of the shorter one."""
_EQUAL = ("manedsleie", "antall_soverom", "etasjenummer", "ekstra_referanse")


def renamed_streets(ours: pl.DataFrame) -> pl.DataFrame:
    """ours: prepared dwellings with `sources`. (leverandor_bolig_id, kobo_id, _points): homes of two streets of one postal code that no
    list has both of. Either all of the one are alike with all of the other, one by one in the order of their numbers; or enough of them
    are alike with one home only of the other street, and in the same order; or with the home that is so many house numbers on."""
    homes = _homes(ours)
    streets = _of_no_list_both(homes)
    pairs = pl.concat(_alike(homes, streets, shift) for shift in (0.0, 0.5)).unique()
    if pairs.is_empty():
        return pl.DataFrame(schema={"leverandor_bolig_id": pl.String(), "kobo_id": pl.String(), "_points": pl.Float64()})
    pairs = without_contradicted(pairs, ours, ours)
    even = (pl.col("_homes") == pl.col("_homes_right")) & (pl.col("_rank") == pl.col("_rank_right"))
    in_step = pairs.filter(even).filter((pl.len().over(_STREETS) == pl.col("_homes")) & (pl.col("_homes") >= HOMES))
    single = pl.all_horizontal(pl.len().over(*_STREETS, end) == 1 for end in ("_at", "_at_right"))
    lone = pairs.filter(single).sort(*_STREETS, "_rank")
    ordered = (pl.col("_rank_right").diff().over(_STREETS) > 0).fill_null(value=True).all().over(_STREETS)
    enough = pl.len().over(_STREETS) >= pl.max_horizontal(HOMES, SHARE * pl.min_horizontal("_homes", "_homes_right"))
    pairs = pl.concat([part.select("_at", "_at_right") for part in (in_step, lone.filter(ordered & enough), _renumbered(pairs))]).unique()
    ids = ours.get_column("leverandor_bolig_id")
    named = pairs.with_columns(leverandor_bolig_id=ids.gather(pairs["_at"]), kobo_id=ids.gather(pairs["_at_right"]))
    return compare_rows(named, ours, ours).select("leverandor_bolig_id", "kobo_id", "_points")


def _renumbered(pairs: pl.DataFrame) -> pl.DataFrame:
    """Of pairs that are alike, those of two streets of which one was numbered anew, by one difference for all: enough homes are alike at
    that difference, and many fewer at any other. Where all homes of a street are alike, no difference stands out."""
    same_letter = pl.col("bokstav").eq_missing(pl.col("bokstav_right"))
    stepped = pairs.filter(same_letter).with_columns(_step=pl.col("nummer_right") - pl.col("nummer"))
    counted = stepped.with_columns(_alike=pl.len().over(*_STREETS, "_step")).with_columns(_most=pl.col("_alike").max().over(_STREETS))
    others = pl.col("_alike").filter(pl.col("_alike") < pl.col("_most")).max().over(_STREETS).fill_null(0)
    steps = pl.col("_step").filter(pl.col("_alike") == pl.col("_most")).n_unique().over(_STREETS)
    enough = pl.col("_alike") >= pl.max_horizontal(HOMES, SHARE * pl.min_horizontal("_homes", "_homes_right"))
    return counted.filter((pl.col("_alike") == pl.col("_most")) & (steps == 1) & (others <= SHARE * pl.col("_most")) & enough)


def _homes(ours: pl.DataFrame) -> pl.DataFrame:
    """With `_at`; `_rank` in their street, by house number and unit; `_homes` and `_lists` of the street."""
    columns = ("sources", *_PLACE, "_street", "_unit", "nummer", "bokstav", "bruksareal", *_EQUAL, "_ground")
    placed = ours.select(columns).with_row_index("_at").drop_nulls([*_PLACE, "_street", "nummer"])
    street = (*_PLACE, "_street")
    lists = placed.select(*street, "sources").explode("sources").unique().group_by(street).agg(_lists=pl.col("sources"))
    ranked = placed.sort(*street, "nummer", "bokstav", "_unit", "_at", nulls_last=False)
    ranked = ranked.with_columns(_rank=pl.int_range(pl.len()).over(street), _homes=pl.len().over(street))
    return ranked.join(lists, on=street).filter(pl.col("_homes") >= HOMES)


def _of_no_list_both(homes: pl.DataFrame) -> pl.DataFrame:
    """_STREETS: pairs of two streets of one postal code that no list has both of."""
    streets = homes.select(*_PLACE, "_street", "_lists").unique([*_PLACE, "_street"])
    pairs = streets.join(streets, on=_PLACE, suffix="_right").filter(pl.col("_street") < pl.col("_street_right"))
    return pairs.filter(pl.col("_lists").list.set_intersection("_lists_right").list.len() == 0).select(_STREETS)


def _alike(homes: pl.DataFrame, streets: pl.DataFrame, shift: float) -> pl.DataFrame:
    """Pairs of equal unit number and area in two of these streets. shift: areas on either side of a half are joined too."""
    keyed = homes.drop("_lists").filter(pl.col("_unit").is_not_null()).with_columns(_area=(pl.col("bruksareal") + shift).floor())
    there = keyed.rename({"_street": "_street_right"})
    pairs = keyed.join(streets, on=[*_PLACE, "_street"]).join(there, on=[*_PLACE, "_street_right", "_unit", "_area"], suffix="_right")
    equal = pl.all_horizontal((pl.col(name) == pl.col(f"{name}_right")).fill_null(value=True) for name in (*_EQUAL, "_ground"))
    area = equal_areas(pl.col("bruksareal"), pl.col("bruksareal_right"))
    ends = ("_at", "_rank", "_homes", "nummer", "bokstav")
    return pairs.filter(equal & area).select(*_STREETS, *ends, *(f"{name}_right" for name in ends))
