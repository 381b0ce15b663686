"""Two spellings of one street, or two streets that are spelt alike: where at least half of the houses that both have contradict each
other, the other houses are in doubt too."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.comparison import compare_rows
from reconciliation.likeness.contradiction import contradict, in_pair

_ENDS = ["_at", "_at_right"]
_BETWEEN_WORDS = r"[\s\-]+"
"""Ringveien and Ring veien may be two streets; Ring-veien is the second."""


def in_two_streets(rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """rows: prepared, of all lists. pairs: `_at`, `_at_right`: rows that share a key.

    Those that two spellings part which are two streets, as the houses beside them tell.
    """
    spelt = rows.select("_street", "_house", _spelt=pl.col("adressenavn").str.to_lowercase().str.replace_all(_BETWEEN_WORDS, " "))
    left, right = (spelt[pairs.get_column(end)] for end in _ENDS)
    placed = pairs.select(_ENDS).hstack(left).hstack(right.rename(lambda name: f"{name}_right"))
    parted = placed.filter((pl.col("_street") == pl.col("_street_right")) & (pl.col("_spelt") != pl.col("_spelt_right")))
    if parted.is_empty():
        return pairs.select(_ENDS).clear()
    wrong = compare_rows(parted.select(_ENDS), rows, rows).filter(contradict(in_pair)).select(_ENDS, _wrong=pl.lit(value=True))
    judged = parted.join(wrong, on=_ENDS, how="left").with_columns(
        pl.col("_wrong").fill_null(value=False), _names=pl.concat_list("_spelt", "_spelt_right").list.sort()
    )
    # Of a block of flats one pair that contradicts is a slip in one row.
    houses = judged.group_by("_street", "_names", "_house").agg(_wrong=pl.col("_wrong").all())
    two = houses.group_by("_street", "_names").agg(_wrong=pl.col("_wrong").sum(), _houses=pl.len())
    two = two.filter((pl.col("_wrong") > 0) & (2 * pl.col("_wrong") >= pl.col("_houses")))
    return judged.join(two, on=["_street", "_names"], how="semi").select(_ENDS)
