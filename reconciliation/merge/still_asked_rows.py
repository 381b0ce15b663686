"""Dwellings that were asked about as perhaps one home the night before, and are as they were: the question stays until it is answered."""

from __future__ import annotations

import polars as pl

from reconciliation.model.decision_evidence import EVIDENCE_FIELDS, evidence_of, same_evidence


def rows_still_asked(before: pl.DataFrame, dwellings: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """before: DWELLINGS of the night before. dwellings: tonight's. named: pairs (leverandor_bolig_id, other) that are asked tonight.

    Other such pairs of then, of no common list, both made of the same rows as then whose values, rents that rose a little aside, are the
    same.
    """
    rows = ["leverandor_bolig_id", "source_keys"]
    there = before.select(rows).join(dwellings.select(*rows, "sources"), on=rows)
    pairs = before.select("leverandor_bolig_id", other="candidates").explode("other").drop_nulls()
    pairs = pairs.join(named, on=["leverandor_bolig_id", "other"], how="anti").join(there, on="leverandor_bolig_id")
    pairs = pairs.join(there, left_on="other", right_on="leverandor_bolig_id", suffix="_other")
    pairs = pairs.filter(pl.col("sources").list.set_intersection("sources_other").list.len() == 0).select("leverandor_bolig_id", "other")
    ids = pl.concat([pairs["leverandor_bolig_id"], pairs["other"]]).unique()
    then, now = (_evidence(frame.filter(pl.col("leverandor_bolig_id").is_in(ids.implode()))) for frame in (before, dwellings))
    same = pl.Series([name for name in ids if same_evidence(then[name], now[name])], dtype=pl.String()).implode()
    return pairs.filter(pl.all_horizontal(pl.col(side).is_in(same) for side in ("leverandor_bolig_id", "other")))


def _evidence(dwellings: pl.DataFrame) -> dict[str, str]:
    fields = [name for name in EVIDENCE_FIELDS if name in dwellings.columns]
    rows = dwellings.select("leverandor_bolig_id", *fields).iter_rows(named=True)
    return {row["leverandor_bolig_id"]: evidence_of(row) for row in rows}
