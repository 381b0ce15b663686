"""Withdrawing an answer: the question is open again, and the ledger stores who withdrew it and when."""

from __future__ import annotations

from reconciliation.decisions.answer_choices import Record, gives
from reconciliation.decisions.question import Question
from reconciliation.ledger import Ledger


def withdraw(question: Question, ledger: Ledger, municipality: str, by: str) -> int:
    """Withdraw every decision that answers the question on tonight's evidence, and the decisions stored along with it.

    Returns how many were withdrawn; 0 when the question is open. Raises LedgerError.
    """
    if question.decided is None:
        return 0
    record = Record.of(ledger.decisions(municipality))
    given = question.answer(question.decided_code)
    taken_back = 0
    for answer in (given, *given.along) if given else ():
        row = record.last.get(answer.question)
        if row and gives(row, answer):
            taken_back += ledger.withdraw_decision(municipality, row["decision_id"], by)
    return taken_back
