"""Two rows that nothing of the address ties, and that alone in their postal code have their unit number and rent: perhaps one home under
another street's name, at a corner or where a street was renamed and renumbered."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.comparison import without_contradicted
from reconciliation.likeness.contradiction import equal_areas

_KEY = ("_municipality", "postnummer", "_unit", "manedsleie")


def only_two_alike(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """left, right: prepared rows of two sides, with `sources` (list).

    Returns `_at`, `_at_right`: pairs with no source in common, in two streets. Neither's sources have another row of the unit number and
    the rent in the postal code; the area or the bedrooms are equal too, and neither these nor anything else that is known of both differs.
    """
    sides = [_rare(rows) for rows in (left, right)]
    pairs = sides[0].join(sides[1].rename({"_at": "_at_right"}), on=_KEY, suffix="_right")
    area = equal_areas(pl.col("bruksareal"), pl.col("bruksareal_right"))
    rooms = pl.col("antall_soverom") == pl.col("antall_soverom_right")
    alike = (area.fill_null(value=True) & rooms.fill_null(value=True)) & (area | rooms).fill_null(value=False)
    apart = pl.col("sources").list.set_intersection("sources_right").list.len() == 0
    elsewhere = (pl.col("_street") != pl.col("_street_right")).fill_null(value=False)
    grounds = (pl.col("_ground") != pl.col("_ground_right")).fill_null(value=False)
    likely = pairs.filter(alike & apart & elsewhere & ~grounds).select("_at", "_at_right")
    single = pl.all_horizontal(pl.len().over(end) == 1 for end in ("_at", "_at_right"))
    return without_contradicted(likely.filter(single), left, right)


def _rare(rows: pl.DataFrame) -> pl.DataFrame:
    """With `_at`, those whose sources have no other row with their values of _KEY."""
    columns = ("sources", "_street", "_ground", "bruksareal", "antall_soverom", *_KEY)
    keyed = rows.select(columns).with_row_index("_at").drop_nulls(list(_KEY))
    listed = keyed.select("_at", "sources", *_KEY).explode("sources")
    several = listed.filter(pl.struct("sources", *_KEY).is_duplicated()).get_column("_at").unique()
    return keyed.filter(~pl.col("_at").is_in(several.implode()))
