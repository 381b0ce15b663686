"""A value that somebody changed in Kobo is asked about once, answered with Kobo's value, ours or another, and then carried out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from reconciliation.decisions.answer_checks import AnswerOutcome, GivenAnswer, store_answers
from reconciliation.decisions.question import Question
from reconciliation.decisions.question_lookup import Tables
from reconciliation.decisions.questions import questions
from reconciliation.decisions.value_answers import value_answer
from reconciliation.ledger import Ledger, open_ledger
from reporting.clarifications import shown_questions
from reporting.decided_in_words import decided_by_dwelling
from tests.reconciliation.decisions.nights import SmallNight
from tests.reconciliation.ledger.databases import Clock, new_ledger_database
from tests.strategies import bases_of, register

PLACE = "vik"
UNIT = {"bruksenhetsnummer": "H0101"}
AGREED = bases_of(register({"kobo_id": "k1", **UNIT, "antall_soverom": 2, "manedsleie": 5000.0}))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(new_ledger_database("sqlite", tmp_path), tmp_path, Clock()) as opened:
        yield opened


def night(ledger: Ledger, *, ours: int = 2, theirs: int = 3, rent: float = 5000.0) -> SmallNight:
    row = {**UNIT, "antall_soverom": ours, "manedsleie": rent}
    entry = {"kobo_id": "k1", **UNIT, "antall_soverom": theirs, "manedsleie": 5000.0}
    return SmallNight([row], [entry], {"fdv-1": "k1"}, ledger.decisions(PLACE), bases=AGREED)


def asked(made: SmallNight, ledger: Ledger) -> list[Question]:
    tables = Tables(made.merged.dwellings, made.plan.items, made.matches, made.merged.lineage, made.rows, made.register)
    return questions(tables, ledger.decisions(PLACE))


def say(ledger: Ledger, answer: str, **sides: int) -> AnswerOutcome:
    open_ones = asked(night(ledger, **sides), ledger)
    (taken,) = store_answers([GivenAnswer(open_ones[0].id, answer, "KN")], open_ones, ledger, PLACE)
    return taken.outcome


def test_the_question_tells_who_says_what_and_what_was_agreed(ledger: Ledger) -> None:
    made = night(ledger)
    (question,) = asked(made, ledger)
    shown = shown_questions(question, made.house, {"fdv-1": ["fdv"]})
    assert shown.question == (
        "Saksbehandler har endret antall soverom i Kobo; hva er rett? Kobo sier 3 (sett første gang 1.\u00a0november 2023), FDV sier 2. "
        "Sist var begge enige om 2."
    ).replace("\u00a0", shown.question[shown.question.index("1.") + 2])
    assert list(shown.answers) == ["Kobos verdi er rett", "Vår verdi er rett"]
    assert shown.free


@pytest.mark.parametrize(("answer", "kind", "sent"), [("value:3", "in_sync", None), ("value:2", "update", 2), ("4", "update", 4)])
def test_each_answer_is_carried_out_and_the_question_is_closed(ledger: Ledger, answer: str, kind: str, sent: int | None) -> None:
    assert say(ledger, answer) is AnswerOutcome.STORED
    made = night(ledger)
    assert made.item()["class"] == kind
    assert [change["new"] for change in json.loads(made.item()["changes"])] == ([] if sent is None else [sent])
    assert all(question.decided for question in asked(made, ledger))
    (decided,) = decided_by_dwelling(ledger.decisions(PLACE), made.merged.dwellings, made.house)["fdv-1"]
    assert "Rett verdi er" in decided


@pytest.mark.parametrize("answer", ["mange", "-1", "2,5", "value:[]"])
def test_what_the_field_cannot_hold_is_no_answer(ledger: Ledger, answer: str) -> None:
    assert say(ledger, answer) is AnswerOutcome.ILLEGAL
    assert ledger.decisions(PLACE).is_empty()


@pytest.mark.parametrize(
    ("field", "written", "value"),
    [
        ("manedsleie", "6.350", None),
        ("manedsleie", "6 350,50 kr", "6350.5"),
        ("statusdato", "1.2.24", None),
        ("statusdato", "1.2.2024", '"2024-02-01"'),
    ],
)
def test_what_can_be_read_in_two_ways_is_no_answer(field: str, written: str, value: str | None) -> None:
    answer = value_answer("fdv-1", field, "e", written)
    assert (answer and answer.value) == value


def test_a_new_change_in_kobo_is_asked_about_anew(ledger: Ledger) -> None:
    say(ledger, "value:2")
    (question,) = asked(night(ledger, theirs=5), ledger)
    assert question.decided is None


def test_what_the_source_changed_is_written_while_another_field_waits_for_an_answer(ledger: Ledger) -> None:
    made = night(ledger, rent=5200.0)
    assert made.item()["class"] == "update"
    assert [change["field"] for change in json.loads(made.item()["changes"])] == ["manedsleie"]
    (question,) = asked(made, ledger)
    assert question.field == "antall_soverom"
    assert made.plan.items.filter(pl.col("class") == "update").height == 1
