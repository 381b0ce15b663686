"""The candidates of a dwelling or an entry in doubt: which of them people are shown, and which answer is waited for."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.place import with_place
from reconciliation.likeness.street_spelling import ground, stem
from reconciliation.merge.copied_rows import copied_pairs
from reconciliation.model.shielding import nameable, shielded_entries, shielded_ids


def waiting_for(dwellings: pl.DataFrame, in_register: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, other): dwellings that are candidates of another dwelling `other`, which has an entry in the register or may
    have one. If the two are one home, creating the first would make a second entry of it.

    in_register: leverandor_bolig_id of dwellings with an entry, certain or offered. Two dwellings that share a source are left out: people
    are never asked about those.
    """
    doubtful = dwellings.filter(pl.col("candidates").list.len() > 0).join(in_register, on="leverandor_bolig_id", how="semi")
    asked = doubtful.select("candidates", "sources", other="leverandor_bolig_id").explode("candidates")
    sources = dwellings.select("leverandor_bolig_id", theirs="sources")
    pairs = asked.join(sources, left_on="candidates", right_on="leverandor_bolig_id")
    apart = pl.col("sources").list.set_intersection("theirs").list.len() == 0
    return pairs.filter(apart).select(leverandor_bolig_id="candidates", other="other")


def named_candidates(dwellings: pl.DataFrame, unsure: pl.DataFrame, waiting: pl.DataFrame, one_home: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, named): the candidates that people are shown: other dwellings of ours; kobo_ids where there are none; the
    dwellings of `waiting` where there are neither."""
    doubtful = dwellings.filter(pl.col("candidates").list.len() > 0)
    ours = doubtful.select("leverandor_bolig_id", other="candidates").explode("other")
    theirs = unsure.select("leverandor_bolig_id", other="kobo_id").join(doubtful, on="leverandor_bolig_id", how="anti")
    asked = pl.concat([ours, theirs])
    shielded = shielded_ids(dwellings)
    awaited = waiting.join(asked, on="leverandor_bolig_id", how="anti")
    shown = nameable(pl.concat([asked, awaited]), shielded, shielded_entries(shielded, one_home))
    return shown.group_by("leverandor_bolig_id").agg(named=pl.col("other").sort())


def pairs_ever_made(matches: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, kobo_id) of each pair that is certain tonight or was linked before."""
    pair = ("leverandor_bolig_id", "kobo_id")
    return pl.concat([matches.filter("certain").select(pair), links.select(pair)])


def where_candidates_are(dwellings: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, elsewhere, lease_beside, copied, one_list) of the dwellings in doubt. elsewhere: all candidates have another
    address. lease_beside: a candidate has an ekstraReferanse, so is let as a lease within a unit. copied: all candidates may be the same
    row of the same list, written twice. one_list: each candidate is in a list that the dwelling is in too, so that nobody is asked which
    of them it is."""
    doubtful = dwellings.filter(pl.col("candidates").list.len() > 0)
    if doubtful.is_empty():
        flags = dict.fromkeys(("elsewhere", "lease_beside", "copied", "one_list"), pl.Boolean())
        return pl.DataFrame(schema={"leverandor_bolig_id": pl.String(), **flags})
    asked = doubtful.select("leverandor_bolig_id", other="candidates").explode("other")
    named = pl.concat([asked.get_column("leverandor_bolig_id"), asked.get_column("other")]).unique()
    rows = with_place(dwellings.filter(pl.col("leverandor_bolig_id").is_in(named.implode())))
    copies = copied_pairs(rows.with_columns(_ground=ground())).with_columns(copy=pl.lit(value=True))
    placed = rows.select(
        "leverandor_bolig_id", "sources", lease="_extra", at=pl.concat_str("_municipality", stem("_street"), "_house", separator="|")
    )
    others = placed.select(other="leverandor_bolig_id", at_other="at", lease_other="lease", theirs="sources")
    beside = asked.join(placed, on="leverandor_bolig_id").join(others, on="other")
    beside = beside.join(copies, on=["leverandor_bolig_id", "other"], how="left")
    apart = (pl.col("at") != pl.col("at_other")).fill_null(value=False)
    return beside.group_by("leverandor_bolig_id").agg(
        elsewhere=apart.all(),
        lease_beside=pl.col("lease_other").is_not_null().any(),
        copied=pl.col("copy").is_not_null().all(),
        one_list=(pl.col("sources").list.set_intersection("theirs").list.len() > 0).all(),
    )
