"""What people decided, applied to tonight's rows: which of it still holds on its evidence, and what contradicts itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from reconciliation.identifiers.unit_floor import floor_of_unit
from reconciliation.model.decision_evidence import EVIDENCE_FIELDS, evidence_of, same_evidence
from reconciliation.model.known_decisions import (
    DecisionKind,
    Decisions,
    contradicting_decisions,
    evidence_unchanged,
    groups_of,
    new_beside_same,
    ruled_out,
)
from reconciliation.model.tables import CONTENT


@dataclass(frozen=True, slots=True)
class Excused:
    """What is not asked again, as leverandor_bolig_id. pairs: (left, right). copies: (leverandor_bolig_id, other). new, new_beside_all,
    numbered: as in RowDecisions."""

    pairs: pl.DataFrame
    copies: pl.DataFrame
    new: pl.Series
    new_beside_all: pl.Series
    numbered: pl.Series

    def without_numbered(self, named: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
        """The pairs (leverandor_bolig_id, other) without those of two unit numbers of which a person gave one: whoever wrote it saw that
        it is none of the others. units: leverandor_bolig_id and `_unit`."""
        if self.numbered.is_empty():
            return named
        numbers = units.select("leverandor_bolig_id", "_unit", _given=pl.col("leverandor_bolig_id").is_in(self.numbered.implode()))
        both = named.join(numbers, on="leverandor_bolig_id").join(numbers, left_on="other", right_on="leverandor_bolig_id", suffix="_other")
        two_numbers = (pl.col("_unit") != pl.col("_unit_other")).fill_null(value=False)
        return both.filter(~(two_numbers & pl.any_horizontal("_given", "_given_other"))).select(named.columns)

    def open(self, named: pl.DataFrame) -> pl.DataFrame:
        """The pairs (leverandor_bolig_id, other) of which nobody said that they are two homes."""
        both_ways = pl.concat([self.pairs, self.pairs.select(left="right", right="left")])
        return named.join(both_ways, left_on=["leverandor_bolig_id", "other"], right_on=["left", "right"], how="anti")


@dataclass(frozen=True, slots=True)
class RowDecisions:
    """Rows by their `_row`. fields: (row, field, source that is taken).

    different: pairs that a person called different, or of which they called one new when the other was shown. copies: of one list, the
    first a copy of the second. new: those that are a
    home of their own in their list; new_beside_all: and whatever the others hold (answers that do not tell what was shown). numbered:
    those that a person gave a unit number.
    """

    same: list[list[int]] = field(default_factory=list)
    different: list[tuple[int, int]] = field(default_factory=list)
    copies: list[tuple[int, int]] = field(default_factory=list)
    new: list[int] = field(default_factory=list)
    new_beside_all: list[int] = field(default_factory=list)
    numbered: list[int] = field(default_factory=list)
    fields: list[tuple[int, str, str]] = field(default_factory=list)
    contradictory: tuple[tuple[str, str], ...] = ()

    def taken(self, named: pl.DataFrame) -> dict[tuple[int, str], str]:
        """(_cluster, field) -> source."""
        if not self.fields:
            return {}
        place = dict(named.select("_row", "_cluster").iter_rows())
        return {(place[row], name): source for row, name, source in self.fields}

    def excused(self, named: pl.DataFrame) -> Excused:
        """As ids of the dwellings that the rows are in."""
        rows = {row for pair in (*self.different, *self.copies) for row in pair}.union(self.new, self.new_beside_all, self.numbered)
        ids = dict(named.filter(pl.col("_row").is_in(sorted(rows))).select("_row", "leverandor_bolig_id").iter_rows()) if rows else {}
        pairs, copies = ([(ids[left], ids[right]) for left, right in decided] for decided in (self.different, self.copies))
        return Excused(
            pl.DataFrame(pairs, schema={"left": pl.String(), "right": pl.String()}, orient="row"),
            pl.DataFrame(copies, schema={"leverandor_bolig_id": pl.String(), "other": pl.String()}, orient="row"),
            pl.Series([ids[row] for row in self.new], dtype=pl.String()),
            pl.Series([ids[row] for row in self.new_beside_all], dtype=pl.String()),
            pl.Series([ids[row] for row in self.numbered], dtype=pl.String()),
        )


@dataclass(frozen=True, slots=True)
class DecidedUnits:
    """Unit numbers that people gave. units: "source:source_key" -> bruksenhetsnummer. source_values: the same keys -> the row as its source
    has it."""

    units: Mapping[str, str] = field(default_factory=dict)
    source_values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def decided_units(rows: pl.DataFrame, decisions: Decisions) -> DecidedUnits:
    """rows: STANDING_ROWS. The numbers that people gave them, as long as the rows say what they said then."""
    unit_decisions = [
        decision for decision in decisions.rows(DecisionKind.VALUE) if decision["field"] == "bruksenhetsnummer" and not decision["right"]
    ]
    if not unit_decisions:
        return DecidedUnits()
    asked = rows.with_columns(_name=_row_names()).filter(pl.col("_name").is_in([decision["left"] for decision in unit_decisions]))
    asked_rows = {row["_name"]: row for row in asked.iter_rows(named=True)}
    units = {
        decision["left"]: json.loads(decision["value"])
        for decision in unit_decisions
        if decision["left"] in asked_rows and evidence_unchanged(decision, asked_rows[decision["left"]])
    }
    return DecidedUnits(units, {name: asked_rows[name] for name in units})


def with_units(rows: pl.DataFrame, decided: DecidedUnits) -> pl.DataFrame:
    """rows with the unit numbers that people gave; a floor that such a number contradicts is not believed."""
    if not decided.units:
        return rows
    given = _row_names().replace_strict(dict(decided.units), default=None, return_dtype=pl.String())
    numbered = rows.with_columns(_given=given)
    other_floor = (floor_of_unit("_given") != pl.col("etasjenummer")).fill_null(value=False)
    return numbered.with_columns(
        bruksenhetsnummer=pl.coalesce("_given", "bruksenhetsnummer"), etasjenummer=pl.when(~other_floor).then("etasjenummer")
    ).drop("_given")


def _row_names() -> pl.Expr:
    return pl.col("source") + ":" + pl.col("source_key")


def row_decisions(decisions: Decisions, rows: pl.DataFrame, source_values: Mapping[str, Mapping[str, Any]]) -> RowDecisions:
    """rows: prepared standing rows (_row, _made, _known, content). source_values: of DecidedUnits. What else was decided of those rows was
    decided on what the source says, and one answer must not make the other lapse."""
    if decisions.frame.is_empty():
        return RowDecisions()
    known = _Rows(rows, source_values)
    # Two rows of one list that are one home are one too many: they are not joined, and wait until one is taken out of the list.
    called_same = known.pairs(decisions, DecisionKind.SAME)
    same = [pair for pair in called_same if known.source(pair[0]) != known.source(pair[1])]
    different = known.pairs(decisions, DecisionKind.DIFFERENT)
    unbelieved = known.new_beside_same(decisions)
    disputed = sorted({*contradicting_decisions(same, different), *((min(pair), max(pair)) for pair in unbelieved)})
    group = groups_of(same)
    tainted = {group[left] for left, _ in disputed}
    joined: dict[str, list[int]] = {}
    for name, head in sorted(group.items()):
        if head not in tainted:
            joined.setdefault(head, []).append(known.place[name])
    doubted = {name for name, _ in unbelieved}
    new = {name: shown for name, shown in known.new(decisions).items() if name not in doubted}
    beside = {(name, other) for name, shown in new.items() for other in shown or () if name not in group or group[name] != group.get(other)}
    return RowDecisions(
        same=[sorted(members) for members in joined.values()],
        different=[(known.place[left], known.place[right]) for left, right in (*different, *sorted(beside))],
        copies=[(known.place[left], known.place[right]) for left, right in called_same if known.source(left) == known.source(right)],
        new=[known.place[name] for name, shown in new.items() if shown is not None],
        new_beside_all=[known.place[name] for name, shown in new.items() if shown is None],
        numbered=sorted(known.place[name] for name in source_values),
        fields=known.fields(decisions),
        contradictory=tuple(disputed),
    )


class _Rows:
    """Finds the row that a decision names: by its key, or by the id of the dwelling it is in."""

    def __init__(self, rows: pl.DataFrame, source_values: Mapping[str, Mapping[str, Any]]) -> None:
        self.rows = rows
        self.source_values = source_values
        keys = rows.select("_row", "_made", "_known", name=pl.col("source") + ":" + pl.col("source_key"))
        self.place: dict[str, int] = dict(keys.select("name", "_row").iter_rows())
        self.name: dict[str, str] = {}
        for column in ("_made", "_known"):
            rows_by_key = keys.filter(pl.col(column).is_not_null()).unique(column, keep="first", maintain_order=True)
            self.name |= dict(rows_by_key.select(column, "name").iter_rows())
        self.content = [name for name in EVIDENCE_FIELDS if name in CONTENT]

    def find(self, named: str | None) -> str | None:
        if named is None:
            return None
        return named if named in self.place else self.name.get(named)

    def source(self, name: str) -> str:
        return str(self.rows.item(self.place[name], "source"))

    def values(self, name: str) -> Mapping[str, Any]:
        """As the source says them."""
        return self.source_values.get(name) or self.rows.select(self.content).row(self.place[name], named=True)

    def pairs(self, decisions: Decisions, kind: DecisionKind) -> list[tuple[str, str]]:
        decided = []
        for decision in decisions.rows(kind):
            left, right = self.find(decision["left"]), self.find(decision["right"])
            if left and right and left != right and evidence_unchanged(decision, self.values(left), self.values(right)):
                decided.append((left, right))
        return decided

    def new(self, decisions: Decisions) -> dict[str, list[str] | None]:
        """Row -> the rows that were shown when it was called new and that still say the same; None where that was not recorded."""
        shown_by_row: dict[str, list[str] | None] = {}
        for decision in decisions.rows(DecisionKind.NEW):
            name = self.find(decision["left"])
            if name is None or not evidence_unchanged(decision, self.values(name)):
                continue
            shown = ruled_out(decision["value"])
            # The same was perhaps said twice: beside rows, and beside entries in Kobo.
            before = shown_by_row.get(name, [])
            shown_by_row[name] = None if shown is None or before is None else [*before, *self._unchanged(name, shown)]
        return shown_by_row

    def new_beside_same(self, decisions: Decisions) -> list[tuple[str, str]]:
        """Rows called new although another answer in force calls them the same as a row that was shown, each with that row."""
        pairs = [row for row in decisions.rows(DecisionKind.SAME) if row["right"]]
        same = [(row["left"], row["right"], row["evidence"], row["decided_at"]) for row in pairs]
        new = [(row["left"], row["value"], row["decided_at"]) for row in decisions.rows(DecisionKind.NEW)]
        disputed = [(self.find(row), self.find(other)) for row, other in new_beside_same(same, new)]
        in_force = {frozenset(pair) for pair in self.pairs(decisions, DecisionKind.SAME)} if disputed else set()
        return [(row, other) for row, other in disputed if row and other and frozenset((row, other)) in in_force]

    def _unchanged(self, name: str, shown: dict[str, str]) -> list[str]:
        here = ((other, self.find(other)) for other in shown)
        return [row for other, row in here if row and row != name and self._is_as_shown(shown[other], name, row)]

    def _is_as_shown(self, shown: str, name: str, other: str) -> bool:
        return same_evidence(shown, evidence_of(self.values(name), self.values(other)))

    def fields(self, decisions: Decisions) -> list[tuple[int, str, str]]:
        decided = [(decision, self.find(decision["left"])) for decision in decisions.rows(DecisionKind.TAKE)]
        return [
            (self.place[name], decision["field"], decision["value"])
            for decision, name in decided
            if name
            and decision["field"] in CONTENT
            and decision["value"]
            and (decision["evidence"] is None or evidence_unchanged(decision, self.values(name)))
        ]
