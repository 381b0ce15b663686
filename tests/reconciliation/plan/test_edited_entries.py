"""An entry that somebody edited in Kobo is not deleted with the row it came from, unless a person says so (law 13)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reconciliation.decisions.answer_checks import AnswerOutcome, GivenAnswer, store_answers
from reconciliation.decisions.question import Question
from reconciliation.decisions.question_lookup import Tables
from reconciliation.decisions.questions import questions
from reconciliation.ledger import open_ledger
from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.model.municipality import Municipality
from reconciliation.plan.planning import Plan, actionable, make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from reporting.clarifications import shown_questions
from tests.reconciliation.ledger.databases import Clock, new_ledger_database
from tests.strategies import MEMBERSHIPS, NIGHT, SOURCES, bases_of, links, municipality, none_known, register, standing_rows

AGREED = {"kobo_id": "k1", "bruksenhetsnummer": "H0101", "manedsleie": 5000.0, "antall_soverom": 2, "gardsnummer": 7}
EDITS: dict[str, dict[str, Any]] = {
    "a fact": {"antall_soverom": 3},
    "what case work owns": {"boligstatus": "UTLEID", "statusdato": date(2023, 10, 1)},
    "what was blank": {"bruksareal": 61.5},
    "what was cleared": {"manedsleie": None},
    "the property": {"gardsnummer": 8},
}


def house(policies: dict[str, str] | None = None) -> Municipality:
    return municipality(retire_after_nights=1).model_copy(update={"changed_in_kobo": policies or {}})


def gone(edit: dict[str, Any], decisions: pl.DataFrame | None = None, policies: dict[str, str] | None = None, **more: Any) -> Plan:
    """The plan of a night on which k1's row is in no source. bases: what was agreed, else AGREED. house: else by policies."""
    merged = merge(standing_rows(), none_known(), None, house())
    known = pl.DataFrame([("fdv", "1", "old")], schema=MEMBERSHIPS, orient="row")
    merged = type(merged)(merged.dwellings, merged.lineage, known)
    entries = register({**AGREED, **edit})
    remembered = Remembered(links(old="k1"), more.get("bases", bases_of(register(AGREED))))
    remembered = remembered if decisions is None else Remembered(remembered.links, remembered.bases, decisions)
    matches = match(merged.dwellings, entries, remembered.links, None)
    return make_plan(merged, entries, matches, Reading(frozenset(SOURCES)), remembered, more.get("house", house(policies)), NIGHT)


def asked(plan: Plan, edit: dict[str, Any], decisions: pl.DataFrame, shielded: tuple[str, ...] = ()) -> list[Question]:
    merged = merge(standing_rows(), none_known(), None, house())
    entries = register({**AGREED, **edit})
    matches = match(merged.dwellings, entries, links(old="k1"), None)
    return questions(Tables(merged.dwellings, plan.items, matches, merged.lineage, standing_rows(), entries, shielded), decisions)


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_what_was_edited_waits_for_a_person_and_what_was_not_goes(edit: dict[str, Any]) -> None:
    assert actionable(gone({})).get_column("class").to_list() == ["retire"]
    plan = gone(edit)
    assert actionable(plan).is_empty()
    (item,) = plan.items.to_dicts()
    assert (item["held"], {field["field"] for field in json.loads(item["details"])["edited"]}) == ("edited_in_kobo", set(edit))


def test_an_edit_of_a_field_that_the_municipality_writes_back_holds_nothing_up() -> None:
    assert not actionable(gone({"manedsleie": 6000.0}, policies={"manedsleie": "source"})).is_empty()
    assert not actionable(gone({"manedsleie": 6000.0}, bases=bases_of(register()))).is_empty(), "what was agreed is not known"


def test_what_an_exported_file_cannot_hold_counts_as_not_edited() -> None:
    """No area, rents without decimals, nothing for a no: so is an entry shown by a file, whatever was sent."""
    sent = {**AGREED, "bruksareal": 61.5, "manedsleie": 5000.4, "er_bofellesskap": False}
    file = house().model_copy(update={"register_": house().register_.model_copy(update={"see": "export"})})
    agreed = bases_of(register(sent))
    assert actionable(gone({}, bases=agreed, house=file)).get_column("class").to_list() == ["retire"]
    assert actionable(gone({"antall_soverom": 3}, bases=agreed, house=file)).is_empty()
    assert actionable(gone({}, bases=agreed)).is_empty(), "seen entry by entry, its area was cleared"


@pytest.mark.parametrize(("answer", "guard"), [("remove", None), ("keep", "stays_in_kobo")])
def test_the_answer_is_carried_out_and_asked_again_when_it_is_edited_again(tmp_path: Path, answer: str, guard: str | None) -> None:
    edit = {"antall_soverom": 3}
    with open_ledger(new_ledger_database("sqlite", tmp_path), tmp_path, Clock()) as ledger:
        (question,) = asked(gone(edit), edit, ledger.decisions("vik"))
        shown = shown_questions(question, house(), {})
        assert "antall soverom fra 2 til 3" in shown.question
        assert "H0101" in shown.address
        (taken,) = store_answers([GivenAnswer(question.id, answer, "KN")], [question], ledger, "vik")
        assert taken.outcome is AnswerOutcome.STORED
        made = ledger.decisions("vik")
    plan = gone(edit, made)
    assert plan.items.get_column("held").to_list() == [guard]
    assert asked(gone(edit), edit, made)[0].decided_code == answer
    assert gone({"antall_soverom": 4}, made).items.get_column("held").to_list() == ["edited_in_kobo"]


def test_of_a_shielded_home_neither_place_nor_property_is_asked_with_its_values() -> None:
    edit = {"gardsnummer": 8}
    (question,) = asked(gone(edit), edit, pl.DataFrame(schema=Remembered(links()).decisions.schema), ("old",))
    shown = shown_questions(question, house(), {})
    assert question.secret
    assert "8" not in shown.question
    assert "Storgata" not in json.dumps([shown.address, [dict(side.values) for side in shown.sides]], default=str)
