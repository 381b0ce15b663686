"""Which dwellings and register entries have a shielded address, and which pairs may be named in what people open (law 10).

A pair of a shielded and a visible side reveals where the shielded home is, whichever side names it: by the other's address, by
its measures, or by how many are at the house. So a pair is shown only when both sides are shielded or both are visible."""

from __future__ import annotations

import polars as pl

PAIR = ["leverandor_bolig_id", "other"]


def is_shielded() -> pl.Expr:
    """On any table with CONTENT: whether the source marks the address as shielded."""
    return pl.col("hemmelig_adresse").fill_null(value=False)


def shielded_ids(dwellings: pl.DataFrame) -> pl.Series:
    """leverandor_bolig_id of the shielded dwellings. dwellings: DWELLINGS."""
    return dwellings.filter(is_shielded()).get_column("leverandor_bolig_id")


def shielded_entries(shielded: pl.Series, pairs: pl.DataFrame) -> pl.Series:
    """koboId of entries of shielded dwellings. pairs: leverandor_bolig_id, kobo_id that are taken for the same home."""
    theirs = pairs.filter(pl.col("leverandor_bolig_id").is_in(shielded.implode()))
    return theirs.get_column("kobo_id").drop_nulls().unique()


def nameable(pairs: pl.DataFrame, *shielded: pl.Series) -> pl.DataFrame:
    """Those of the pairs (leverandor_bolig_id, other) whose sides are both shielded or both visible. shielded: ids of either kind."""
    if pairs.is_empty() or not any(ids.len() for ids in shielded):
        return pairs
    hidden = pl.concat([ids.cast(pl.String) for ids in shielded]).implode()
    left, right = (pl.col(name).is_in(hidden) for name in PAIR)
    return pairs.filter(left == right)
