"""What people decided about pairs and fields, in the form that merging, matching and planning use.

A pair is named by source rows ("source:key"), by register entries ("kobo:<koboId>") or by leverandor_bolig_id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import polars as pl

from reconciliation.model.decision_evidence import evidence_of, same_evidence

DECISION_COLUMNS: dict[str, Any] = {
    "kind": pl.String(),  # DecisionKind
    "left": pl.String(),
    "right": pl.String(),  # null when the decision is about one dwelling alone
    "field": pl.String(),  # null when it is not about one field
    "value": pl.String(),  # take: the source whose value is taken; value: the right value as JSON; new: see `ruled_out`
    "who": pl.String(),
    "decided_at": pl.Datetime("us", "UTC"),
    "why": pl.String(),
    "evidence": pl.String(),  # evidence_of(...) when it was decided; null: valid whatever changes
}


class DecisionKind(StrEnum):
    """What a decision says. The values are stored in the ledger."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    NEW = "new"
    KEEP = "keep"
    TAKE = "take"
    REPLACE = "replace"
    REMOVE = "remove"
    """Delete an entry that is in no source although somebody edited it in Kobo."""
    RIGHT = "right"
    """The value that a warning is about is right."""
    ANOTHER_HOME = "another_home"
    """The row with a known key is another home than the one that the key named."""
    VALUE = "value"
    """The value (JSON) that is right for a field that was changed in Kobo."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """frame: DECISION_COLUMNS, oldest first; of several on the same question the last one is valid."""

    frame: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DECISION_COLUMNS))

    @classmethod
    def of(cls, known: Decisions | pl.DataFrame | None) -> Decisions:
        """From the ledger's DECISIONS frame, from a frame with DECISION_COLUMNS, or from None."""
        if known is None:
            return cls()
        if isinstance(known, Decisions):
            return known
        if "left" in known.columns:
            return cls(known.select(list(DECISION_COLUMNS)))
        kinds = [kind.value for kind in DecisionKind]
        return cls(
            known.filter(pl.col("verdict").is_in(kinds))
            .select(
                kind="verdict",
                left="subject",
                right=pl.when(pl.col("kind").is_in(["match", "adoption"]) & ~pl.col("other").str.starts_with("kobo:"))
                .then("kobo:" + pl.col("other"))
                .otherwise("other"),
                field="field",
                value="value",
                who="decided_by",
                decided_at="decided",
                why="note",
                evidence="evidence",
            )
            .cast(pl.Schema(DECISION_COLUMNS))
        )

    def rows(self, *kinds: DecisionKind) -> list[dict[str, Any]]:
        """The last decision of these kinds on each question, oldest first."""
        if self.frame.is_empty():
            return []
        last: dict[tuple[Any, ...], dict[str, Any]] = {}
        for row in self.frame.sort("decided_at", maintain_order=True, nulls_last=False).iter_rows(named=True):
            pair = tuple(sorted((row["left"], row["right"] or "")))
            last[(*pair, row["field"])] = row
        return [row for row in last.values() if row["kind"] in kinds]


def evidence_unchanged(decision: Mapping[str, Any], *sides: Mapping[str, Any]) -> bool:
    """Whether the evidence is the same as when it was decided."""
    return same_evidence(decision["evidence"], evidence_of(*sides))


def ruled_out(value: str | None) -> dict[str, str] | None:
    """Of an answer "new", from the decision's `value`: what was shown when it was given, name -> evidence of the pair. Only those are not
    asked about again; what comes later is. None: the answer was given before that was recorded, and holds beside everything."""
    return None if value is None else json.loads(value)


def new_beside(pairs: Iterable[tuple[str, str]]) -> str:
    """The `value` of an answer "new". pairs: name in decisions and evidence of the pair, of each candidate that is shown."""
    return json.dumps(dict(pairs), sort_keys=True)


def contradicting_decisions(same: Iterable[tuple[str, str]], different: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs decided as different although other decisions together make them the same. Sorted."""
    group = groups_of(same)
    return sorted({(min(pair), max(pair)) for pair in different if pair[0] in group and group[pair[0]] == group.get(pair[1])})


def new_beside_same(
    same: Iterable[tuple[str, str, str | None, datetime | None]], new: Iterable[tuple[str, str | None, datetime | None]]
) -> list[tuple[str, str]]:
    """Pairs of which two answers on the same evidence say that they are one home, and that the first is a home of its own. Sorted.

    same: the two sides, evidence and time. new: the row, `value` and time. Of two answers from one side the later one is valid.
    """
    called = {frozenset((left, right)): (left, evidence, at) for left, right, evidence, at in same}
    pairs = set()
    for row, value, at in new:
        for other, shown in (ruled_out(value) or {}).items():
            subject, evidence, then = called.get(frozenset((row, other)), (row, None, at))
            later = at is not None and then is not None and at > then
            if same_evidence(evidence, shown) and (subject != row or later):
                pairs.add((row, other))
    return sorted(pairs)


def groups_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Name -> smallest name of its group, where pairs join names directly or through others."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for left, right in pairs:
        first, second = sorted((root(left), root(right)))
        parent[second] = first
    return {name: root(name) for name in list(parent)}
