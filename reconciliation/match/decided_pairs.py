"""What people decided about dwellings and register entries, as far as it still holds on its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from reconciliation.model.decision_evidence import EVIDENCE_FIELDS, evidence_of, same_evidence
from reconciliation.model.known_decisions import DecisionKind, Decisions, evidence_unchanged, ruled_out

_PAIR = {"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()}
ENTRY = "kobo:"


@dataclass(frozen=True, slots=True)
class PairDecisions:
    """same, different: pairs (leverandor_bolig_id, kobo_id); one called new is different from each entry that was shown.

    new: leverandor_bolig_id of those called new before it was recorded what was shown; nothing is looked for. unsure: "<id>\\x1f<kobo_id>".
    """

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
    new, beside = known.new(decisions)
    # Both answers were given: neither is used, and the question is open again.
    disputed = set(same) & set(different)
    return PairDecisions(
        _frame([pair for pair in same if pair not in disputed]),
        _frame(sorted((set(different) - disputed) | (set(beside) - set(same)))),
        pl.DataFrame(new, schema={"leverandor_bolig_id": pl.String()}, orient="row"),
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

    def new(self, decisions: Decisions) -> tuple[list[tuple[str]], list[tuple[str, str]]]:
        """Those that are new whatever the register holds; and pairs with the entries that were shown and still say the same."""
        everywhere: list[tuple[str]] = []
        beside: list[tuple[str, str]] = []
        for decision in decisions.rows(DecisionKind.NEW):
            name = self.dwelling.get(decision["left"])
            if name is None:
                continue
            ours = self.values(self.dwellings, "leverandor_bolig_id", name)
            if not evidence_unchanged(decision, ours):
                continue
            shown = ruled_out(decision["value"])
            if shown is None:
                everywhere.append((name,))
            for entry, evidence in (shown or {}).items():
                kobo_id = self.entry.get(entry)
                if kobo_id and same_evidence(evidence, evidence_of(ours, self.values(self.entries, "kobo_id", kobo_id))):
                    beside.append((name, kobo_id))
        return everywhere, beside
