"""Answers that a row is the home of an entry whose own rows are gone: from then on the row's key names that home, as a declared one."""

from __future__ import annotations

import polars as pl

from reconciliation.merge.dwelling_ids import with_made_id
from reconciliation.model.known_decisions import DecisionKind, Decisions

_KEY = ["source", "source_key"]
_ENTRY = "kobo:"


def with_kept_homes(
    memberships: pl.DataFrame, rows: pl.DataFrame, decisions: Decisions | pl.DataFrame | None, links: pl.DataFrame
) -> pl.DataFrame:
    """memberships: (source, source_key, leverandor_bolig_id) of every key ever seen, as they are returned. rows: STANDING_ROWS.
    links: LINK_HISTORY.

    A dwelling that a person called the same as an entry of ours keeps that entry and the id it has in Kobo: its rows become rows of the
    home that the entry is linked to. Only where no row of that home stands tonight, and the answer was given after the link was made: an
    older one was about the entry before it was that home's. An answer does not lapse when the row is corrected afterwards: a wrong key
    in the row is noticed when the row is read (law 14), and a wrong number becomes a question about the entry.
    """
    same = [
        (ours, entry.removeprefix(_ENTRY), decision["decided_at"])
        for decision in Decisions.of(decisions).rows(DecisionKind.SAME)
        for ours, entry in ((decision["left"], decision["right"] or ""), (decision["right"] or "", decision["left"]))
        if entry.startswith(_ENTRY)
    ]
    if not same:
        return memberships.select(*_KEY, "leverandor_bolig_id")
    linked = links.filter(pl.col("ended").is_null()).select("kobo_id", "made", _home="leverandor_bolig_id")
    answers = pl.DataFrame(same, schema={"_named": pl.String(), "kobo_id": pl.String(), "_decided": linked.schema["made"]}, orient="row")
    answered = answers.join(linked, on="kobo_id").filter(pl.col("_decided") > pl.col("made"))
    known = with_made_id(rows.select(_KEY)).join(memberships.select(*_KEY, "leverandor_bolig_id"), on=_KEY, how="left")
    there = known.get_column("leverandor_bolig_id").drop_nulls()
    kept = answered.filter(~pl.col("_home").is_in(there.implode())).unique("_home", keep="none").select("_named", "_home")
    moved = known.with_columns(_named=pl.coalesce("leverandor_bolig_id", "_made")).join(kept, on="_named")
    others = memberships.select(*_KEY, "leverandor_bolig_id").join(moved, on=_KEY, how="anti")
    return pl.concat([others, moved.select(*_KEY, leverandor_bolig_id="_home")])
