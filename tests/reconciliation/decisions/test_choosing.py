"""One question for each dwelling in doubt, with all its candidates; what the answers do the next night."""

from __future__ import annotations

from typing import Any

import polars as pl

from language import message, stored
from reconciliation.decisions.answer_checks import AnswerOutcome, GivenAnswer, store_answers
from reconciliation.decisions.question import ENTRY, FIELD, MERGE, UNIT, CandidateKind
from reconciliation.ledger import Ledger
from reconciliation.merge.doubtful_pairs import MOST
from reconciliation.model.tables import DEVIATIONS
from reporting.asked_in_words import asked_in_words
from tests.reconciliation.decisions.nights import SmallNight
from tests.reconciliation.decisions.test_answer_checks import PLACE, Town, asked
from tests.strategies import municipality

UNITS = ("H0101", "H0102", "H0201")
Row = dict[str, Any]


def omsorg(key: str, **values: Any) -> Row:
    return {"source": "omsorg", "source_key": key, **values}


def block(*others: Row) -> list[Row]:
    return [*({"bruksenhetsnummer": unit} for unit in UNITS), *others]


def source_keys_of(town: Town) -> list[list[str]]:
    return town.night().merged.dwellings.get_column("source_keys").to_list()


def test_a_row_without_a_unit_number_is_one_question_whatever_the_block_holds(ledger: Ledger) -> None:
    town = Town(ledger, block(omsorg("1"), omsorg("2")), [])
    assert [(question.dwelling, len(question.candidates)) for question in town.open()] == [("omsorg-1", 3), ("omsorg-2", 3)]
    first, _ = town.open()
    assert town.say(first, "same:fdv-2") is AnswerOutcome.STORED
    assert ["fdv:2", "omsorg:1"] in source_keys_of(town)
    assert [question.dwelling for question in town.open()] == ["omsorg-2"]


def test_none_of_these_is_one_answer_that_is_obeyed_for_each_of_them(ledger: Ledger) -> None:
    town = Town(ledger, block(omsorg("1")), [])
    (question,) = town.open()
    assert town.say(question, "different") is AnswerOutcome.STORED
    assert ledger.decisions("vik").height == 3
    assert ["omsorg:1"] in source_keys_of(town)
    (number,) = town.open()
    assert (number.about, number.dwelling) == (UNIT, "omsorg-1"), "it is none of these, but which flat it is has not been said"
    assert town.say(number, "new") is AnswerOutcome.STORED
    assert town.open() == []
    assert town.night().item("omsorg-1")["class"] == "create"


def test_the_unit_number_may_be_written_and_joins_what_has_it(ledger: Ledger) -> None:
    town = Town(ledger, block(omsorg("1")), [])
    (question,) = town.open()
    assert question.fills_unit
    assert town.say(question, "H02") is AnswerOutcome.ILLEGAL
    assert town.say(question, "h 0201") is AnswerOutcome.STORED
    assert ["fdv:3", "omsorg:1"] in source_keys_of(town)
    town.rows[-1]["bruksareal"] = 40.0
    assert [each.dwelling for each in town.open()] == [], "a row that is known stays where it was put"


def test_a_number_that_no_other_row_has_is_the_row_s_own_and_ends_the_question(ledger: Ledger) -> None:
    """Its list says H0101 on the third floor; it is H0302, which is in no list. The homes beside it are in Kobo and stay in sync."""
    flats = [{"bruksenhetsnummer": unit, "bruksareal": 49.0} for unit in ("H0101", "H0301")]
    row = omsorg("1", bruksenhetsnummer="H0101", etasjenummer=3, bruksareal=49.0)
    entries = [{"kobo_id": f"k{at}", **flat} for at, flat in enumerate(flats, start=1)]
    town = Town(ledger, [*flats, row], entries, **{"fdv-1": "k1", "fdv-2": "k2"})
    (question,) = town.open()
    assert (question.dwelling, {candidate.name for candidate in question.candidates}) == ("omsorg-1", {"fdv-1", "fdv-2"})
    assert town.say(question, "H0302") is AnswerOutcome.STORED
    night = town.night()
    assert night.item("omsorg-1")["class"] == "create"
    assert [night.item(name)["class"] for name in ("fdv-1", "fdv-2")] == ["in_sync", "in_sync"]
    assert town.open() == []
    town.rows.append({"bruksenhetsnummer": "H0303", "bruksareal": 49.0})
    assert town.open() == []


def test_a_house_without_unit_numbers_is_asked_as_one_form(ledger: Ledger) -> None:
    town = Town(ledger, [{"leilighetsnummer": str(label)} for label in (1, 2, 3)], [])
    assert [(each.about, each.house) for each in town.open()] == [(UNIT, "9902|storgata|1|")] * 3
    for question, unit in zip(town.open(), UNITS, strict=True):
        assert town.say(question, unit) is AnswerOutcome.STORED
    assert town.open() == []
    assert sorted(town.night().merged.dwellings.get_column("bruksenhetsnummer")) == sorted(UNITS)


def test_the_entry_that_a_row_may_be_is_a_choice_while_its_number_is_asked_for_and_gives_it_its_number(ledger: Ledger) -> None:
    """The row gives floor 4 and the number H0101; Kobo has H0401 with its rent."""
    rows = [
        {"bruksenhetsnummer": "H0101", "etasjenummer": 4, "antall_soverom": 2, "manedsleie": 7200.0},
        {"bruksenhetsnummer": "H0201", "etasjenummer": 2, "antall_soverom": 3, "manedsleie": 9300.0},
    ]
    upstairs = {"kobo_id": "k2", "bruksenhetsnummer": "H0201", "antall_soverom": 3, "manedsleie": 9300.0}
    town = Town(ledger, rows, [{"kobo_id": "k1", "bruksenhetsnummer": "H0401", "antall_soverom": 2, "manedsleie": 7200.0}, upstairs])
    (question,) = town.open()
    assert (question.about, [(each.name, each.kind) for each in question.candidates]) == (UNIT, [("k1", CandidateKind.ENTRY)])
    assert town.say(question, "same:k1") is AnswerOutcome.STORED
    item = town.night().item("fdv-1")
    assert (item["class"], item["kobo_id"], item["match_key"]) == ("update", "k1", "decision")
    assert town.open() == []


SLID = [
    {"bruksenhetsnummer": "H0101", "bruksareal": 41.0, "manedsleie": 5900.0, "antall_soverom": 1},
    {"bruksenhetsnummer": "H0201", "bruksareal": 66.0, "manedsleie": 7800.0, "antall_soverom": 3},
    omsorg("1", bruksenhetsnummer="H0201", bruksareal=41.0, manedsleie=5900.0, antall_soverom=1),
]


def test_a_row_whose_number_is_in_doubt_is_asked_about_once_with_homes_entries_and_a_number_to_write(ledger: Ledger) -> None:
    entry = {"kobo_id": "k1", "bruksenhetsnummer": "H0201", "manedsleie": 5900.0, "antall_soverom": 1}
    town = Town(ledger, [dict(row) for row in SLID], [entry])
    (question,) = (each for each in town.open() if each.dwelling == "fdv-1")
    kinds = {each.name: each.kind for each in question.candidates}
    assert kinds == {"omsorg-1": CandidateKind.OURS, "k1": CandidateKind.ENTRY}
    assert (question.about, question.reason, question.fills_unit) == (MERGE, "number_in_doubt", True)
    assert town.say(question, "H0101") is AnswerOutcome.BLANK, "the number that it has already tells nothing"
    assert town.say(question, "H0301") is AnswerOutcome.STORED
    night = town.night()
    assert night.merged.dwellings.row(by_predicate=pl.col("leverandor_bolig_id") == "fdv-1", named=True)["bruksenhetsnummer"] == "H0301"


def test_one_answer_rules_out_homes_and_entries_and_an_answer_from_before_entries_were_shown_holds(ledger: Ledger) -> None:
    town = Town(ledger, [dict(row) for row in SLID], [])
    (question,) = (each for each in town.open() if each.dwelling == "fdv-1")
    assert town.say(question, "unsure") is AnswerOutcome.STORED
    town.entries = [{"kobo_id": "k1", "bruksenhetsnummer": "H0201", "manedsleie": 5900.0, "antall_soverom": 1}]
    (beside,) = (each for each in town.questions() if each.dwelling == "fdv-1")
    assert (beside.decided_code, len(beside.candidates)) == ("unsure", 2)
    assert town.say(beside, "new") is AnswerOutcome.STORED
    for _ in range(2):
        assert [each.dwelling for each in town.open() if "fdv-1" in (each.dwelling, *(other.name for other in each.candidates))] == []
        assert town.night().item("fdv-1")["class"] == "create"


def test_a_mind_that_changes_from_an_entry_leaves_nothing_of_the_first_answer(ledger: Ledger) -> None:
    town = Town(ledger, block(omsorg("1", manedsleie=5000.0)), [{"kobo_id": "k1", "bruksenhetsnummer": "H0301", "manedsleie": 5000.0}])
    night = town.night()
    (question,) = (each for each in asked(night, ledger.decisions(PLACE)) if each.dwelling == "omsorg-1")
    assert say(night, ledger, "omsorg-1", "same:k1") is AnswerOutcome.STORED
    assert say(night, ledger, "omsorg-1", "same:fdv-2") is AnswerOutcome.STORED
    assert ["fdv:2", "omsorg:1"] in source_keys_of(town)
    assert town.night().item("fdv-2")["kobo_id"] is None
    assert question.id not in [each.id for each in town.open()]


def test_of_a_crowded_house_the_flats_that_agree_most_are_among_the_choices(ledger: Ledger) -> None:
    flats = [{"leilighetsnummer": str(n), "bruksareal": 48.0, "etasjenummer": 1 + n // 13, "manedsleie": 7800.0} for n in range(1, 25)]
    care = omsorg("a", leilighetsnummer="24", bruksareal=48.0, etasjenummer=2)
    dwellings = Town(ledger, [*flats, care], []).night().merged.dwellings
    choices = dwellings.filter(pl.col("leverandor_bolig_id") == "omsorg-a")["candidates"][0]
    assert len(choices) == MOST
    assert "fdv-24" in choices


def test_where_the_official_register_has_several_units_exactly_those_are_offered(ledger: Ledger) -> None:
    town = Town(ledger, [{"leilighetsnummer": "1"}, {"leilighetsnummer": "2"}], [])
    stored_message = stored(message("rule_texts.B06W.required"), message("row_numbers.units_there", units=["H0101", "H0102"]))
    rows = [{"source": "fdv", "source_key": key, "rule": "B06W", "severity": "warning", "message": stored_message} for key in ("1", "2")]
    town.deviations = pl.DataFrame(rows, schema=DEVIATIONS)
    first, second = town.open()
    assert [choice.value for choice in first.answers if choice.code.startswith("value:")] == ['"H0101"', '"H0102"']
    assert not first.free
    assert town.say(first, "H0201") is AnswerOutcome.ILLEGAL
    assert town.say(first, 'value:"H0102"') is AnswerOutcome.STORED
    assert town.say(second, 'value:"H0101"') is AnswerOutcome.STORED
    assert town.open() == []
    assert sorted(town.night().merged.dwellings["bruksenhetsnummer"]) == ["H0101", "H0102"]


def two_offices(ledger: Ledger) -> Town:
    flats = [{"leilighetsnummer": str(label), "bruksareal": 50.0} for label in (1, 2, 3)]
    return Town(ledger, [*flats, *(omsorg(str(4 - at), **flat) for at, flat in enumerate(flats, start=1))], [])


def say(night: SmallNight, ledger: Ledger, dwelling: str, code: str) -> AnswerOutcome:
    """One of several answers between two nights."""
    questions = asked(night, ledger.decisions(PLACE))
    (question,) = (question for question in questions if question.dwelling == dwelling)
    (checked,) = store_answers([GivenAnswer(question.id, code, "KN")], questions, ledger, PLACE)
    return checked.outcome


BOTH_OFFICES = [["fdv:1", "omsorg:1"], ["fdv:2", "omsorg:2"], ["fdv:3", "omsorg:3"]]


def test_two_offices_with_the_same_flats_are_asked_about_each_pair_once_and_every_question_can_be_answered_same(ledger: Ledger) -> None:
    town = two_offices(ledger)
    night = town.night()
    open_now = asked(night, ledger.decisions(PLACE))
    assert [question.about for question in open_now] == [MERGE] * 6
    assert all(question.answer(f"same:{candidate.name}") for question in open_now for candidate in question.candidates)
    for flat in "123":
        assert say(night, ledger, f"fdv-{flat}", f"same:omsorg-{flat}") is AnswerOutcome.STORED
    assert all(question.decided for question in asked(night, ledger.decisions(PLACE))), "the pair is not asked about from its other side"
    assert sorted(source_keys_of(town)) == BOTH_OFFICES


def test_a_house_is_settled_by_one_round_of_unit_numbers(ledger: Ledger) -> None:
    town = two_offices(ledger)
    night = town.night()
    for question in asked(night, ledger.decisions(PLACE)):
        assert say(night, ledger, question.dwelling, f"H010{question.rows[0].values['leilighetsnummer']}") is AnswerOutcome.STORED
    assert sorted(len(keys) for keys in source_keys_of(town)) == [2, 2, 2]
    assert town.open() == []
    assert set(town.night().plan.items.get_column("class")) == {"create"}


def test_two_rows_of_one_list_cannot_both_be_the_same_as_a_third_row_and_a_mind_may_change(ledger: Ledger) -> None:
    town = two_offices(ledger)
    night = town.night()
    assert say(night, ledger, "fdv-1", "same:omsorg-1") is AnswerOutcome.STORED
    assert say(night, ledger, "fdv-2", "same:omsorg-1") is AnswerOutcome.TWO_SAME
    assert say(night, ledger, "fdv-1", "same:omsorg-2") is AnswerOutcome.STORED
    assert ["fdv:1", "omsorg:2"] in source_keys_of(town), "the answer before is taken back"


def test_an_entry_that_two_dwellings_may_be_is_one_question(ledger: Ledger) -> None:
    measures = {"antall_soverom": 1, "manedsleie": 6600.0, "nummer": 40}
    large = {"antall_soverom": 2, "manedsleie": 8300.0, "nummer": 40}
    town = Town(
        ledger,
        [{"bruksenhetsnummer": "H0201", **large}, {"bruksenhetsnummer": "H0202", **measures}],
        [{"kobo_id": "k1", "bruksenhetsnummer": "H0202", **large}],
    )
    (question,) = town.open()
    assert (question.about, question.dwelling, question.holds_up) == (ENTRY, "k1", 2)
    assert town.say(question, "same:fdv-1") is AnswerOutcome.STORED
    night = town.night()
    assert night.item("fdv-1")["kobo_id"] == "k1"
    # Until the entry says H0201, Kobo would refuse a second H0202.
    assert (night.item("fdv-2")["class"], night.item("fdv-2")["reason"]) == ("review", "one_in_kobo")


def test_an_answer_to_another_question_is_not_called_an_earlier_one(ledger: Ledger) -> None:
    """Two lists spell the street otherwise: the rows were called the same home, and now it is asked which name is right."""
    row = {"bruksenhetsnummer": "H0201", "bruksareal": 58.0, "gardsnummer": 31, "bruksnummer": 7}
    town = Town(ledger, [{"adressenavn": "Ospestien", **row}, omsorg("1", adressenavn="Gamle Ospestien", **row)], [])
    (same_home,) = town.open()
    assert town.say(same_home, "same") is AnswerOutcome.STORED
    (name,) = town.open()
    assert (name.about, name.field, name.before) == (FIELD, "adressenavn", None)
    assert town.say(name, "take:fdv") is AnswerOutcome.STORED
    town.rows[1]["adressenavn"] = "Ospestubben"
    before = [question.before for question in town.open() if question.about == FIELD]
    assert [earlier and earlier["verdict"] for earlier in before] == ["take"]


def test_a_question_that_was_answered_on_other_evidence_says_what_was_answered_and_by_whom(ledger: Ledger) -> None:
    town = Town(ledger, block(omsorg("1")), [])
    (question,) = town.open()
    assert town.say(question, "different") is AnswerOutcome.STORED
    town.rows[-1]["bruksareal"] = 44.0
    (again,) = town.open()
    assert "Svart før: «Ikke samme» av KN" in asked_in_words(again, municipality())
    assert town.say(again, "different") is AnswerOutcome.STORED
