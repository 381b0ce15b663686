"""What an accepted answer does in the ledger: which decisions are stored, and which of before it takes the place of."""

from __future__ import annotations

from dataclasses import replace

from reconciliation.decisions.answer_choices import Answer, Record, gives
from reconciliation.decisions.question import Question
from reconciliation.ledger import Ledger
from reconciliation.model.known_decisions import DecisionKind, new_beside, ruled_out

_NOT_SUPERSEDED = (DecisionKind.SAME, DecisionKind.NEW, DecisionKind.VALUE)
"""Verdicts that another answer to the question leaves in force, since it is about another pair, or about none."""


def store(ledger: Ledger, municipality: str, question: Question, answer: Answer, by: str, why: str) -> None:
    """Store the answer as decisions, in place of the one that its question had. by, why: stripped. Raises LedgerError."""
    _take_back_earlier(ledger, municipality, question, answer, by)
    stored = _beside_all_shown(ledger, municipality, answer)
    for made in (*stored.along, stored):
        ledger.add_decision(
            municipality,
            kind=made.kind,
            subject=made.subject,
            other=made.other,
            field=made.field,
            verdict=made.verdict,
            value=made.value,
            evidence=made.evidence,
            decided_by=by,
            note=why or None,
        )


def _take_back_earlier(ledger: Ledger, municipality: str, question: Question, answer: Answer, by: str) -> None:
    """Another candidate is the same now, or it has another number: what the answer before said of another pair, or of the number, is not
    superseded by the new decision. What was said of the pair from its other side is another question's answer, and stays."""
    earlier = question.answer(question.decided_code) if question.decided else None
    if earlier is None or earlier.verdict not in _NOT_SUPERSEDED:
        return
    if earlier.verdict == DecisionKind.NEW and answer.verdict == DecisionKind.VALUE:
        return
    record, now = Record.of(ledger.decisions(municipality)), {given.question for given in (answer, *answer.along)}
    for former in (earlier, *earlier.along):
        row = record.last.get(former.question)
        if row is not None and row["subject"] == former.subject and former.question not in now and gives(row, former):
            ledger.withdraw_decision(municipality, row["decision_id"], by)


def _beside_all_shown(ledger: Ledger, municipality: str, answer: Answer) -> Answer:
    """An answer "new" to a question that was asked again: what was shown the first time is not asked about again either."""
    along = tuple(_beside_all_shown(ledger, municipality, also) for also in answer.along)
    answer = replace(answer, along=along)
    if answer.verdict != DecisionKind.NEW:
        return answer
    earlier = Record.of(ledger.decisions(municipality)).last.get(answer.question)
    if earlier is None or earlier["verdict"] != DecisionKind.NEW or earlier["value"] is None:
        return answer
    shown = (ruled_out(earlier["value"]) or {}) | (ruled_out(answer.value) or {})
    return replace(answer, value=new_beside(shown.items()))
