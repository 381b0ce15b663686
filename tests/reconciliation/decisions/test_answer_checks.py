"""Each answer is stored, or returned with the reason why it is not: stale, decided otherwise, no such answer, no such question."""

from __future__ import annotations

from random import Random
from typing import Any

import polars as pl
import pytest

from reconciliation.decisions.answer_checks import AnswerOutcome, GivenAnswer, store_answers
from reconciliation.decisions.answer_choices import contradictory
from reconciliation.decisions.question import Question
from reconciliation.decisions.question_lookup import Tables
from reconciliation.decisions.questions import AskedOf, questions
from reconciliation.ledger import Ledger
from tests.reconciliation.decisions.nights import SmallNight, decided
from tests.strategies import none_known

PLACE = "vik"
ENTRY = {"kobo_id": "k1", "leverandor_bolig_id": "fdv-1", "bruksenhetsnummer": "H0101"}


def tables_of(night: SmallNight, deviations: pl.DataFrame | None = None) -> Tables:
    made = night.merged
    return Tables(made.dwellings, night.plan.items, night.matches, made.lineage, night.rows, night.register, (), deviations)


def asked(night: SmallNight, decisions: pl.DataFrame, deviations: pl.DataFrame | None = None) -> list[Question]:
    return questions(tables_of(night, deviations), decisions)


class Town:
    """The same rows night after night, with what the ledger knows by then."""

    def __init__(self, ledger: Ledger, rows: list[dict[str, Any]], entries: list[dict[str, Any]], **linked: str) -> None:
        self.ledger, self.rows, self.entries, self.linked = ledger, rows, entries, {"fdv-1": "k1"} if linked.pop("own", "") else linked
        self.known = none_known()
        self.deviations: pl.DataFrame | None = None
        self._nights: dict[str, SmallNight] = {}

    def night(self) -> SmallNight:
        """A night over what was seen before is the night that was made of it."""
        decisions = self.ledger.decisions(PLACE)
        seen = repr((self.rows, self.entries, self.linked, decisions.rows(), self.known.rows()))
        if seen not in self._nights:
            self._nights[seen] = SmallNight(self.rows, self.entries, self.linked, decisions, self.known)
        night = self._nights[seen]
        self.known = night.merged.memberships.select("source", "source_key", "leverandor_bolig_id")
        return night

    def questions(self) -> list[Question]:
        return asked(self.night(), self.ledger.decisions(PLACE), self.deviations)

    def open(self) -> list[Question]:
        return [question for question in self.questions() if question.decided is None]

    def say(self, question: Question, code: str, by: str = "KN", evidence: str | None = None, why: str = "") -> AnswerOutcome:
        (taken,) = store_answers([GivenAnswer(question.id, code, by, why, evidence)], self.questions(), self.ledger, PLACE)
        return taken.outcome


def conflict(ledger: Ledger) -> Town:
    return Town(ledger, [{"bruksenhetsnummer": "H0102"}], [ENTRY], own="yes")


def review(ledger: Ledger) -> Town:
    return Town(ledger, [{"antall_soverom": 1}], [{"kobo_id": "k1", "bruksenhetsnummer": "H0101", "antall_soverom": 4}])


def pair(ledger: Ledger) -> Town:
    return Town(ledger, [{"bruksenhetsnummer": "H0101"}, {"source": "omsorg", "source_key": "7"}, {"bruksenhetsnummer": "H0102"}], [])


SEEN = {
    "a conflict": (conflict, "keep"),
    "a conflict, replaced": (conflict, "replace"),
    "a candidate in Kobo, same": (review, "same"),
    "a candidate in Kobo, different": (review, "different"),
    "a candidate in Kobo, unsure": (review, "unsure"),
    "a candidate in Kobo, new": (review, "new"),
    "two of ours, same": (pair, "same:fdv-1"),
    "two of ours, different": (pair, "different"),
    "two of ours, unsure": (pair, "unsure"),
    "two of ours, new": (pair, "new"),
}


@pytest.mark.parametrize("case", SEEN.values(), ids=SEEN.keys())
def test_what_was_answered_is_not_asked_again_however_often_the_night_is_run(case: tuple[Any, str], ledger: Ledger) -> None:
    make, code = case
    town: Town = make(ledger)
    first = town.open()
    assert first
    tables = tables_of(town.night())
    kept = AskedOf(tables)
    assert kept.decided(ledger.decisions(PLACE)) == first
    assert town.say(first[0], code, evidence=first[0].evidence) is AnswerOutcome.STORED
    for _ in range(3):
        assert first[0].id not in {question.id for question in town.open()}
    assert ledger.decisions(PLACE).height >= 1
    for _ in range(2):  # questions that are kept, and then have an answer, are those made anew; and open again without it
        assert kept.decided(ledger.decisions(PLACE)) == questions(tables, ledger.decisions(PLACE)) != first
        assert kept.decided(decided()) == first


def test_different_of_two_of_ours_is_obeyed_and_same_makes_them_one(ledger: Ledger) -> None:
    town = pair(ledger)
    (question,) = town.open()
    assert [choice.name for choice in question.candidates] == ["fdv-1", "fdv-3"]
    assert [choice.code for choice in question.answers] == ["same:fdv-1", "same:fdv-3", "different", "unsure", "new"]
    town.say(question, "same:fdv-3")
    dwellings = town.night().merged.dwellings
    assert dwellings.get_column("source_keys").to_list() == [["fdv:1"], ["fdv:3", "omsorg:7"]]


REFUSED = {
    "no such answer": ({"answer": "kanskje"}, AnswerOutcome.ILLEGAL),
    "no answer": ({"answer": ""}, AnswerOutcome.BLANK),
    "nobody's": ({"by": "  "}, AnswerOutcome.NAMELESS),
    "on what is no longer so": ({"evidence": "0" * 32}, AnswerOutcome.STALE),
    "to no question": ({"question_id": "S-0000000000"}, AnswerOutcome.UNKNOWN),
    "in a row whose id is gone": ({"question_id": ""}, AnswerOutcome.DAMAGED),
    "a reason far too long": ({"why": "x" * 501}, AnswerOutcome.TOO_LONG),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_an_answer_that_is_not_stored_comes_back_with_the_reason(case: tuple[dict[str, str], AnswerOutcome], ledger: Ledger) -> None:
    changes, outcome = case
    town = conflict(ledger)
    (question,) = town.open()
    given = GivenAnswer(**{"question_id": question.id, "answer": "keep", "by": "KN", "evidence": question.evidence, **changes})  # type: ignore[arg-type]
    (taken,) = store_answers([given], town.questions(), ledger, PLACE)
    assert taken.outcome is outcome
    assert ledger.decisions(PLACE).is_empty()


def synthetic_number() -> str:
    """An identity number of the month+80 series, made here so that none is in a file."""
    for tail in range(100000):
        number = f"018190{tail:05}"
        digits = [int(digit) for digit in number]
        first = sum(a * b for a, b in zip(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), strict=False)) % 11
        second = sum(a * b for a, b in zip(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=False)) % 11
        if first == second == 0:
            return number
    raise AssertionError("there is none")


@pytest.mark.parametrize("field", ["by", "why"])
def test_an_identity_number_is_never_kept(field: str, ledger: Ledger) -> None:
    town = conflict(ledger)
    (question,) = town.open()
    answer = {"by": "KN", "why": ""} | {field: f"KN {synthetic_number()}"}
    assert town.say(question, "keep", **answer) is AnswerOutcome.PERSONAL
    assert ledger.decisions(PLACE).is_empty()


def test_somebody_elses_decision_is_not_overruled_in_silence_but_one_s_own_mind_may_change(ledger: Ledger) -> None:
    """Two workbooks of the same night, handed in one after the other."""
    night = conflict(ledger).night()
    (question,) = asked(night, ledger.decisions(PLACE))

    def hand_in(code: str, by: str) -> AnswerOutcome:
        given = GivenAnswer(question.id, code, by, "", question.evidence)
        (taken,) = store_answers([given], asked(night, ledger.decisions(PLACE)), ledger, PLACE)
        return taken.outcome

    outcomes = [hand_in(*attempt) for attempt in (("keep", "KN"), ("keep", "AB"), ("replace", "AB"), ("replace", "kn"), ("keep", "AB"))]
    assert outcomes == [AnswerOutcome.STORED, AnswerOutcome.ALREADY, AnswerOutcome.OTHERWISE, AnswerOutcome.STORED, AnswerOutcome.OTHERWISE]
    assert ledger.decisions(PLACE).select("verdict", "decided_by").rows() == [("replace", "kn")]


def test_two_answers_to_one_question_in_one_file_the_first_holds(ledger: Ledger) -> None:
    town = conflict(ledger)
    (question,) = town.open()
    given = [GivenAnswer(question.id, code, "KN") for code in ("keep", "replace", "keep")]
    outcomes = [result.outcome for result in store_answers(given, town.questions(), ledger, PLACE)]
    assert outcomes == [AnswerOutcome.STORED, AnswerOutcome.TWICE, AnswerOutcome.ALREADY]
    assert ledger.decisions(PLACE).get_column("verdict").to_list() == ["keep"]


def test_an_unsure_answer_is_overruled_by_the_same_person_and_not_by_another(ledger: Ledger) -> None:
    town = review(ledger)
    (question,) = town.open()
    assert town.say(question, "unsure", by="KN") is AnswerOutcome.STORED
    assert town.say(question, "same", by="AB") is AnswerOutcome.OTHERWISE
    assert town.say(question, "same", by="kn") is AnswerOutcome.STORED
    assert town.night().matches.select("key", "certain").rows() == [("decision", True)]


def test_decisions_that_cannot_all_be_true_are_listed() -> None:
    made = [
        {"kind": "match", "subject": "a", "other": "kobo:k1", "verdict": "same"},
        {"kind": "match", "subject": "b", "other": "kobo:k1", "verdict": "same"},
        {"kind": "merge", "subject": "a", "other": "b", "verdict": "different"},
        {"kind": "merge", "subject": "x", "other": "y", "verdict": "different"},
    ]
    for seed in range(5):
        shuffled = [dict(row) for row in made]
        Random(seed).shuffle(shuffled)
        assert {(row["subject"], row["other"]) for row in contradictory(decided(*shuffled))} == {
            ("a", "kobo:k1"),
            ("b", "kobo:k1"),
            ("a", "b"),
        }


def test_different_blocks_transitively(ledger: Ledger) -> None:
    """A and B are one, B and C are not: then A and C are never made one, whatever key they share."""
    door = {"leilighetsnummer": "3"}
    rows = [{"bruksenhetsnummer": "H0101", **door}, {"source": "omsorg", "source_key": "7", **door}]
    rows += [{"source": "eiendom", "source_key": "9", "bruksenhetsnummer": "H0101", **door}]
    town = Town(ledger, rows, [])
    assert town.night().merged.dwellings.height == 1
    town.known = none_known()
    common: dict[str, Any] = {"kind": "merge", "decided_by": "KN"}
    ledger.add_decision(PLACE, subject="fdv:1", other="omsorg:7", verdict="same", **common)
    ledger.add_decision(PLACE, subject="omsorg:7", other="eiendom:9", verdict="different", **common)
    keys = town.night().merged.dwellings.get_column("source_keys").to_list()
    assert sorted(keys) == [["eiendom:9"], ["fdv:1", "omsorg:7"]]


APART = {"bruksenhetsnummer": "H0101", "gardsnummer": 1, "bruksnummer": 2}


@pytest.mark.parametrize(("code", "kinds"), [("keep", ["in_sync"]), ("replace", ["conflict"]), ("different", ["create", "register_only"])])
def test_a_pair_that_a_key_found_and_an_address_contradicts_is_ours_only_when_a_person_says_so(
    code: str, kinds: list[str], ledger: Ledger
) -> None:
    town = Town(ledger, [{**APART}], [{"kobo_id": "k1", **APART, "boligtype": "ORDINAR_BOLIG", "postnummer": "9999"}])
    assert town.night().matches.filter("certain").is_empty()
    (question,) = town.open()
    assert {answer.code for answer in question.answers} == {"keep", "replace", "different"}
    assert town.say(question, code) is AnswerOutcome.STORED
    night = town.night()
    assert night.plan.items.get_column("class").to_list() == kinds
    adopted = night.matches.filter("certain").select("key", "kobo_id").rows()
    assert adopted == ([] if code == "different" else [("decision", "k1")])
