"""Answers to questions about values that were changed in Kobo: which value is right.

An answer is one value for one field of one dwelling: Kobo's, ours, or another. It is valid while our sources have the same value as then,
and Kobo has the same value as then or the answered one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import polars as pl

from reconciliation.model.known_decisions import DecisionKind, Decisions


@dataclass(frozen=True, slots=True)
class Answered:
    """value: the right value. by, date: who answered, and the day as YYYY-MM-DD."""

    value: Any
    evidence: str | None
    by: str
    date: str


def evidence_of_change(field: str, ours: Any, theirs: Any) -> str:
    """Evidence: a hash of our value and a hash of Kobo's."""
    return _half(field, ours) + _half(field, theirs)


def value_answers(decisions: Decisions | pl.DataFrame | None) -> dict[tuple[str, str], Answered]:
    """(leverandor_bolig_id, field) -> the answer in force. decisions: the ledger's DECISIONS, or what is made of them."""
    return {
        (row["left"], row["field"]): Answered(json.loads(row["value"]), row["evidence"], row["who"], row["decided_at"].date().isoformat())
        for row in Decisions.of(decisions).rows(DecisionKind.VALUE)
    }


def still_holds(answer: Answered, field: str, ours: Any, theirs: Any) -> bool:
    """Whether tonight's values are those of the answer's evidence, or Kobo has the answered value by now."""
    if answer.evidence is None:
        return True
    middle = len(answer.evidence) // 2
    if answer.evidence[:middle] != _half(field, ours):
        return False
    return answer.evidence[middle:] == _half(field, theirs) or _half(field, theirs) == _half(field, answer.value)


def _half(field: str, value: Any) -> str:
    plain: Any = value
    if isinstance(value, int | float) and not isinstance(value, bool):
        plain = round(float(value), 2)
    elif isinstance(value, str):
        plain = value.strip().casefold() or None
    return hashlib.sha256(json.dumps([field, plain], default=str).encode()).hexdigest()[:16]
