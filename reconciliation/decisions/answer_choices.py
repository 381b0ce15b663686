"""The answers a question takes, as the ledger keeps them; which of them was given last; and what contradicts itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from reconciliation.model.known_decisions import DecisionKind, contradictions


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that a question takes. code: same, different, unsure, new, keep, replace, or take:<source>.

    The rest is the decision as the ledger keeps it. adopts: what is decided along with it.
    """

    code: str
    kind: str
    subject: str
    other: str | None
    evidence: str
    field: str | None = None
    value: str | None = None
    adopts: Answer | None = None

    @property
    def verdict(self) -> str:
        return self.code.partition(":")[0]

    @property
    def question(self) -> tuple[str, ...]:
        return _key(self.subject, self.other, self.field)


@dataclass(frozen=True, slots=True)
class Record:
    """question (two sides in either order, field) -> the decision in force."""

    last: Mapping[tuple[str, ...], dict[str, Any]]

    @classmethod
    def of(cls, decisions: pl.DataFrame) -> Record:
        """decisions: the ledger's DECISIONS."""
        kinds = [kind.value for kind in DecisionKind]
        rows = decisions.filter(pl.col("verdict").is_in(kinds)).sort("decided", "decision_id")
        return cls({_key(row["subject"], named_entry(row), row["field"]): row for row in rows.iter_rows(named=True)})


def named_entry(row: Mapping[str, Any]) -> str | None:
    """The other side as questions name it: an entry of the register begins with "kobo:"."""
    other: str | None = row["other"]
    if other and row["kind"] in ("match", "adoption") and not other.startswith("kobo:"):
        return f"kobo:{other}"
    return other


def asked(record: Record, answers: Iterable[Answer]) -> dict[str, Any] | None:
    """The decision in force that answers this question on tonight's evidence, the newest; None while it is open."""
    given = []
    for answer in answers:
        row = record.last.get(answer.question)
        if row and row["verdict"] == answer.verdict and row["value"] == answer.value and row["evidence"] in (None, answer.evidence):
            given.append(row)
    return max(given, key=lambda row: (row["decided"], row["decision_id"]), default=None)


def contradictory(decisions: pl.DataFrame) -> list[dict[str, Any]]:
    """Decisions in force that cannot all be true, each once, oldest first.

    Somebody said different of a pair that other decisions, taken together, make the same; or two dwellings of ours were
    called the same as one entry, and nobody said that they are one.
    """
    record = Record.of(decisions)
    pairs = [(row, (row["subject"], named_entry(row) or "")) for row in record.last.values()]
    same = [(row, pair) for row, pair in pairs if row["verdict"] == DecisionKind.SAME and pair[1]]
    different = [(row, pair) for row, pair in pairs if row["verdict"] == DecisionKind.DIFFERENT and pair[1]]
    apart = contradictions([pair for _, pair in same], [pair for _, pair in different])
    clashing = [row for row, pair in different if (min(pair), max(pair)) in apart]
    joined = {name for pair in apart for name in _group(pair[0], [pair for _, pair in same])}
    clashing += [row for row, pair in same if pair[0] in joined]
    ours = [(row, pair) for row, pair in same if pair[1].startswith("kobo:")]
    for side in (0, 1):
        count: dict[str, set[str]] = {}
        for _, pair in ours:
            count.setdefault(pair[side], set()).add(pair[1 - side])
        clashing += [row for row, pair in ours if len(count[pair[side]]) > 1]
    return sorted({row["decision_id"]: row for row in clashing}.values(), key=lambda row: (row["decided"], row["decision_id"]))


def _group(name: str, pairs: Iterable[tuple[str, str]]) -> set[str]:
    """Everything that the pairs join with `name`."""
    found, before = {name}, set[str]()
    known = list(pairs)
    while found != before:
        before = set(found)
        found |= {one for pair in known if found & set(pair) for one in pair}
    return found


def _key(subject: str, other: str | None, field: str | None) -> tuple[str, ...]:
    return (*sorted((subject, other or "")), field or "")
