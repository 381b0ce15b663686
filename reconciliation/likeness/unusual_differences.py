"""Pairs in which a measure differs that is equal in nearly all other pairs of the same two sides, and that nothing else holds together.

Two lists show by themselves how well they agree. Where nearly all pairs have one area, one rent and as many bedrooms, a pair in which one
of them differs was probably typed with another home's number, unless the rent, the area or the section number agrees. In two lists whose
rents or areas are taken in different years or ways, most pairs differ, and nothing follows from one that does.
"""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.comparison import side_by_side
from reconciliation.likeness.contradiction import AREA, RENT, ROOMS, ROUNDED, agrees, in_pair
from reconciliation.likeness.contradiction import differs as far_apart

SELDOM = 0.1
"""A measure that differs in at most this share of the pairs is evidence where it differs."""
COMMON, OFTEN = 0.05, 20
"""A ratio of two rents that this share of the pairs have, and so many of them, is the rise of a year: it says that the rents are one."""
_STEPS = 200
"""Ratios of rents are equal within half of one in so many."""
_READ = ("_side", "manedsleie", "antall_soverom", "bruksareal", "seksjonsnummer")


def unusual_differences(rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.Series:
    """rows: prepared, of all sides, with `_side`. pairs: `_at`, `_at_right`: all that keys made, also what is settled by now: on a night on
    which little is new, the rest tells how well two lists agree.

    Pair by pair: a measure differs that seldom does between the two sides, and no rent, area or section agrees; of two that are alone on
    their ground, nothing at all that was measured is equal or near.
    """
    rooms, area = in_pair("antall_soverom"), in_pair("bruksareal")
    ratio = (_STEPS * pl.col("manedsleie_theirs") / pl.col("manedsleie")).round()
    seen = side_by_side(pairs.select("_at", "_at_right"), rows, rows, _READ).with_columns(
        _ratio=pl.when(pl.col("manedsleie") > 0).then(ratio), _alone=_alone_on_their_ground(rows, pairs)
    )
    between = ["_side", "_side_theirs"]
    known = {"rent": pl.col("_ratio").is_not_null(), "area": area.known, "rooms": rooms.known}
    alike = pl.len().over(*between, "_ratio")
    usual_ratio = (pl.col("_ratio") == _STEPS) | ((alike >= OFTEN) & (alike >= COMMON * known["rent"].sum().over(between)))
    differs = {"rent": known["rent"] & ~usual_ratio, "area": area.known & (area.high - area.low > ROUNDED), "rooms": rooms.several}
    tells = {name: differs[name].sum().over(between) <= SELDOM * known[name].sum().over(between) for name in differs}
    near_area = pl.when(tells["area"]).then(area.known & ~differs["area"]).otherwise(agrees(in_pair, AREA))
    # A section number is copied from the neighbour's row together with the unit: it outweighs no area that is far off.
    same_section = (pl.col("seksjonsnummer") == pl.col("seksjonsnummer_theirs")).fill_null(value=False)
    supported = (known["rent"] & ~differs["rent"]) | near_area | (same_section & ~far_apart(in_pair, AREA))
    unusual = pl.any_horizontal((differs[name] & tells[name]).fill_null(value=False) for name in differs)
    near = pl.any_horizontal(same_section, *(agrees(in_pair, measure) for measure in (AREA, RENT, ROOMS)))
    return seen.select(unusual & ~supported.fill_null(value=False) & ~(pl.col("_alone") & near)).to_series()


def _alone_on_their_ground(rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.Series:
    """rows: prepared, of all sides, with `_side`. pairs: `_at`, `_at_right`. Of each pair: both are on one ground, and no side has another
    row there or at the address of either. A number typed wrong would have named another ground."""
    places = rows.select("_address", "_side", _on=pl.concat_str("_municipality", "_ground"))
    # Two rows of one side at a place are looked for among the places that are there more than once.
    crowded = {
        place: places.filter(pl.struct(place, "_side").is_duplicated() & pl.col(place).is_not_null()).get_column(place).unique()
        for place in ("_address", "_on")
    }
    is_crowded = pl.any_horizontal(pl.col(place).is_in(names.implode()).fill_null(value=False) for place, names in crowded.items())
    lone = places.select(pl.when(~is_crowded).then("_on")).to_series()
    return (lone.gather(pairs["_at"]) == lone.gather(pairs["_at_right"])).fill_null(value=False)
