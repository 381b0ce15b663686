"""An answer "new" is about what was shown, and about what Kobo takes."""

from __future__ import annotations

from typing import Any

import pytest

from reconciliation.decisions.answer_checks import AnswerOutcome
from reconciliation.decisions.question import CandidateKind
from reconciliation.decisions.withdraw import withdraw
from reconciliation.ledger import Ledger
from reconciliation.model.known_decisions import new_beside
from reporting.clarifications import copies_in_source, settled_in_source
from reporting.offered_answers import labels
from tests.reconciliation.decisions.test_answer_checks import PLACE, Town, asked
from tests.strategies import municipality

FLAT = {"bruksareal": 45.0, "manedsleie": 7300.0}
FLATS = [
    {"source_key": "1", "leilighetsnummer": "1", **FLAT},
    {"source_key": "2", "leilighetsnummer": "2", "bruksareal": 60.0, "manedsleie": 8300.0},
]
LATE: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any], dict[str, Any]]] = {
    "no candidate, and then another list's row": (
        [FLATS[0], {**FLATS[1], "bruksenhetsnummer": "H0102"}],
        [],
        {"source": "omsorg", "source_key": "9", "bruksenhetsnummer": "H0101", **FLAT},
        {},
    ),
    "a candidate, and then a third list's row": (
        [{"bruksenhetsnummer": "H0101", **FLAT}, {"source": "omsorg", "source_key": "7", "bruksenhetsnummer": "H0102", **FLAT}],
        [],
        {"source": "eiendom", "source_key": "9", "bruksenhetsnummer": "H0201", **FLAT},
        {},
    ),
    "an entry, and then another entry": (
        [{"antall_soverom": 1, "manedsleie": 7300.0}],
        [{"kobo_id": "k1", "bruksenhetsnummer": "H0101", "antall_soverom": 4}],
        {},
        {"kobo_id": "k2", "bruksenhetsnummer": "H0102", "manedsleie": 7300.0},
    ),
}


@pytest.mark.parametrize("case", LATE.values(), ids=LATE.keys())
def test_new_is_said_beside_what_was_shown_and_what_comes_later_is_asked_about(case: Any, ledger: Ledger) -> None:
    rows, entries, late_row, late_entry = case
    town = Town(ledger, list(rows), list(entries))
    for question in town.open():
        assert town.say(question, "new", evidence=question.evidence) is AnswerOutcome.STORED
    assert town.open() == []
    assert set(town.night().plan.items.get_column("class")) >= {"create"}
    town.rows += [late_row] if late_row else []
    town.entries += [late_entry] if late_entry else []
    again = town.open()
    assert again
    late = f"{late_row['source']}-" if late_row else "k2"
    assert all(late in question.dwelling or any(late in candidate.name for candidate in question.candidates) for question in again)
    for question in again:
        town.say(question, "new")
    assert town.open() == []


def test_two_homes_that_kobo_takes_for_one_are_asked_for_their_unit_numbers_and_not_sent(ledger: Ledger) -> None:
    """Kobo holds one dwelling for an address, unit number and lease reference; it refused the second one every night."""
    town = Town(ledger, [dict(row) for row in FLATS], [])
    for key in ("fdv:1", "fdv:2"):  # as it could be answered before
        ledger.add_decision(PLACE, kind="merge", subject=key, verdict="new", value=new_beside(()), decided_by="KN")
    night = town.night()
    assert set(night.plan.items.select("class", "reason").rows()) == {("review", "one_in_kobo")}
    again = town.open()
    assert [(question.about, [answer.code for answer in question.answers]) for question in again] == [("unit", ["unsure"])] * 2
    assert town.say(again[0], 'value:"H0101"') is AnswerOutcome.STORED
    assert sorted(town.night().plan.items.get_column("class")) == ["create", "create"]


def test_new_is_an_answer_only_where_no_other_home_at_the_address_lacks_its_number(ledger: Ledger) -> None:
    """Kobo takes one without a number: said of each of them, none was registered, and all were asked about again."""
    beside = {"source": "omsorg", "source_key": "9", **FLAT}
    town = Town(ledger, [*(dict(row) for row in FLATS), beside], [])
    asked_for = town.open()
    assert {question.dwelling for question in asked_for} == {"fdv-1", "fdv-2", "omsorg-9"}
    assert {label for question in asked_for for label in labels(question, municipality())}.isdisjoint({"Ny bolig"})
    assert town.say(asked_for[0], "new") is AnswerOutcome.ILLEGAL
    for dwelling, unit in (("fdv-1", "H0101"), ("omsorg-9", "H0101")):
        (question,) = (each for each in town.open() if each.dwelling == dwelling)
        assert town.say(question, unit) is AnswerOutcome.STORED
    (last,) = town.open()
    assert town.say(last, "new") is AnswerOutcome.STORED
    assert set(town.night().plan.items.get_column("class")) == {"create"}


def test_an_entry_that_a_person_called_another_home_is_not_taken_over_by_sending_the_same_number(ledger: Ledger) -> None:
    town = Town(ledger, [{"bruksenhetsnummer": "H0101", "antall_soverom": 1, "manedsleie": 5000.0}], [])
    town.entries = [{"kobo_id": "k1", "bruksenhetsnummer": "H0101", "antall_soverom": 4, "manedsleie": 9000.0}]
    (question,) = town.open()
    town.say(question, "new")
    item = town.night().item()
    assert (item["class"], item["reason"]) == ("review", "one_in_kobo")
    assert town.open() == []
    (settled,) = settled_in_source(town.night().plan.items, town.night().merged.dwellings, ())
    assert "Kobo tar imot én bolig" in settled[1]


def test_new_that_is_taken_back_is_asked_again_beside_all_that_was_shown(ledger: Ledger) -> None:
    town = Town(ledger, list(LATE["a candidate, and then a third list's row"][0]), [])
    night = town.night()
    (question,) = asked(night, ledger.decisions(PLACE))
    town.say(question, "new")
    (given,) = asked(night, ledger.decisions(PLACE))
    assert given.decided_code == "new"
    assert withdraw(given, ledger, PLACE, "KN") == 1
    assert [again.id for again in town.open()] == [question.id]


def test_an_answer_holds_when_the_yearly_rents_come(ledger: Ledger) -> None:
    rows = [{**FLATS[0], "manedsleie": 7300.0}, dict(FLATS[1])]
    town = Town(ledger, rows, [])
    for question, number in zip(town.open(), ("H0101", "H0102"), strict=True):
        assert town.say(question, f'value:"{number}"') is AnswerOutcome.STORED
    assert (town.open(), sorted(town.night().plan.items.get_column("class"))) == ([], ["create", "create"])
    for row in town.rows:
        row["manedsleie"] *= 1.04
    night = town.night()
    assert (town.open(), set(night.merged.dwellings["bruksenhetsnummer"])) == ([], {"H0101", "H0102"})


@pytest.mark.parametrize(("code", "classes"), [("same", ["review", "review"]), ("different", ["create", "create"])])
def test_a_row_that_is_a_copy_waits_until_it_is_taken_out_of_its_list(code: str, classes: list[str], ledger: Ledger) -> None:
    copied = {"bruksenhetsnummer": "H0101", **FLAT}
    town = Town(ledger, [{"source_key": "1", **copied}, {"source_key": "2", "bokstav": "B", **copied}], [])
    (question,) = town.open()
    assert {answer.code for answer in question.answers} == {"same", "different", "unsure", "new"}
    assert town.say(question, code) is AnswerOutcome.STORED
    night = town.night()
    assert night.merged.dwellings.height == 2
    assert night.plan.items.get_column("class").to_list() == classes
    assert town.open() == []
    town.rows.pop()
    assert town.night().item()["class"] == "create"


def test_an_older_copy_without_a_number_is_called_a_copy_and_waits_until_it_is_taken_out_of_its_list(ledger: Ledger) -> None:
    """Last year's rent, and no unit number: "new" would register the home twice."""
    row = {"bruksenhetsnummer": "H0101", **FLAT}
    stale = {"source_key": "2", **FLAT, "manedsleie": 6900.0}
    other = {"source": "omsorg", "source_key": "7", "bruksenhetsnummer": "H0102"}
    town = Town(ledger, [{"source_key": "1", **row}, stale, other], [])
    (question,) = (each for each in town.open() if each.dwelling == "fdv-2")
    assert [(each.name, each.kind) for each in question.candidates] == [
        ("omsorg-7", CandidateKind.OURS),
        ("fdv-1", CandidateKind.COPIED),
    ]
    assert list(labels(question, municipality()))[1] == "Kopi av B (fjernes i listen)"
    assert town.say(question, "same:fdv-1") is AnswerOutcome.STORED
    for _ in range(2):
        night = town.night()
        assert town.open() == []
        assert {name: night.item(name)["class"] for name in ("fdv-1", "fdv-2", "omsorg-7")} == {
            "fdv-1": "create",
            "fdv-2": "review",
            "omsorg-7": "create",
        }
    ((owner, sentence),) = copies_in_source(town.questions(), town.night().merged.dwellings)
    assert (owner, "kopi av raden 1 i samme liste" in sentence) == (question.owner, True)
    town.rows.remove(stale)
    assert town.open() == []
    assert set(town.night().plan.items.get_column("class")) == {"create"}


def test_a_copy_is_offered_as_its_own_list_has_the_row_although_another_list_measured_the_home_otherwise(ledger: Ledger) -> None:
    ours = {"source": "omsorg", "source_key": "1", "bruksenhetsnummer": "H0101", **FLAT}
    stale = {"source": "omsorg", "source_key": "2", **FLAT, "manedsleie": 7080.0}
    measured = {"source_key": "7", "bruksenhetsnummer": "H0101", "bruksareal": 46.5}
    town = Town(ledger, [ours, stale, measured, {"source_key": "8", "bruksenhetsnummer": "H0102"}], [])
    for answer in ("different", None):
        (question,) = (each for each in town.open() if each.dwelling == "omsorg-2")
        assert [each.name for each in question.candidates if each.kind is CandidateKind.COPIED] == ["fdv-7"]
        assert any(label.startswith("Kopi av") for label in labels(question, municipality()))
        if answer:
            assert town.say(question, answer) is AnswerOutcome.STORED


def test_a_row_on_the_parcel_of_another_lists_entry_is_asked_about_and_same_makes_the_two_rows_one_home(ledger: Ledger) -> None:
    """The street was renamed in one list. Only the register and that list know the parcel."""
    parcel = {"gardsnummer": 12, "bruksnummer": 1030}
    home = {"bruksenhetsnummer": "H0101", "bruksareal": 48.0}
    rows = [{**home, "manedsleie": 6540.0}, {**home, **parcel, "source": "omsorg", "adressenavn": "Gamle Samvirkegata", "nummer": 5}]
    town = Town(ledger, rows, [{"kobo_id": "k1", "bruksenhetsnummer": "H0101", "manedsleie": 6540.0, **parcel}])
    (question,) = town.open()
    assert (question.dwelling, [each.name for each in question.candidates]) == ("omsorg-2", ["k1"])
    assert town.say(question, "same") is AnswerOutcome.STORED
    for _ in range(2):
        night = town.night()
        assert night.merged.dwellings.get_column("source_keys").to_list() == [["fdv:1", "omsorg:2"]]
        assert night.plan.items.filter(night.plan.items["class"].is_in(["create", "review"])).is_empty()
