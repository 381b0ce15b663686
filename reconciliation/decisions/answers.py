"""Answers that people gave, compared with the night's questions: each is stored or told why it is not. Nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from connectors.personal_numbers import mask_text
from reconciliation.decisions.answer_choices import Answer
from reconciliation.decisions.question import ENTRY, MATCH, Question
from reconciliation.ledger import Ledger

LONGEST_NAME, LONGEST_WHY = 60, 500


class AnswerOutcome(StrEnum):
    """What became of an answer that somebody gave."""

    STORED = "stored"
    ALREADY = "already"
    BLANK = "blank"
    STALE = "stale"
    OTHERWISE = "otherwise"
    ILLEGAL = "illegal"
    NAMELESS = "nameless"
    PERSONAL = "personal"
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"
    TWICE = "twice"
    TWO_SAME = "two_same"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"
    """The whole file: `says` tells why."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody answered. evidence: what they saw; None: what is there tonight. row: 1-based, in their file.

    answer: a code (decision_record.Answer.code), or the text as written when it is none.
    """

    question_id: str
    answer: str
    by: str
    why: str = ""
    evidence: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it. question: None when there is no such one. by, date: of the decision that exists already.

    says: why a whole file could not be read, bokmål.
    """

    given: Given
    outcome: AnswerOutcome
    question: Question | None = None
    by: str = ""
    date: str = ""
    standing: str = ""
    says: str = ""


def take_in_whole(given: Sequence[Given], questions: Sequence[Question], ledger: Ledger, municipality: str) -> list[Taken]:
    """All of these answers or none: what does not fit keeps back the others. Blank ones are passed over. Raises LedgerError."""
    judged = take_in(given, questions, None, municipality)
    if any(one.outcome not in (AnswerOutcome.STORED, AnswerOutcome.ALREADY, AnswerOutcome.BLANK) for one in judged):
        return judged
    return take_in(given, questions, ledger, municipality)


def take_in(given: Iterable[Given], questions: Sequence[Question], ledger: Ledger | None, municipality: str) -> list[Taken]:
    """Check each answer and store the good ones, in their order. Raises LedgerError. Storing the same answer twice changes nothing.

    ledger: None to be told what would become of them.
    """
    known = {question.id: question for question in questions}
    stored: dict[str, str] = {}
    same: dict[str, str] = {}
    for asked in questions:
        same |= _sides_called_same(asked, asked.answer(asked.decided_code) if asked.decided else None)
    found = []
    for one in given:
        question = known.get(one.question_id)
        taken = _judged(one, question, stored, same)
        if taken.outcome is AnswerOutcome.STORED and question is not None:
            answer = question.answer(one.answer)
            if answer is not None and ledger is not None:
                _store(ledger, municipality, answer, one)
            stored[question.id] = one.answer
            same |= _sides_called_same(question, answer)
        found.append(taken)
    return found


def _judged(one: Given, question: Question | None, stored: dict[str, str], same: dict[str, str]) -> Taken:
    if not one.question_id:
        return Taken(one, AnswerOutcome.DAMAGED)
    if not one.answer:
        return Taken(one, AnswerOutcome.BLANK, question)
    if question is None:
        return Taken(one, AnswerOutcome.UNKNOWN)
    if question.answer(one.answer) is None:
        return Taken(one, AnswerOutcome.ILLEGAL, question)
    if not one.by.strip():
        return Taken(one, AnswerOutcome.NAMELESS, question)
    if mask_text(one.by) != one.by or mask_text(one.why) != one.why:
        return Taken(one, AnswerOutcome.PERSONAL, question)
    if len(one.by) > LONGEST_NAME or len(one.why) > LONGEST_WHY:
        return Taken(one, AnswerOutcome.TOO_LONG, question)
    if one.evidence is not None and one.evidence != question.evidence:
        return Taken(one, AnswerOutcome.STALE, question)
    if question.id in stored:
        return Taken(one, AnswerOutcome.ALREADY if stored[question.id] == one.answer else AnswerOutcome.TWICE, question)
    before = question.decided_code
    if before == one.answer:
        return Taken(one, AnswerOutcome.ALREADY, question, *_who(question), before)
    if before and question.decided and question.decided["decided_by"].casefold() != one.by.strip().casefold():
        return Taken(one, AnswerOutcome.OTHERWISE, question, *_who(question), before)
    if any(same.get(side, question.id) != question.id for side in _sides_called_same(question, question.answer(one.answer))):
        return Taken(one, AnswerOutcome.TWO_SAME, question)
    return Taken(one, AnswerOutcome.STORED, question)


def _sides_called_same(question: Question, answer: Answer | None) -> dict[str, str]:
    """The dwelling and the entry that the answer calls the same -> the question; nothing else can be the same as either."""
    if answer is None or answer.verdict != "same" or question.about not in (MATCH, ENTRY):
        return {}
    return {answer.subject: question.id, str(answer.other): question.id}


def _who(question: Question) -> tuple[str, str]:
    if question.decided is None:
        return "", ""
    return question.decided["decided_by"], question.decided["decided"].date().isoformat()


def _store(ledger: Ledger, municipality: str, answer: Answer, given: Given) -> None:
    for one in (*answer.along, answer):
        ledger.add_decision(
            municipality,
            kind=one.kind,
            subject=one.subject,
            other=one.other,
            field=one.field,
            verdict=one.verdict,
            value=one.value,
            evidence=one.evidence,
            decided_by=given.by.strip(),
            note=given.why.strip() or None,
        )
