"""Two homes are asked about from either side. What was answered from the one is what an answer from the other may contradict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from reconciliation.decisions.answer_choices import Answer, Record
from reconciliation.decisions.question import Question
from reconciliation.model.decision_evidence import same_evidence
from reconciliation.model.known_decisions import DecisionKind, ruled_out

_OF_PAIRS = (DecisionKind.SAME, DecisionKind.DIFFERENT)
_OTHERWISE = (*_OF_PAIRS, DecisionKind.UNSURE)

Row = Mapping[str, Any]
"""A decision as the ledger has it: decided_by, decided, subject, other, verdict, value, evidence."""


class AnswersElsewhere:
    """The decisions in force, and the answers that were accepted since."""

    def __init__(self, decisions: pl.DataFrame) -> None:
        """decisions: the ledger's DECISIONS."""
        self._last: dict[tuple[str, ...], Row] = dict(Record.of(decisions).last)

    def accept(self, answer: Answer, by: str) -> None:
        """Of an answer that is stored now."""
        for given in (*answer.along, answer):
            row = {name: getattr(given, name) for name in ("subject", "other", "verdict", "value", "evidence")}
            self._last[given.question] = {**row, "decided_by": by, "decided": datetime.now(UTC)}

    def against(self, answer: Answer) -> Row | None:
        """The decision that somebody made of the same pair, on the same evidence, from its other side, and that cannot be true with this
        answer; None when there is none. A unit number contradicts none of them."""
        for given in (answer, *answer.along):
            if given.verdict == DecisionKind.NEW:
                hits = [self._same(given.subject, other, evidence) for other, evidence in (ruled_out(given.value) or {}).items()]
            elif given.other is not None and given.verdict in _OTHERWISE:
                hits = [self._of_pair(given), self._new(given) if given.verdict == DecisionKind.SAME else None]
            else:
                continue
            for hit in hits:
                if hit is not None:
                    return hit
        return None

    def _of_pair(self, given: Answer) -> Row | None:
        row = self._last.get(given.question)
        if row is None or row["subject"] == given.subject or row["verdict"] == given.verdict or row["verdict"] not in _OF_PAIRS:
            return None
        return row if given.evidence is None or same_evidence(row["evidence"], given.evidence) else None

    def _same(self, subject: str, other: str, evidence: str) -> Row | None:
        """That the two are one home."""
        row = self._last.get((*sorted((subject, other)), ""))
        if row is None or row["verdict"] != DecisionKind.SAME or row["subject"] == subject:
            return None
        return row if same_evidence(row["evidence"], evidence) else None

    def _new(self, given: Answer) -> Row | None:
        """That the other side is a home of its own, said when this one was shown."""
        row = self._last.get(("", str(given.other), ""))
        if row is None or row["verdict"] != DecisionKind.NEW or given.evidence is None:
            return None
        shown = (ruled_out(row["value"]) or {}).get(given.subject)
        return row if shown is not None and same_evidence(shown, given.evidence) else None


def from_other_side(question: Question) -> bool:
    """Whether the answer in force was given to the question of the other home of the pair."""
    answer = question.answer(question.decided_code) if question.decided else None
    return question.decided is not None and answer is not None and question.decided["subject"] != answer.subject


def home_answered_of(question: Question, subject: str) -> str:
    """leverandor_bolig_id of the home that a decision's subject is, as the question shows it; the subject where it shows none."""
    homes = [(question.dwelling, question.rows), *((candidate.name, candidate.rows) for candidate in question.candidates)]
    return next((name for name, rows in homes if subject in {f"{row.source}:{row.key}" for row in rows}), subject)
