"""What only a person can decide tonight: one question for each dwelling in doubt, with all its candidates in one list.

A question keeps its id for ever; its evidence says on what it is asked. It is open until somebody answers on that evidence.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from reconciliation.decisions.answer_choices import Record, in_force, last_about
from reconciliation.decisions.number_rivals import number_given, number_keys, unit_of
from reconciliation.decisions.question import FIELD, Question
from reconciliation.decisions.question_list import about_entries, ordered_questions, without_repeats
from reconciliation.decisions.question_lookup import AskedAbout, Tables
from reconciliation.decisions.question_making import EDITED, QuestionMaker
from reconciliation.model.words import DwellingClass


def questions(night: Tables, decisions: pl.DataFrame) -> list[Question]:
    """Every question of the night, open or answered; those that hold up most dwellings first, those of one house together.
    decisions: the ledger's DECISIONS in force."""
    return AskedOf(night).decided(decisions)


class AskedOf:
    """The questions of a night's tables. Making them takes most of the time; what is decided about them is looked up for each set of
    decisions, so that whoever answers many of them does not wait for all of them after each."""

    def __init__(self, night: Tables) -> None:
        self._maker, self._undecided = _undecided_of(night)
        self._answered_by: dict[tuple[str, ...], list[int]] = {}
        """What decisions are keyed by -> places of the questions that such a decision may answer."""
        for at, question in enumerate(self._undecided):
            for key in {answer.question for answer in question.answers} | number_keys(question):
                self._answered_by.setdefault(key, []).append(at)
        self._decided: dict[str, Question] = {}
        self.named = {
            name for question in self._undecided for name in (question.dwelling, *(beside.name for beside in question.candidates))
        }
        """Dwellings that are asked about, and what is offered beside them."""

    def decided(self, decisions: pl.DataFrame) -> list[Question]:
        """As `questions`. What no decision has changed since the last call is the same object again."""
        maker, record = self._maker, Record.of(decisions)
        if maker is None:
            return []

        def one_entry(asked: list[Question]) -> Question:
            question = maker.entry_question(asked)
            return with_decision(replace(question, holds_up=maker.night.holds_up(question)), record)

        return ordered_questions(about_entries(without_repeats(self._with_decisions(record)), one_entry))

    def _with_decisions(self, record: Record) -> list[Question]:
        """Only those that a decision may answer are looked at: thousands are open, and few of them are answered at a time."""
        questions = list(self._undecided)
        for at in sorted({at for key in record.last.keys() & self._answered_by.keys() for at in self._answered_by[key]}):
            question = with_decision(questions[at], record)
            before = self._decided.get(question.id)
            given = (question.decided, question.decided_code, question.before, question.unit_given)
            same = before is not None and (before.decided, before.decided_code, before.before, before.unit_given) == given
            questions[at] = self._decided[question.id] = before if before is not None and same else question
        return questions


def with_decision(question: Question, record: Record) -> Question:
    """The question with the answer that is in force for it, if there is one, or else with the last one on other evidence. question: without
    either."""
    number = number_given(question, record)
    question = replace(question, unit_given=unit_of(number))
    choice = in_force(record, (*question.answers, number) if number else question.answers)
    if choice is None:
        return replace(question, before=last_about(record, question.answers, question.field if question.about == FIELD else None))
    return replace(question, decided=choice[0], decided_code=choice[1].code)


def _undecided_of(night: Tables) -> tuple[QuestionMaker | None, list[Question]]:
    """The maker of the night's questions, and those of single dwellings, undecided; (None, []) where there is nothing to ask."""
    asked_about = pl.col("details").str.contains('"asked":', literal=True).fill_null(value=False)
    to_a_person = pl.col("class").is_in([DwellingClass.CONFLICT.value, DwellingClass.REVIEW.value]) | pl.col("held").is_in(EDITED)
    waiting = night.items.filter(to_a_person | asked_about)
    if waiting.is_empty():
        return None, []
    maker = QuestionMaker(AskedAbout(night, waiting))
    by_id: dict[str, Question] = {}
    for item in waiting.sort("leverandor_bolig_id", "kobo_id", nulls_last=True).iter_rows(named=True):
        for question in maker.about(item):
            by_id.setdefault(question.id, question)
    return maker, [replace(question, holds_up=maker.night.holds_up(question)) for question in by_id.values()]
