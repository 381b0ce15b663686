"""Two rows that nothing but their number holds together, and a third row with that number that agrees with either of them.

One list has the area, another the rent, and the third has both: a difference of the first two is settled by the third.
"""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.better_fit import KEYED
from reconciliation.likeness.comparison import compare_rows

_ENDS = list(KEYED)
_MEASURED = ("bruksareal", "manedsleie", "antall_soverom", "etasjenummer", "seksjonsnummer")


def vouched(rows: pl.DataFrame, odd: pl.DataFrame, keyed: pl.DataFrame) -> pl.DataFrame:
    """rows: prepared, of all lists. odd: KEYED, pairs that are in doubt by themselves. keyed: KEYED, pairs of a number that nobody doubts.

    KEYED: those of `odd` of which a third row has the rent, or the area, of both, and differs from neither in anything measured.
    """
    asked = pl.concat([odd["_at"], odd["_at_right"]]).unique()
    beside = keyed.select(_ENDS).filter(pl.any_horizontal(pl.col(end).is_in(asked.implode()) for end in _ENDS))
    if beside.is_empty():
        return beside
    seen = compare_rows(beside, rows, rows).with_columns(beside)
    level = {name: pl.col(f"_level_{name}") for name in _MEASURED}
    agrees = (level["manedsleie"] == "same") | (level["bruksareal"] == "same")
    differs = pl.any_horizontal(code == "different" for code in level.values())
    vouched = seen.filter(agrees & ~differs).select(_ENDS)
    either_way = pl.concat([vouched, vouched.select(_at="_at_right", _at_right="_at")]).unique()
    thirds = odd.select(_ENDS).join(either_way.rename({"_at_right": "_third"}), on="_at")
    return thirds.join(either_way, left_on=["_third", "_at_right"], right_on=_ENDS, how="semi").select(_ENDS).unique()
