"""Pairs of dwellings that the two lists' own houses tell, and no measure: a row alone at a number next door fills a gap of its list.

A list has a house of several flats and lacks one of them that another list has; and beside that house it has one row, where nobody else
has any, with just that unit number. So the row was probably typed with the neighbour's house number, or without the letter.
"""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.comparison import NEXT_DOOR, compare_rows
from reconciliation.likeness.contradiction import contradict, in_pair

_STREET = ("_municipality", "_street")
_SILENT = ("ekstra_referanse", "gardsnummer", "seksjonsnummer", "bruksareal", "manedsleie", "antall_soverom", "etasjenummer")


def strayed_pairs(ours: pl.DataFrame, dwellings: pl.DataFrame) -> pl.DataFrame:
    """ours: prepared dwellings that some list lacks, with both ids. dwellings: all.

    (leverandor_bolig_id, kobo_id, _points): who is alone at its address, and one next door or with another letter, of lists that it is
    in none of, with the same unit number (none, where the house has none) and nothing known that parts the two. A list of the lone one
    has other rows in that house.
    """
    alone = dwellings.filter(pl.len().over("_address") == 1).get_column("leverandor_bolig_id")
    placed = ours.select(*_STREET, "nummer", "_address", "_unit", "sources").with_row_index("_at").drop_nulls("_address")
    lone = placed.filter(ours.get_column("leverandor_bolig_id").is_in(alone.implode()).gather(placed.get_column("_at")))
    numbers = pl.concat_list(pl.col("nummer") + step for step in range(-NEXT_DOOR, NEXT_DOOR + 1))
    near = lone.with_columns(nummer=numbers).explode("nummer")
    pairs = near.join(placed, on=(*_STREET, "nummer", "_unit"), suffix="_right", nulls_equal=True)
    pairs = pairs.filter(
        (pl.col("_address") != pl.col("_address_right")) & (pl.col("sources").list.set_intersection("sources_right").list.len() == 0)
    )
    there = dwellings.join(pairs.select(_address="_address_right").unique(), on="_address", how="semi").explode("sources")
    listed = there.group_by("_address").agg(pl.col("sources").unique())
    known = pairs.join(listed.rename({"sources": "_listed"}), left_on="_address_right", right_on="_address")
    known = known.filter(pl.col("sources").list.set_intersection("_listed").list.len() > 0).select("_at", "_at_right").unique()
    ids = ours.get_column("leverandor_bolig_id")
    named = known.with_columns(leverandor_bolig_id=ids.gather(known["_at"]), kobo_id=ids.gather(known["_at_right"]))
    seen = compare_rows(named, ours, ours)
    differs = pl.any_horizontal(pl.col(f"_level_{name}") == "different" for name in _SILENT)
    return seen.filter(~differs & ~contradict(in_pair)).select("leverandor_bolig_id", "kobo_id", "_points")
