"""leverandor_bolig_id: made once from a raw source key, and found again by any key that ever belonged to the dwelling."""

from __future__ import annotations

from itertools import count

import polars as pl

from reconciliation.identifiers.made_id import made_id


def with_made_id(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `_made`: made_id of each row (source, source_key)."""
    plain = pl.format("{}-{}", "source", "source_key")
    odd = pl.col("source_key").str.contains(r"[^A-Za-z0-9_.\-]")
    rows = rows.with_columns(_made=plain, _odd=odd)
    if rows.get_column("_odd").any():
        names = rows.filter(pl.col("_odd")).select("source", "source_key").unique()
        names = names.with_columns(_named=pl.Series([made_id(*name) for name in names.iter_rows()], dtype=pl.String()))
        rows = rows.join(names, on=["source", "source_key"], how="left", maintain_order="left")
        rows = rows.with_columns(_made=pl.coalesce("_named", "_made")).drop("_named")
    return rows.drop("_odd")


def name_clusters(rows: pl.DataFrame, remembered: pl.Series) -> pl.DataFrame:
    """rows (_cluster, _rank, _made, _known; sorted by _rank within a cluster) -> (_cluster, leverandor_bolig_id), unique.

    The known id of its best row; an id that two clusters claim stays with the one that holds the key it was made from. remembered: ids of
    every dwelling of earlier nights; none is given to another one, also when its key is.
    """
    rows = rows.select("_cluster", "_rank", "_row", "_made", "_known")
    claims = rows.filter(pl.col("_known").is_not_null()).with_columns(_origin=pl.col("_made") == pl.col("_known"))
    kept = (
        claims.sort("_known", "_origin", "_rank", "_row", descending=[False, True, False, False])
        .unique("_known", keep="first", maintain_order=True)
        .sort("_cluster", "_rank", "_row")
        .unique("_cluster", keep="first", maintain_order=True)
        .select("_cluster", kept="_known")
    )
    first = rows.sort("_cluster", "_rank", "_row").unique("_cluster", keep="first", maintain_order=True).select("_cluster", "_made")
    named = first.join(kept, on="_cluster", how="left", maintain_order="left").with_columns(
        leverandor_bolig_id=pl.coalesce("kept", "_made")
    )
    twice = named.filter(pl.col("kept").is_null() & pl.col("_made").is_in(remembered.implode()))
    if twice.is_empty():
        return named.select("_cluster", "leverandor_bolig_id")
    taken = {*remembered, *rows.get_column("_made")}
    free = [next(name for number in count(2) if (name := f"{made}-{number}") not in taken) for made in twice.get_column("_made")]
    others = twice.select("_cluster", _free=pl.Series(free, dtype=pl.String()))
    named = named.join(others, on="_cluster", how="left", maintain_order="left")
    return named.select("_cluster", leverandor_bolig_id=pl.coalesce("_free", "leverandor_bolig_id"))
