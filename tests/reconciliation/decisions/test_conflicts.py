"""Keep, take and replace: what a person said of a conflict is done, as long as it is the same conflict."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import polars as pl
import pytest

from reconciliation.decisions.conflicts import as_sent
from reconciliation.decisions.field_evidence import AGREED, evidence_of_absence, evidence_of_conflict, evidence_of_sources
from reconciliation.decisions.question_lookup import Tables
from reconciliation.decisions.questions import questions
from reconciliation.model.plan_actions import REPLACE_DECIDED
from reconciliation.model.reasons import english
from reconciliation.plan.planning import actionable
from tests.reconciliation.decisions.nights import SmallNight, decided
from tests.strategies import MEMBERSHIPS, bases_of, register

UNIT = {"bruksenhetsnummer": "H0101"}
ENTRY = {"kobo_id": "k1", "leverandor_bolig_id": "fdv-1", "boligtype": "ORDINAR_BOLIG"}
LINKED = {"fdv-1": "k1"}


def decision_on(
    verdict: str, field: str = "bruksenhetsnummer", ours: str = "H0102", theirs: str = "H0101", kobo_id: str = "k1"
) -> dict[str, Any]:
    evidence = evidence_of_conflict(field, {AGREED: ours}, kobo_id, theirs)
    return {"subject": "fdv-1", "field": field, "verdict": verdict, "evidence": evidence}


def night(*made: dict[str, Any], ours: dict[str, Any] | None = None, theirs: dict[str, Any] | None = None) -> SmallNight:
    row = {"bruksenhetsnummer": "H0102", **(ours or {})}
    return SmallNight([row], [{**ENTRY, **UNIT, **(theirs or {})}], LINKED, decided(*made))


def test_without_a_decision_it_stays_a_conflict_and_nothing_is_done() -> None:
    assert night().item()["class"] == "conflict"
    assert actionable(night().plan).is_empty()


def test_what_is_kept_is_no_difference_any_more_and_who_said_so_is_reported() -> None:
    item = night(decision_on("keep")).item()
    assert (item["class"], item["reason"], item["changes"]) == ("in_sync", "kept", "[]")
    expected = {"field": "bruksenhetsnummer", "verdict": "keep", "by": "boligkontoret", "date": "2023-11-02"}
    assert json.loads(item["details"])["decided"] == [expected]


def test_a_kept_address_does_not_keep_the_rent_from_being_corrected() -> None:
    item = night(decision_on("keep"), ours={"manedsleie": 6000.0}, theirs={"manedsleie": 5000.0}).item()
    assert item["class"] == "update"
    assert [change["field"] for change in json.loads(item["changes"])] == ["manedsleie"]


CHANGED = {
    "our value": {"ours": {"bruksenhetsnummer": "H0103"}},
    "Kobo's value": {"theirs": {"bruksenhetsnummer": "H0104"}},
}


@pytest.mark.parametrize("verdict", ["keep", "replace"])
@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED.keys())
def test_a_decision_is_asked_for_again_only_when_its_evidence_changed(verdict: str, change: dict[str, Any]) -> None:
    assert night(decision_on(verdict), ours={"manedsleie": 1.0}).item()["reason"] in ("kept", "fields_differ", REPLACE_DECIDED)
    changed = night(decision_on(verdict), **change)
    assert changed.item()["class"] == "conflict"
    assert actionable(changed.plan).is_empty()


def test_a_new_entry_in_the_register_is_a_new_question() -> None:
    assert night(decision_on("replace", kobo_id="k0")).item()["reason"] == "fields_differ"


def test_one_field_decided_of_two_still_waits_for_a_person() -> None:
    item = night(decision_on("replace"), theirs={"postnummer": "9999"}).item()
    assert (item["class"], item["reason"]) == ("conflict", "fields_differ")
    assert json.loads(item["details"])["fields"] == ["postnummer"]
    assert actionable(night(decision_on("replace"), theirs={"postnummer": "9999"}).plan).is_empty()


def test_replaced_with_one_field_kept_sends_the_kept_value_and_what_only_kobo_knows() -> None:
    post = decision_on("keep", "postnummer", "9920", "9999")
    made = night(decision_on("replace"), post, theirs={"postnummer": "9999", "etasjenummer": 3})
    item = made.item()
    assert (item["class"], item["reason"]) == ("conflict", REPLACE_DECIDED)
    assert actionable(made.plan).height == 1
    sent = as_sent(made.plan.items, made.merged.dwellings, made.register).row(0, named=True)
    assert {name: sent[name] for name in ("bruksenhetsnummer", "postnummer", "etasjenummer")} == {
        "bruksenhetsnummer": "H0102",
        "postnummer": "9999",
        "etasjenummer": 3,
    }


def test_the_digest_covers_what_a_replacement_sends() -> None:
    digests = {night(decision_on("replace"), theirs={"etasjenummer": floor}).plan.digest for floor in (1, 2)}
    assert len(digests) == 2


def test_the_last_word_holds() -> None:
    assert night(decision_on("replace"), decision_on("keep")).item()["reason"] == "kept"
    assert night(decision_on("keep"), decision_on("replace")).item()["reason"] == REPLACE_DECIDED


SOURCES_APART: list[dict[str, Any]] = [
    {"bruksenhetsnummer": "H0101", "leilighetsnummer": "3", "manedsleie": 1.0},
    {"source": "omsorg", "source_key": "7", "bruksenhetsnummer": "H0102", "leilighetsnummer": "3"},
]


def take(source: str, **values: str) -> dict[str, Any]:
    evidence = evidence_of_sources("bruksenhetsnummer", values)
    return {"subject": "fdv-1", "field": "bruksenhetsnummer", "verdict": "take", "value": source, "evidence": evidence}


def test_a_source_that_is_taken_wins_and_the_contradiction_is_settled() -> None:
    known = pl.DataFrame([("fdv", "1", "fdv-1"), ("omsorg", "7", "fdv-1")], schema=MEMBERSHIPS, orient="row")
    first = SmallNight(SOURCES_APART, [], known=known)
    assert first.item()["reason"] == "sources_disagree"
    second = SmallNight(SOURCES_APART, [], decisions=decided(take("omsorg", fdv="H0101", omsorg="H0102")), known=known)
    assert second.item()["class"] == "create"
    assert second.merged.dwellings.get_column("bruksenhetsnummer").to_list() == ["H0102"]
    moved = [SOURCES_APART[0], {**SOURCES_APART[1], "bruksenhetsnummer": "H0103"}]
    third = SmallNight(moved, [], decisions=decided(take("omsorg", fdv="H0101", omsorg="H0102")), known=known)
    assert third.item()["reason"] == "sources_disagree", "the evidence changed"


def test_a_house_with_and_without_a_letter_is_asked_with_both_to_choose_from() -> None:
    rows: list[dict[str, Any]] = [{"bruksenhetsnummer": "H0101", "bokstav": "A"}, {"source": "omsorg", "source_key": "7"}]
    same = {"kind": "merge", "subject": "fdv:1", "other": "omsorg:7", "verdict": "same"}
    first = SmallNight(rows, [], decisions=decided(same))
    assert first.item()["reason"] == "sources_disagree"
    merged = first.merged
    tables = Tables(merged.dwellings, first.plan.items, first.matches, merged.lineage, first.rows, register(), ())
    (asked,) = questions(tables, decided(same))
    assert (asked.field, asked.values_by_source) == ("bokstav", {"fdv": "A", "omsorg": None})
    (chosen,) = (answer for answer in asked.answers if answer.code == "take:omsorg")
    decision = {"subject": "fdv-1", "field": "bokstav", "verdict": "take", "value": "omsorg", "evidence": chosen.evidence}
    known = pl.DataFrame([("fdv", "1", "fdv-1"), ("omsorg", "7", "fdv-1")], schema=MEMBERSHIPS, orient="row")
    second = SmallNight(rows, [], decisions=decided(same, decision), known=known)
    assert second.item()["class"] == "create"
    assert second.merged.dwellings.get_column("bokstav").to_list() == [None]


def test_deleted_in_kobo_is_made_anew_when_a_person_says_so_and_left_when_they_let_it_be() -> None:
    def deleted(verdict: str) -> SmallNight:
        answer = {"subject": "fdv-1", "verdict": verdict, "evidence": evidence_of_absence("k1")}
        return SmallNight([UNIT], [], LINKED, decided(answer))

    assert actionable(deleted("replace").plan).get_column("kobo_id").to_list() == ["k1"]
    assert actionable(deleted("keep").plan).is_empty()


def test_what_is_made_again_is_told_as_such_and_nobody_is_asked_whether_it_is_its_own_entry() -> None:
    answer = decided({"subject": "fdv-1", "verdict": "replace", "evidence": evidence_of_absence("k1")})
    made = SmallNight([UNIT], [{**ENTRY, **UNIT, "slettet": True}], LINKED, answer)
    assert "?" not in english(made.item()["reason"], json.loads(made.item()["details"]))
    merged = made.merged
    tables = Tables(merged.dwellings, made.plan.items, made.matches, merged.lineage, made.rows, made.register, ())
    assert [(asked.about, asked.decided_code) for asked in questions(tables, answer)] == [("absent", "replace")]


def test_a_kept_street_is_not_asked_again_because_a_list_that_spells_ours_otherwise_joins_the_home() -> None:
    def kept(*streets: str, kobo: str = "Nordre gate") -> SmallNight:
        lists = ("fdv", "omsorg")
        rows: list[dict[str, Any]] = [{**UNIT, "adressenavn": streets[at], "source": lists[at]} for at in range(len(streets))]
        known = pl.DataFrame([(lists[at], str(at + 1), "fdv-1") for at in range(len(rows))], schema=MEMBERSHIPS, orient="row")
        evidence = evidence_of_conflict("adressenavn", {AGREED: "Øvre torgvegen"}, "k1", "Nordre gate")
        answer = {"subject": "fdv-1", "field": "adressenavn", "verdict": "keep", "evidence": evidence}
        return SmallNight(rows, [{**ENTRY, **UNIT, "adressenavn": kobo}], LINKED, decided(answer), known=known)

    assert kept("Øvre torgvegen").item()["reason"] == "kept"
    assert kept("Øvre torgvegen", "Øvre torgvn.").item()["reason"] == "kept"
    assert kept("Øvre torgvegen", kobo="Nedre gate").item()["class"] == "conflict"
    assert kept("Østre torgvegen").item()["class"] == "conflict"


def test_what_somebody_edited_in_an_entry_that_is_to_be_replaced_is_settled_first_and_is_in_the_new_one() -> None:
    def replaced(policy: str) -> SmallNight:
        row = {"bruksenhetsnummer": "H0102", "manedsleie": 5000.0}
        entry = {**ENTRY, **UNIT, "manedsleie": 5390.0}
        agreed = bases_of(register({**entry, "manedsleie": 5000.0}))
        return SmallNight([row], [entry], LINKED, decided(decision_on("replace")), bases=agreed, changed_in_kobo={"manedsleie": policy})

    waiting = replaced("ask")
    assert (waiting.item()["class"], waiting.item()["reason"]) == ("conflict", "changed_in_kobo")
    assert actionable(waiting.plan).is_empty()
    made = replaced("kobo")
    assert made.item()["reason"] == REPLACE_DECIDED
    assert as_sent(made.plan.items, made.merged.dwellings, made.register).get_column("manedsleie").to_list() == [5390.0]


def test_a_kept_date_is_a_date_in_what_a_replacement_sends() -> None:
    row = {"bruksenhetsnummer": "H0102", "statusdato": date(2023, 6, 1)}
    entry = {**ENTRY, **UNIT, "statusdato": date(2023, 10, 1)}
    agreed = bases_of(register({**entry, "statusdato": date(2023, 6, 1)}))
    made = SmallNight([row], [entry], LINKED, decided(decision_on("replace")), bases=agreed)
    assert as_sent(made.plan.items, made.merged.dwellings, made.register).get_column("statusdato").to_list() == [date(2023, 10, 1)]
