"""One contradicting pair stops the rule that made it for the whole house: its other pairs there need measures that agree.

A column that slid one line down, or two lists that number the flats differently, shows first in the one pair that cannot be. The
others then agree only because the flats are alike.
"""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.better_fit import KEYED, with_fit


def unsupported(rows: pl.DataFrame, keyed: pl.DataFrame, broken: pl.DataFrame) -> pl.DataFrame:
    """rows: prepared, of all sides, with `_side`. keyed: KEYED, pairs that one rule made. broken: `_address`, `_side`, `_side_right`
    (in either order) of the houses and sides in which a pair of that rule cannot be.

    KEYED: those of the pairs in such a house that do not fit each other better than they fit anybody else of the two sides there.
    """
    side, address = rows.get_column("_side"), rows.get_column("_address")
    both_ways = pl.concat([broken, broken.select("_address", _side="_side_right", _side_right="_side")]).unique()
    made = keyed.select(list(KEYED)).with_columns(
        _address=address.gather(keyed.get_column("_at")),
        _side=side.gather(keyed.get_column("_at")),
        _side_right=side.gather(keyed.get_column("_at_right")),
    )
    asked = made.join(both_ways, on=["_address", "_side", "_side_right"], how="semi")
    if asked.is_empty():
        return asked.select(list(KEYED))
    at_address = rows.select("_address", "_side").with_row_index("_at").join(asked.select("_address").unique(), on="_address", how="semi")
    ends = pl.concat([asked, asked.select(_at="_at_right", _at_right="_at", _address="_address", _side="_side_right", _side_right="_side")])
    others = ends.join(at_address, left_on=["_address", "_side_right"], right_on=["_address", "_side"], suffix="_other").select(
        "_at", _at_right="_at_other"
    )
    fits = with_fit(pl.concat([ends.select(list(KEYED)), others]).unique(), rows)
    best = ends.join(fits.select(*KEYED, "_fit"), on=list(KEYED)).join(fits.select("_at", _other="_at_right", _fit_other="_fit"), on="_at")
    rivalled = best.filter((pl.col("_other") != pl.col("_at_right")) & (pl.col("_fit_other") >= pl.col("_fit"))).select("_at", "_at_right")
    pairs = pl.concat([rivalled, rivalled.select(_at="_at_right", _at_right="_at")]).unique()
    return asked.select(list(KEYED)).join(pairs, on=list(KEYED), how="semi")
