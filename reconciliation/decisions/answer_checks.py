"""Answers that people gave, checked against the night's questions: each is stored, or refused with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from connectors.personal_numbers import mask_text
from reconciliation.decisions.answer_choices import Answer
from reconciliation.decisions.answer_storing import store
from reconciliation.decisions.answers_elsewhere import AnswersElsewhere, from_other_side, home_answered_of
from reconciliation.decisions.confirmed_warnings import until_of
from reconciliation.decisions.number_rivals import number_rivals
from reconciliation.decisions.question import MATCH, CandidateKind, Question
from reconciliation.ledger import Ledger
from reconciliation.model.decision_evidence import same_evidence
from reconciliation.model.known_decisions import DecisionKind

LONGEST_NAME, LONGEST_WHY = 60, 500


class AnswerOutcome(StrEnum):
    """Result of checking one answer."""

    STORED = "stored"
    ALREADY = "already"
    BLANK = "blank"
    STALE = "stale"
    OTHERWISE = "otherwise"
    CONTRADICTED = "contradicted"
    """Of the same two homes the opposite was answered, to the question of the other one."""
    ILLEGAL = "illegal"
    PAST = "past"
    """Right until a day that is over."""
    NAMELESS = "nameless"
    PERSONAL = "personal"
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"
    TWICE = "twice"
    TWO_SAME = "two_same"
    DOUBLED = "doubled"
    """A unit number that another home of the same list has, or is given."""
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"
    """The whole file cannot be read; `file_fault` says why."""


@dataclass(frozen=True, slots=True)
class CalledSame:
    """An answer "same": the question's id, and the two sides as decisions name them."""

    question: str
    pair: frozenset[str]


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What somebody answered. answer: a code (answer_choices.Answer.code), or the text as written when it is no code.

    evidence: of the question as they saw it; None for tonight's. row: 1-based, in their file. sheet, column: where several are read.
    """

    question_id: str
    answer: str
    by: str
    why: str = ""
    evidence: str | None = None
    row: int | None = None
    sheet: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """An answer and the result of checking it. question: None when there is no such question.

    by, date, earlier: who gave the answer that is in force already, when, and its code; of CONTRADICTED its verdict, and about: the home
    that it was given of, leverandor_bolig_id. file_fault: why the file could not be read, bokmål.
    rivals: of DOUBLED, the other homes with the number: leverandor_bolig_id, and the answer that gives it; None where it has it already.
    """

    given: GivenAnswer
    outcome: AnswerOutcome
    question: Question | None = None
    by: str = ""
    date: str = ""
    earlier: str = ""
    about: str = ""
    file_fault: str = ""
    rivals: tuple[tuple[str, GivenAnswer | None], ...] = ()


def store_all_or_none(
    given: Sequence[GivenAnswer], questions: Sequence[Question], ledger: Ledger, municipality: str
) -> list[CheckedAnswer]:
    """Store all of these answers, or none when one of them is refused. Blank answers are ignored. Raises LedgerError."""
    checked = store_answers(given, questions, ledger, municipality, only_check=True)
    if any(answer.outcome not in (AnswerOutcome.STORED, AnswerOutcome.ALREADY, AnswerOutcome.BLANK) for answer in checked):
        return checked
    return store_answers(given, questions, ledger, municipality)


def store_answers(
    given: Iterable[GivenAnswer], questions: Sequence[Question], ledger: Ledger, municipality: str, *, only_check: bool = False
) -> list[CheckedAnswer]:
    """Check each answer and store those that are accepted, in their order. Raises LedgerError. Storing an answer twice changes nothing.

    only_check: nothing is stored.
    """
    known = {question.id: question for question in questions}
    stored: dict[str, str] = {}
    same: dict[str, CalledSame] = {}
    for asked in questions:
        same |= _sides_called_same(asked, asked.answer(asked.decided_code) if asked.decided else None)
    elsewhere = AnswersElsewhere(ledger.decisions(municipality))
    checked = []
    answers = list(given)
    doubled = number_rivals(((answer.question_id, answer.answer) for answer in answers), questions)
    for at, given_answer in enumerate(answers):
        question = known.get(given_answer.question_id)
        result = _check(given_answer, question, stored, same)
        if result.outcome is AnswerOutcome.STORED:
            result = _beside_answers_elsewhere(result, elsewhere)
        if result.outcome is AnswerOutcome.STORED and at in doubled:
            rivals = tuple((rival.dwelling, None if rival.at is None else answers[rival.at]) for rival in doubled[at])
            result = replace(result, outcome=AnswerOutcome.DOUBLED, rivals=rivals)
        if result.outcome is AnswerOutcome.STORED and question is not None:
            answer = question.answer(given_answer.answer)
            if answer is not None:
                if not only_check:
                    store(ledger, municipality, question, answer, given_answer.by.strip(), given_answer.why.strip())
                elsewhere.accept(answer, given_answer.by.strip())
            stored[question.id] = given_answer.answer
            same |= _sides_called_same(question, answer)
        checked.append(result)
    return checked


def _check(answer: GivenAnswer, question: Question | None, stored: dict[str, str], same: dict[str, CalledSame]) -> CheckedAnswer:
    if not answer.question_id:
        return CheckedAnswer(answer, AnswerOutcome.DAMAGED)
    if not answer.answer:
        return CheckedAnswer(answer, AnswerOutcome.BLANK, question)
    if question is None:
        return CheckedAnswer(answer, AnswerOutcome.UNKNOWN)
    if (fault := _no_answer(answer, question)) is not None:
        return CheckedAnswer(answer, fault, question)
    if question.repeats_number(answer.answer):
        return CheckedAnswer(answer, AnswerOutcome.BLANK, question)
    if (fault := _unfit_words(answer)) is not None:
        return CheckedAnswer(answer, fault, question)
    if not any(same_evidence(answer.evidence, valid) for valid in _valid_evidence(answer, question)):
        return CheckedAnswer(answer, AnswerOutcome.STALE, question)
    if question.id in stored:
        return CheckedAnswer(answer, AnswerOutcome.ALREADY if stored[question.id] == answer.answer else AnswerOutcome.TWICE, question)
    before = question.decided_code
    chosen = question.answer(answer.answer)
    if before and before in (answer.answer, chosen.code if chosen else None):
        return CheckedAnswer(answer, AnswerOutcome.ALREADY, question, *_who(question), before)
    own = question.decided if before and not from_other_side(question) else None
    if own and own["decided_by"].casefold() != answer.by.strip().casefold():
        return CheckedAnswer(answer, AnswerOutcome.OTHERWISE, question, *_who(question), before)
    changed = {called.pair for called in _sides_called_same(question, question.answer(before) if before else None).values()}
    called = _sides_called_same(question, chosen)
    before_by_side = [(same[side], now) for side, now in called.items() if side in same]
    if any(earlier.question != now.question and earlier.pair not in {now.pair, *changed} for earlier, now in before_by_side):
        return CheckedAnswer(answer, AnswerOutcome.TWO_SAME, question)
    return CheckedAnswer(answer, AnswerOutcome.STORED, question)


def _beside_answers_elsewhere(checked: CheckedAnswer, elsewhere: AnswersElsewhere) -> CheckedAnswer:
    """The accepted answer, or that it contradicts what was answered of another home."""
    question = checked.question
    answer = question.answer(checked.given.answer) if question else None
    row = elsewhere.against(answer) if answer else None
    if question is None or row is None:
        return checked
    by, date, about = row["decided_by"], row["decided"].date().isoformat(), home_answered_of(question, row["subject"])
    return replace(checked, outcome=AnswerOutcome.CONTRADICTED, by=by, date=date, earlier=row["verdict"], about=about)


def _unfit_words(answer: GivenAnswer) -> AnswerOutcome | None:
    """What is wrong with who answered, or with their reason."""
    if not answer.by.strip():
        return AnswerOutcome.NAMELESS
    if mask_text(answer.by) != answer.by or mask_text(answer.why) != answer.why:
        return AnswerOutcome.PERSONAL
    return AnswerOutcome.TOO_LONG if len(answer.by) > LONGEST_NAME or len(answer.why) > LONGEST_WHY else None


def _valid_evidence(answer: GivenAnswer, question: Question) -> set[str]:
    """A unit number is said of the home's own rows alone: what else is offered may have changed since."""
    chosen = question.answer(answer.answer)
    of_rows = chosen is not None and question.takes_unit and chosen.verdict == DecisionKind.VALUE
    return {question.evidence, question.rows_evidence} if of_rows else {question.evidence}


def _no_answer(answer: GivenAnswer, question: Question) -> AnswerOutcome | None:
    if question.answer(answer.answer) is None:
        return AnswerOutcome.ILLEGAL
    until = until_of(answer.answer) if question.night else None
    return AnswerOutcome.PAST if until and question.night and until < question.night else None


def _sides_called_same(question: Question, answer: Answer | None) -> dict[str, CalledSame]:
    """What nothing else can be the same as: the dwelling and the entry that the answer calls the same; of two dwellings, each for the
    lists that the other is in, since two rows of one list are two homes."""
    if answer is None or answer.verdict != DecisionKind.SAME:
        return {}
    called = CalledSame(question.id, frozenset((answer.subject, str(answer.other))))
    if answer.kind == MATCH:
        return dict.fromkeys((answer.subject, str(answer.other)), called)
    other = question.candidate(answer.code)
    if other is None:
        return {}
    if other.kind is CandidateKind.COPIED:
        return {question.dwelling: called}
    lists = ((question.dwelling, other.rows), (other.name, question.rows))
    return {f"{dwelling}\x1f{row.source}": called for dwelling, rows in lists for row in rows}


def _who(question: Question) -> tuple[str, str]:
    if question.decided is None:
        return "", ""
    return question.decided["decided_by"], question.decided["decided"].date().isoformat()
