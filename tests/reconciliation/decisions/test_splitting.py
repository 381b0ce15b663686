"""A merged home can be split by a person, for good, and what that does in Kobo is said."""

from __future__ import annotations

from reconciliation.decisions.answer_checks import AnswerOutcome, GivenAnswer, store_answers
from reconciliation.decisions.merged_homes import answers_about, homes_named, split_effect, split_question, splits_rows
from reconciliation.ledger import Ledger
from reconciliation.model.plan_actions import ONE_IN_KOBO
from tests.reconciliation.decisions.test_answer_checks import PLACE, Town
from tests.reconciliation.decisions.test_choosing import omsorg, source_keys_of


def merged_with_a_contradiction(ledger: Ledger) -> Town:
    unit = {"bruksenhetsnummer": "H0101"}
    return Town(ledger, [{**unit, "postnummer": "9920"}, omsorg("1", **unit, postnummer="9921")], [])


def test_rows_that_are_not_one_home_are_split_for_good(ledger: Ledger) -> None:
    town = merged_with_a_contradiction(ledger)
    (question,) = town.open()
    assert [row.values["postnummer"] for row in question.rows] == ["9920", "9921"]
    assert town.say(question, "split") is AnswerOutcome.STORED
    assert source_keys_of(town) == [["fdv:1"], ["omsorg:1"]]
    town.rows[1] |= {"manedsleie": 9000.0, "postnummer": "9920"}
    assert source_keys_of(town) == [["fdv:1"], ["omsorg:1"]], "whatever changes"
    assert town.open() == []


def test_of_three_rows_it_is_said_which_is_another_home(ledger: Ledger) -> None:
    town = merged_with_a_contradiction(ledger)
    town.rows.append({"source": "eiendom", "source_key": "5", "bruksenhetsnummer": "H0101"})
    (question,) = town.open()
    assert town.say(question, "split:omsorg:1") is AnswerOutcome.STORED
    assert source_keys_of(town) == [["eiendom:5", "fdv:1"], ["omsorg:1"]]


def test_a_merge_that_nobody_asked_about_is_split_by_name_and_the_row_that_leaves_waits_where_kobo_takes_one_home(ledger: Ledger) -> None:
    town = Town(ledger, [{"bruksenhetsnummer": "H0101"}, omsorg("1", bruksenhetsnummer="H0101")], [])
    (home,) = homes_named(town.night().merged.dwellings, "Storgata  1 h0101")
    question = split_question(home, town.night().rows.to_dicts(), shielded=False)
    (code,) = (answer.code for answer in question.answers)
    effect = split_effect(question, code)
    assert (effect.leaves, effect.stays, effect.same_place) == ("omsorg:1", ("fdv:1",), True)
    (stored,) = store_answers([GivenAnswer(question.id, code, "KN", "to dører")], [question], ledger, PLACE)
    assert stored.outcome is AnswerOutcome.STORED
    assert source_keys_of(town) == [["fdv:1"], ["omsorg:1"]]
    assert [town.night().item(dwelling)["reason"] for dwelling in ("fdv-1", "omsorg-1")] == [ONE_IN_KOBO] * 2
    (answer,) = answers_about(ledger.decisions(PLACE), ["omsorg:1"])
    assert splits_rows(answer)
