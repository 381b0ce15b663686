"""Two owners answer about the same two homes, each in the question of their own row, the same evening."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciliation.decisions.answer_checks import AnswerOutcome, CheckedAnswer, GivenAnswer, store_all_or_none, store_answers
from reconciliation.decisions.answer_choices import contradictory
from reconciliation.decisions.question import Question
from reconciliation.ledger import Ledger
from reconciliation.merge import merge
from reporting.receipt import outcome_in_words
from tests.reconciliation.decisions.nights import SmallNight
from tests.reconciliation.decisions.test_answer_checks import PLACE, Town, asked
from tests.strategies import municipality, none_known

LARGE, SMALL = {"bruksareal": 61.0, "manedsleie": 8000.0}, {"bruksareal": 52.0, "manedsleie": 7000.0}


@pytest.fixture
def three(ledger: Ledger) -> Town:
    """A flat in three lists, each with another unit number: the first two lists by name are asked."""
    units = {"eiendom": "H0201", "fdv": "H0101", "omsorg": "H0102"}
    return Town(ledger, [{"source": name, "source_key": "1", "bruksenhetsnummer": unit, **LARGE} for name, unit in units.items()], [])


@pytest.fixture
def town(ledger: Ledger) -> Town:
    """A house without unit numbers, two flats of either kind, in two lists that label them in opposite order."""
    flats = [LARGE, SMALL, LARGE, SMALL]
    rows = [{"source_key": f"a{at}", "leilighetsnummer": str(at), **flat} for at, flat in enumerate(flats, start=1)]
    rows += [
        {"source": "omsorg", "source_key": f"b{at}", "leilighetsnummer": str(5 - at), **flat} for at, flat in enumerate(flats, start=1)
    ]
    return Town(ledger, rows, [])


class Evening:
    """Answers handed in one after the other, each to the questions of the same night as they are by then."""

    def __init__(self, town: Town) -> None:
        self.town, self.night = town, town.night()

    def questions(self) -> dict[str, Question]:
        return {question.dwelling: question for question in asked(self.night, self.town.ledger.decisions(PLACE))}

    def given(self, dwelling: str, code: str, by: str = "KN") -> GivenAnswer:
        question = self.questions()[dwelling]
        return GivenAnswer(question.id, code, by, "", question.evidence)

    def say(self, dwelling: str, code: str, by: str = "KN") -> CheckedAnswer:
        (taken,) = store_answers([self.given(dwelling, code, by)], list(self.questions().values()), self.town.ledger, PLACE)
        return taken


SAME, NEW, OTHERS = ("eiendom-1", "same:fdv-1"), ("fdv-1", "new"), ("fdv-1", "different")
OPPOSITE = {"same, then new": (SAME, NEW), "new, then same": (NEW, SAME), "same, then none of them": (SAME, OTHERS)}
OPPOSITE |= {"none of them, then same": (OTHERS, SAME), "same, then unsure": (SAME, ("fdv-1", "unsure"))}


@pytest.mark.parametrize("by", ["KN", "AB"])
@pytest.mark.parametrize("case", OPPOSITE.values(), ids=OPPOSITE.keys())
def test_the_opposite_of_what_the_other_owner_answered_is_refused_and_names_that_answer(
    case: tuple[tuple[str, str], tuple[str, str]], by: str, three: Town
) -> None:
    first, then = case
    evening = Evening(three)
    assert evening.say(*first).outcome is AnswerOutcome.STORED
    before = three.ledger.decisions(PLACE)
    refused = evening.say(*then, by=by)
    assert (refused.outcome, refused.by, refused.about) == (AnswerOutcome.CONTRADICTED, "KN", first[0])
    words = {"same:fdv-1": "Samme bolig", "new": "Ny bolig", "different": "Ikke samme"}[first[1]]
    assert f"KN svarte «{words}» om {first[0]} den " in outcome_in_words(refused, municipality())
    assert three.ledger.decisions(PLACE).equals(before)
    assert contradictory(before) == []


def test_two_sides_of_one_file_that_say_the_opposite_are_refused_before_anything_is_stored(three: Town) -> None:
    evening = Evening(three)
    given = [evening.given(*SAME), evening.given(*NEW)]
    taken = store_all_or_none(given, list(evening.questions().values()), three.ledger, PLACE)
    assert [answer.outcome for answer in taken] == [AnswerOutcome.STORED, AnswerOutcome.CONTRADICTED]
    assert three.ledger.decisions(PLACE).is_empty()


def test_the_same_answer_from_the_other_side_is_no_contradiction(three: Town) -> None:
    evening = Evening(three)
    assert evening.say(*SAME).outcome is AnswerOutcome.STORED
    assert evening.say("fdv-1", "same:eiendom-1", by="AB").outcome is AnswerOutcome.ALREADY


def test_none_of_these_from_one_side_and_new_from_the_other_agree(three: Town) -> None:
    evening = Evening(three)
    assert evening.say("eiendom-1", "different").outcome is AnswerOutcome.STORED
    assert evening.say(*NEW, by="AB").outcome is AnswerOutcome.STORED


@pytest.mark.parametrize("by", ["KN", "AB"])
@pytest.mark.parametrize("numbers_first", [False, True])
def test_unit_numbers_written_for_rows_that_the_other_owner_calls_the_same_are_used(numbers_first: bool, by: str, town: Town) -> None:
    evening = Evening(town)
    units = dict(zip("1234", ("H0101", "H0102", "H0201", "H0202"), strict=True))

    def call_same() -> list[CheckedAnswer]:
        return [evening.say(f"fdv-a{at}", f"same:omsorg-b{at}") for at in units]

    def number() -> list[CheckedAnswer]:
        return [evening.say(f"omsorg-b{at}", unit, by) for at, unit in units.items()]

    steps: list[Callable[[], list[CheckedAnswer]]] = [number, call_same] if numbers_first else [call_same, number]
    assert {answer.outcome for step in steps for answer in step()} == {AnswerOutcome.STORED}
    night = town.night()
    assert night.merged.dwellings.get_column("source_keys").to_list() == [[f"fdv:a{at}", f"omsorg:b{at}"] for at in units]
    assert night.merged.dwellings.get_column("bruksenhetsnummer").to_list() == list(units.values())
    assert (set(night.plan.items.get_column("class")), town.open()) == ({"create"}, [])


def test_whoever_changes_their_own_answer_leaves_nothing_of_it_behind(three: Town) -> None:
    evening = Evening(three)
    for code in ("new", "same:eiendom-1", "new", "unsure", "same:eiendom-1"):
        assert evening.say("fdv-1", code).outcome is AnswerOutcome.STORED
    assert [row["verdict"] for row in three.ledger.decisions(PLACE).to_dicts() if "eiendom:1" in (row["subject"], row["other"])] == ["same"]
    assert "new" not in three.ledger.decisions(PLACE).get_column("verdict")


def stored_anyway(three: Town) -> None:
    """As two commands at the same moment, or a file of decisions, store them."""
    questions = Evening(three).questions()
    for dwelling, code in (SAME, NEW):
        answer = questions[dwelling].answer(code)
        assert answer is not None
        fields: dict[str, Any] = {name: getattr(answer, name) for name in ("kind", "subject", "other", "verdict", "value", "evidence")}
        three.ledger.add_decision(PLACE, decided_by=dwelling, **fields)


def test_opposite_answers_that_are_stored_all_the_same_are_listed_and_neither_is_used(three: Town) -> None:
    stored_anyway(three)
    decisions = three.ledger.decisions(PLACE)
    assert {(row["verdict"], row["subject"]) for row in contradictory(decisions)} == {("same", "eiendom:1"), ("new", "fdv:1")}
    night = SmallNight(three.rows, [], {}, decisions)
    assert night.merged.contradictory == (("eiendom:1", "fdv:1"),)
    assert night.merged.dwellings.height == len(three.rows)
    assert set(night.plan.items.get_column("class")) == {"review"}
    again = merge(night.rows.reverse(), none_known(), decisions, municipality())
    assert again.dwellings.equals(night.merged.dwellings)


def test_one_number_for_two_flats_of_a_list_is_refused_also_when_each_is_answered_by_itself(town: Town) -> None:
    evening = Evening(town)
    assert evening.say("fdv-a2", "H0101").outcome is AnswerOutcome.STORED
    assert [question.dwelling for question in town.open() if question.dwelling == "fdv-a2"] == []
    refused = evening.say("fdv-a4", "H0101", by="AB")
    assert (refused.outcome, refused.rivals) == (AnswerOutcome.DOUBLED, (("fdv-a2", None),))
    assert "H0101 står også på fdv-a2" in outcome_in_words(refused, municipality())
    assert evening.say("omsorg-b2", "H0101", by="AB").outcome is AnswerOutcome.STORED, "the same flat in another list"
    assert evening.say("fdv-a2", "same:omsorg-b2").outcome is AnswerOutcome.STORED, "one's own mind may change"
    assert evening.say("omsorg-b4", "H0101").outcome is AnswerOutcome.DOUBLED, "a number stays when the other side is called the same"
    assert evening.say("fdv-a4", "H0102").outcome is AnswerOutcome.STORED


def test_another_number_for_a_row_that_somebody_else_has_numbered_is_refused(town: Town) -> None:
    evening = Evening(town)
    assert evening.say("fdv-a2", "H0101").outcome is AnswerOutcome.STORED
    assert evening.say("fdv-a2", "h0101", by="AB").outcome is AnswerOutcome.ALREADY
    assert evening.say("fdv-a2", "H0102", by="AB").outcome is AnswerOutcome.OTHERWISE
    assert evening.say("fdv-a2", "H0102").outcome is AnswerOutcome.STORED
