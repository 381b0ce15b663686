"""One dwelling out of several rows."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from reconciliation.likeness.comparison import prepared
from reconciliation.likeness.place import SamePlace, with_place
from reconciliation.likeness.stray_streets import meant_streets
from reconciliation.likeness.street_spelling import one_spelling
from reconciliation.merge.before_answers import rows_before_answers
from reconciliation.merge.clusters import STRENGTH, cluster
from reconciliation.merge.decided_rows import Excused, RowDecisions, decided_units, row_decisions, with_units
from reconciliation.merge.doubtful_pairs import candidates
from reconciliation.merge.dwelling_ids import name_clusters, with_made_id
from reconciliation.merge.moved_keys import moved_rows, split_rows
from reconciliation.merge.survivorship import contradictions, lineage, ranks, survive
from reconciliation.model.known_decisions import Decisions
from reconciliation.model.municipality import Municipality
from reconciliation.model.tables import CONTENT, DWELLINGS, LINEAGE

MEMBERSHIP = {"source": pl.String(), "source_key": pl.String(), "leverandor_bolig_id": pl.String()}

_KEPT = ("_cluster", "_row", "_rank", "_joined", "_known", "_street", "_doubted", "bruksenhetsnummer", "owner", "carried")
"""Of the rows, what their dwellings are told by."""


@dataclass(frozen=True, slots=True)
class Merged:
    """dwellings: DWELLINGS. lineage: LINEAGE. memberships: every known one, and tonight's new ones; sorted.

    A dwelling that waits for a person (it has candidates) is not remembered: its id is made from its key again each
    night, so that a corrected row can still find the dwelling it is. contradictory: pairs that decisions call both.
    """

    dwellings: pl.DataFrame
    lineage: pl.DataFrame
    memberships: pl.DataFrame
    contradictory: tuple[tuple[str, str], ...] = ()


def merge(
    rows: pl.DataFrame,
    memberships: pl.DataFrame,
    decisions: Decisions | pl.DataFrame | None,
    municipality: Municipality,
    same_place: SamePlace | None = None,
    before: pl.DataFrame | None = None,
) -> Merged:
    """rows: STANDING_ROWS. memberships: source, source_key, leverandor_bolig_id of every key ever seen. before: DWELLINGS of the night
    before, whose questions stay.

    Each row ends in exactly one dwelling; rows of the same source never in the same; the order of rows does not matter.
    Raises ValueError when a key occurs twice: validation lets none of them pass.
    """
    known = memberships.select(list(MEMBERSHIP)).cast(pl.Schema(MEMBERSHIP))
    if rows.is_empty():
        return Merged(pl.DataFrame(schema=DWELLINGS), pl.DataFrame(schema=LINEAGE), known.sort("source", "source_key"))
    decided = Decisions.of(decisions)
    named, apart, answers = _clustered(rows, known, decided, municipality, same_place)
    content, disputed, lines = _settled(named, answers, municipality)
    unanswered = rows_before_answers(named, answers.same)
    parts = _parts(unanswered, municipality, same_place)
    named = named.select(*_KEPT, *MEMBERSHIP)
    dwellings = _dwellings(named, content, disputed, apart, answers.excused(named), parts, same_place, before)
    # Rows that were known stay known, also while their dwelling waits for a person; a row whose key moved keeps its old membership.
    waiting = dwellings.filter(pl.col("candidates").list.len() > 0).get_column("leverandor_bolig_id")
    remembered = named.filter(pl.col("_known").is_not_null() | ~pl.col("leverandor_bolig_id").is_in(waiting.implode()))
    remembered = remembered.select(list(MEMBERSHIP))
    earlier = known.join(remembered, on=["source", "source_key"], how="anti")
    return Merged(dwellings, lines, pl.concat([earlier, remembered]).sort("source", "source_key"), answers.contradictory)


def _clustered(
    standing_rows: pl.DataFrame, known: pl.DataFrame, decisions: Decisions, municipality: Municipality, same_place: SamePlace | None
) -> tuple[pl.DataFrame, pl.DataFrame, RowDecisions]:
    """The rows with their `_cluster` and its id; the clusters that are known apart (left, right); what people decided of them."""
    units = decided_units(standing_rows, decisions)
    rows = _prepared(with_units(standing_rows, units), known, municipality, same_place)
    answers = row_decisions(decisions, rows, units.source_values)
    moved = moved_rows(prepared(rows), answers.same)
    lost = pl.Series([*moved.get_column("_row"), *split_rows(rows, answers.different)], dtype=pl.Int64())
    rows = rows.with_columns(_known=pl.when(~pl.col("_row").is_in(lost.implode())).then("_known"))
    rows = _with_one_id(rows, answers.same)
    clusters = cluster(rows, answers.same, answers.different, moved)
    # Columns that only clustering needs are dropped.
    rows = clusters.rows.drop("_house", "_matrikkel", "_label")
    names = name_clusters(rows, known.get_column("leverandor_bolig_id"))
    return rows.join(names, on="_cluster", how="left", maintain_order="left"), clusters.apart, answers


def _settled(named: pl.DataFrame, answers: RowDecisions, municipality: Municipality) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The surviving values of each cluster, the protected fields its rows still disagree on, and LINEAGE."""
    several = named.filter(pl.len().over("_cluster") > 1)
    taken = answers.taken(named)
    content = survive(named, several, municipality.survivorship, taken)
    return content, contradictions(several, taken), lineage(several, content, municipality.survivorship, taken)


def _prepared(standing_rows: pl.DataFrame, known: pl.DataFrame, municipality: Municipality, same_place: SamePlace | None) -> pl.DataFrame:
    if standing_rows.select("source", "source_key").is_duplicated().any():
        twice = standing_rows.filter(pl.struct("source", "source_key").is_duplicated()).row(0, named=True)
        raise ValueError(f"the key {twice['source_key']!r} of {twice['source']} stands more than once among the standing rows")
    sources = sorted(standing_rows.get_column("source").unique())
    order = ranks(municipality.survivorship.default, sources)
    place = {source: number for number, source in enumerate(sorted(sources, key=lambda name: (order[name], name)))}
    rows = (
        standing_rows.select("source", "source_key", "owner", "carried", *CONTENT)
        .join(known.rename({"leverandor_bolig_id": "_known"}), on=["source", "source_key"], how="left")
        .with_columns(_rank=pl.col("source").replace_strict(place, return_dtype=pl.Int64))
        .sort("_rank", "source_key")
        .with_columns(_row=pl.int_range(pl.len(), dtype=pl.Int64()))
    )
    return with_made_id(one_spelling(meant_streets(with_place(rows, same_place))))


def _with_one_id(rows: pl.DataFrame, same: list[list[int]]) -> pl.DataFrame:
    """Dwellings that a person called one keep the id of the row that ranks first."""
    known = rows.get_column("_known").to_list() if same else []
    renamed: dict[str, str] = {}
    for group in same:
        ids = [known[row] for row in group if known[row]]
        renamed |= {other: ids[0] for other in ids[1:] if other != ids[0]}
    return rows.with_columns(pl.col("_known").replace(renamed)) if renamed else rows


def _dwellings(
    named: pl.DataFrame,
    content: pl.DataFrame,
    disputed: pl.DataFrame,
    apart: pl.DataFrame,
    excused: Excused,
    parts: pl.DataFrame,
    same_place: SamePlace | None,
    before: pl.DataFrame | None,
) -> pl.DataFrame:
    """parts: of `_parts`."""
    whole = content.join(_facts(named), on="_cluster", how="left", maintain_order="left")
    ids = whole.select("_cluster", "leverandor_bolig_id")
    named_apart = (
        apart.join(ids, left_on="left", right_on="_cluster")
        .join(ids, left_on="right", right_on="_cluster", suffix="_right")
        .select(left="leverandor_bolig_id", right="leverandor_bolig_id_right")
    )
    doubtful = candidates(_placed(whole, named, same_place), parts, named_apart, excused, before)
    none = pl.lit([], pl.List(pl.String()))
    return (
        whole.join(disputed, on="_cluster", how="left", maintain_order="left")
        .join(doubtful, on="leverandor_bolig_id", how="left")
        .with_columns(pl.col("contradictions").fill_null(none), pl.col("candidates").fill_null(none))
        .select(list(DWELLINGS))
        .cast(pl.Schema(DWELLINGS))
        .sort("leverandor_bolig_id")
    )


def _placed(whole: pl.DataFrame, named: pl.DataFrame, same_place: SamePlace | None) -> pl.DataFrame:
    """Each in the one street that its rows mean, where they mean one; it may be written with a slip in the row that won the field.
    `_contradicted`: its rows have one unit number, and each that has it gives another floor."""
    numbered = named.filter(pl.col("bruksenhetsnummer").is_not_null() & pl.col("_doubted").any().over("_cluster"))
    alike = pl.col("bruksenhetsnummer").n_unique() == 1
    contradicted = numbered.group_by("_cluster").agg(_contradicted=pl.col("_doubted").all() & alike)
    streets = named.select("_cluster", "_street").drop_nulls().unique().filter(pl.len().over("_cluster") == 1)
    placed = with_place(whole, same_place).join(streets.rename({"_street": "_meant"}), on="_cluster", how="left", maintain_order="left")
    placed = placed.join(contradicted, on="_cluster", how="left", maintain_order="left")
    placed = placed.with_columns(pl.col("_contradicted").fill_null(value=False), _street=pl.coalesce("_meant", "_street"))
    return one_spelling(placed.drop("_meant"))


def _parts(rows: pl.DataFrame, municipality: Municipality, same_place: SamePlace | None) -> pl.DataFrame:
    """rows: of rows_before_answers. One row for each part, as dwellings are judged, with `part`."""
    several = rows.filter(pl.len().over("_cluster") > 1)
    content = survive(rows, several, municipality.survivorship, {})
    names = rows.select("_cluster", "part").unique()
    whole = content.join(_facts(rows), on="_cluster", how="left").join(names, on="_cluster", how="left")
    return _placed(whole, rows, same_place)


def _facts(named: pl.DataFrame) -> pl.DataFrame:
    """(_cluster, and what DWELLINGS has beside CONTENT): whose each dwelling is, and which rows it is made of."""
    rows = named.select("_cluster", "_rank", "_joined", "leverandor_bolig_id", "owner", "source", "source_key", "carried").with_columns(
        said=pl.col("source") + ":" + pl.col("source_key"), rows=(~pl.col("carried")).cast(pl.Int64())
    )
    lone = pl.len().over("_cluster") == 1
    # Most dwellings are one row, and need no gathering.
    alone = rows.filter(lone).with_columns(sources=pl.concat_list("source"), source_keys=pl.concat_list("said"))
    several = (
        rows.filter(~lone)
        .sort("_cluster", "_rank", "source_key")
        .group_by("_cluster", maintain_order=True)
        .agg(
            pl.col("leverandor_bolig_id", "owner", "_joined").first(),
            pl.col("rows").sum(),
            pl.col("carried").all(),
            sources=pl.col("source").unique().sort(),
            source_keys=pl.col("said").sort(),
        )
    )
    facts = pl.concat([alone.select(several.columns), several])
    merged_by = pl.col("_joined").replace_strict(dict(enumerate(STRENGTH)), default=None, return_dtype=pl.String())
    return facts.with_columns(merged_by=merged_by).drop("_joined")
