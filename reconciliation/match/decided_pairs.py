"""What people decided about dwellings and register entries, as far as it still holds on its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from reconciliation.model.known_decisions import EVIDENCE_FIELDS, DecisionKind, Decisions, evidence_unchanged

_PAIR = {"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()}
ENTRY = "kobo:"


@dataclass(frozen=True, slots=True)
class PairDecisions:
    """same, different: pairs (leverandor_bolig_id, kobo_id). new: leverandor_bolig_id. unsure: "<id>\\x1f<kobo_id>"."""

    same: pl.DataFrame
    different: pl.DataFrame
    new: pl.DataFrame
    unsure: pl.Series

    def not_different(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """The pairs (leverandor_bolig_id, kobo_id) without those that a person called different."""
        return pairs.join(self.different, on=list(_PAIR), how="anti") if self.different.height else pairs


def pair_decisions(decisions: Decisions, dwellings: pl.DataFrame, entries: pl.DataFrame) -> PairDecisions:
    """A decision on a source row counts for the dwelling the row is in: "different" reaches all its rows."""
    if decisions.frame.is_empty():
        return PairDecisions(
            _frame([]), _frame([]), pl.DataFrame(schema={"leverandor_bolig_id": pl.String()}), pl.Series([], dtype=pl.String())
        )
    known = _Known(dwellings, entries)
    same, different = known.pairs(decisions, DecisionKind.SAME), known.pairs(decisions, DecisionKind.DIFFERENT)
    # Both answers were given: neither is used, and the question is open again.
    disputed = set(same) & set(different)
    return PairDecisions(
        _frame([pair for pair in same if pair not in disputed]),
        _frame([pair for pair in different if pair not in disputed]),
        pl.DataFrame(known.new(decisions), schema={"leverandor_bolig_id": pl.String()}, orient="row"),
        pl.Series(["\x1f".join(pair) for pair in known.pairs(decisions, DecisionKind.UNSURE)], dtype=pl.String()),
    )


def _frame(pairs: list[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema=_PAIR, orient="row")


class _Known:
    def __init__(self, dwellings: pl.DataFrame, entries: pl.DataFrame) -> None:
        self.dwellings, self.entries = dwellings, entries
        keys = dwellings.select("leverandor_bolig_id", "source_keys").explode("source_keys")
        self.dwelling: dict[str, str] = dict(keys.select("source_keys", "leverandor_bolig_id").iter_rows())
        self.dwelling |= {dwelling_id: dwelling_id for dwelling_id in dwellings.get_column("leverandor_bolig_id")}
        self.entry = {f"{ENTRY}{kobo_id}": str(kobo_id) for kobo_id in entries.get_column("kobo_id")}

    def values(self, frame: pl.DataFrame, column: str, name: str) -> dict[str, Any]:
        fields = [name for name in EVIDENCE_FIELDS if name in frame.columns]
        return frame.filter(pl.col(column) == name).select(fields).row(0, named=True)

    def pairs(self, decisions: Decisions, kind: DecisionKind) -> list[tuple[str, str]]:
        decided_pairs: list[tuple[str, str]] = []
        for decision in decisions.rows(kind):
            sides = (decision["left"], decision["right"])
            ours = next((self.dwelling[side] for side in sides if side in self.dwelling), None)
            theirs = next((self.entry[side] for side in sides if side in self.entry), None)
            if ours is None or theirs is None:
                continue
            seen = (self.values(self.dwellings, "leverandor_bolig_id", ours), self.values(self.entries, "kobo_id", theirs))
            if evidence_unchanged(decision, *seen):
                decided_pairs.append((ours, theirs))
        return decided_pairs

    def new(self, decisions: Decisions) -> list[tuple[str]]:
        decided_dwellings = [(decision, self.dwelling.get(decision["left"])) for decision in decisions.rows(DecisionKind.NEW)]
        return [
            (name,)
            for decision, name in decided_dwellings
            if name and evidence_unchanged(decision, self.values(self.dwellings, "leverandor_bolig_id", name))
        ]
