"""Answers that a row is the home of an entry, or of another row of its list, whose own rows are gone: from then on the row's key names
that home, as a declared one."""

from __future__ import annotations

from datetime import datetime

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
    in the row is noticed when the row is read (law 14), and a wrong number becomes a question about the entry. So does a row that was
    called the same as another row of its list, once that one is taken out of the list.
    """
    pairs = [
        (left, right, decision["decided_at"])
        for decision in Decisions.of(decisions).rows(DecisionKind.SAME)
        for left, right in ((decision["left"], decision["right"] or ""), (decision["right"] or "", decision["left"]))
    ]
    if not pairs:
        return memberships.select(*_KEY, "leverandor_bolig_id")
    known = with_made_id(rows.select(_KEY)).join(memberships.select(*_KEY, "leverandor_bolig_id"), on=_KEY, how="left")
    known = known.with_columns(_named=pl.coalesce("leverandor_bolig_id", "_made"), _row=_name())
    answered = pl.concat([_of_entries(pairs, links, known), _of_copies(pairs, memberships, known)]).unique()
    moved = known.join(answered.unique("_home", keep="none"), on="_named")
    others = memberships.select(*_KEY, "leverandor_bolig_id").join(moved, on=_KEY, how="anti")
    return pl.concat([others, moved.select(*_KEY, leverandor_bolig_id="_home")])


def _of_entries(same: list[tuple[str, str, datetime]], links: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """(_named, _home): dwellings that were called the same as the entry to which that home is linked. known: tonight's rows."""
    linked = links.filter(pl.col("ended").is_null()).select("kobo_id", "made", _home="leverandor_bolig_id")
    schema = {"_named": pl.String(), "kobo_id": pl.String(), "_decided": linked.schema["made"]}
    entries = [(ours, other.removeprefix(_ENTRY), decided) for ours, other, decided in same if other.startswith(_ENTRY)]
    answers = pl.DataFrame(entries, schema=schema, orient="row").join(linked, on="kobo_id").filter(pl.col("_decided") > pl.col("made"))
    listed = pl.col("_home").is_in(known.get_column("leverandor_bolig_id").drop_nulls().implode())
    return answers.filter(~listed).select("_named", "_home")


def _of_copies(same: list[tuple[str, str, datetime]], memberships: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """(_named, _home): dwellings of rows that were called the same as another row of their list, which has been taken out since, so that
    the list has no row of that home. known: tonight's rows."""
    homes = memberships.select("source", _home="leverandor_bolig_id", _gone=_name())
    listed = known.select("source", _home="leverandor_bolig_id").drop_nulls()
    gone = homes.join(listed, on=["source", "_home"], how="anti")
    copies = [(ours, other) for ours, other, _ in same if ours.partition(":")[0] == other.partition(":")[0]]
    pairs = pl.DataFrame(copies, schema={"_row": pl.String(), "_gone": pl.String()}, orient="row")
    return pairs.join(gone, on="_gone").join(known, on="_row").select("_named", "_home")


def _name() -> pl.Expr:
    return pl.col("source") + ":" + pl.col("source_key")
