"""What questions are made from: a night's tables, and of these the dwellings, rows and entries that somebody is asked about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from reconciliation.decisions.copies_offered import copies_offered
from reconciliation.decisions.field_evidence import by_source
from reconciliation.decisions.question import Candidate, Question, SourceRow
from reconciliation.decisions.rejected_beside import RejectedRows
from reconciliation.decisions.unit_offers import UnitsThere, units_offered
from reconciliation.decisions.without_number import crowded_without_number
from reconciliation.identifiers.unit_floor import floor_contradicts_unit
from reconciliation.model.decision_evidence import EVIDENCE_FIELDS
from reconciliation.model.shielding import shielded_entries, shielded_ids
from reconciliation.model.tables import CONTENT, SOURCE_ROWS, empty

SIDE = [name for name in EVIDENCE_FIELDS if name in CONTENT]
"""Fields that each side of a question shows."""


@dataclass(frozen=True, slots=True)
class Tables:
    """A night's tables, as far as questions are made of them. shielded_gone: leverandor_bolig_id of shielded dwellings in no source.
    deviations: None where nothing is known of the units that the official register has. rejected: SOURCE_ROWS that errors keep out; None
    where they are not known."""

    dwellings: pl.DataFrame
    items: pl.DataFrame
    matches: pl.DataFrame
    lineage: pl.DataFrame
    standing_rows: pl.DataFrame
    register_rows: pl.DataFrame
    shielded_gone: Collection[str] = ()
    deviations: pl.DataFrame | None = None
    rejected: pl.DataFrame | None = None


def _one_home() -> pl.Expr:
    """On MATCHES: the two are, or were, held for the same home."""
    return pl.col("certain") | (pl.col("key") == "link")


class AskedAbout:
    """Rows of the night's tables that its questions need, looked up once.

    waiting: leverandor_bolig_id of the dwellings that wait for an answer. dwellings: by id, those and their candidates. rows: by
    "source:key", their source rows. copies: id -> the dwellings whose row of
    the same list it may be a copy of. offered: id -> its uncertain matches. holders: koboId of an
    entry of these -> id of the dwelling that it is certain to be. entries: by koboId. shielded: ids and koboIds of shielded
    dwellings. units: "source:key" -> units that the official register offers.
    doubted: "source:key" of the rows that give another floor than their unit number.
    crowded: ids without a unit number where another dwelling lacks one too.
    units_there: unit numbers in use by address. rejected: the rejected rows by address.
    values_by_source: id -> what each source says where they differ.
    """

    def __init__(self, night: Tables, waiting: pl.DataFrame) -> None:
        self.waiting = set(waiting.get_column("leverandor_bolig_id").drop_nulls())
        ids = waiting.select("leverandor_bolig_id").unique()
        subjects = night.dwellings.join(ids, on="leverandor_bolig_id", how="semi")
        others = subjects.select(leverandor_bolig_id="candidates").explode("leverandor_bolig_id").drop_nulls().unique()
        copies = copies_offered(subjects, night.dwellings, night.standing_rows)
        offered = night.matches.filter(~pl.col("certain")).join(ids, on="leverandor_bolig_id", how="semi")
        held_entries = night.matches.filter("certain").join(offered, on="kobo_id", how="semi")
        self.holders = dict(held_entries.select("kobo_id", "leverandor_bolig_id").iter_rows())
        every = pl.concat([ids, others, copies.select(leverandor_bolig_id="other"), held_entries.select("leverandor_bolig_id")]).unique()
        self.copies: dict[str, list[str]] = {}
        for copy, other in copies.iter_rows():
            self.copies.setdefault(copy, []).append(other)
        self.dwellings = {
            row["leverandor_bolig_id"]: row
            for row in night.dwellings.join(every, on="leverandor_bolig_id", how="semi").iter_rows(named=True)
        }
        keys = {key for row in self.dwellings.values() for key in row["source_keys"]}
        rows = night.standing_rows.with_columns(_key=pl.col("source") + ":" + pl.col("source_key")).filter(
            pl.col("_key").is_in(sorted(keys))
        )
        self.rows = {row["_key"]: row for row in rows.iter_rows(named=True)}
        self.offered: dict[str, list[dict[str, Any]]] = {}
        for match in offered.iter_rows(named=True):
            self.offered.setdefault(match["leverandor_bolig_id"], []).append(match)
        entries = pl.concat([waiting.select("kobo_id"), offered.select("kobo_id")]).drop_nulls().unique()
        entries_held = night.register_rows.join(entries, on="kobo_id", how="semi") if "kobo_id" in night.register_rows.columns else None
        self.entries = {} if entries_held is None else {row["kobo_id"]: row for row in entries_held.iter_rows(named=True)}
        shielded = pl.concat([shielded_ids(night.dwellings), pl.Series(sorted(night.shielded_gone), dtype=pl.String)])
        one_home = [frame.select("leverandor_bolig_id", "kobo_id") for frame in (night.matches.filter(_one_home()), night.items)]
        self.shielded = {*shielded, *shielded_entries(shielded, pl.concat(one_home))}
        numbered = rows.filter(pl.col("bruksenhetsnummer").is_not_null() & pl.col("etasjenummer").is_not_null())
        contradicts = floor_contradicts_unit(night.standing_rows) if numbered.height else pl.Series([], dtype=pl.Boolean())
        doubted = night.standing_rows.filter(contradicts) if numbered.height else rows.clear()
        self.doubted = {f"{source}:{key}" for source, key in doubted.select("source", "source_key").iter_rows()} & self.rows.keys()
        self.crowded = crowded_without_number(subjects, night.dwellings)
        self.units = units_offered(night.deviations, self.rows)
        self.units_there = UnitsThere(subjects, night.dwellings, night.register_rows, self.shielded)
        self.rejected = RejectedRows(empty(SOURCE_ROWS) if night.rejected is None else night.rejected, night.dwellings)
        self.values_by_source = by_source(night.lineage.join(ids, on="leverandor_bolig_id", how="semi"))

    def holds_up(self, question: Question) -> int:
        """How many dwellings wait for the answer."""
        named = {question.dwelling, *(candidate.name for candidate in question.candidates)}
        return max(1, len(named & self.waiting))

    def may_be_named(self, item: Mapping[str, Any], other: str) -> bool:
        """Law 10: see reconciliation/model/shielding."""
        return (item["leverandor_bolig_id"] in self.shielded) == (other in self.shielded)

    def entries_offered(self, item: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The uncertain MATCHES of one of PLAN_ITEMS, best first, as far as their entries may be named."""
        offered = self.offered.get(item["leverandor_bolig_id"], [])
        return [match for match in offered if match["kobo_id"] in self.entries and self.may_be_named(item, match["kobo_id"])]

    def candidate(self, dwelling: Mapping[str, Any], reason: str) -> Candidate:
        """One of ours as a candidate. dwelling: a row of DWELLINGS. reason: why it is offered."""
        return Candidate(str(dwelling["leverandor_bolig_id"]), side_values(dwelling), reason, self.rows_of(dwelling))

    def rows_of(self, dwelling: Mapping[str, Any]) -> tuple[SourceRow, ...]:
        """Each source's row, so that a merge can be seen."""
        rows = [(key, self.rows[key]) for key in dwelling["source_keys"] if key in self.rows]
        return tuple(SourceRow(row["source"], row["source_key"], side_values(row)) for _, row in rows)


def side_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of SIDE that a dwelling, row or entry has; None for those it lacks."""
    return {name: row.get(name) for name in SIDE}
