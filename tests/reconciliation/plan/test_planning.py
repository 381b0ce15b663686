"""Classes, differences and guards, case by case."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from language import in_language
from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.model.reasons import REASONS, english
from reconciliation.model.tables import SOURCE_ROWS
from reconciliation.plan.guards import environment_mismatch
from reconciliation.plan.plan_rendering import as_json, as_markdown, changes_in_words
from reconciliation.plan.planning import Plan, actionable, make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from tests.reconciliation.decisions.nights import decided
from tests.strategies import MEMBERSHIPS, NIGHT, SOURCES, bases_of, links, municipality, none_known, register, standing_rows

GROUND = {"gardsnummer": 1, "bruksnummer": 2}
UNIT = {"bruksenhetsnummer": "H0101"}


def planned(
    rows: list[dict[str, Any]],
    entries: list[dict[str, Any]] | None,
    linked: dict[str, str] | None = None,
    *,
    absences: dict[str, int] | None = None,
    complete: tuple[str, ...] = SOURCES,
    held_by: tuple[str, ...] = ("fdv",),
    handed_over: dict[str, date] | None = None,
    see: str = "links",
    known: pl.DataFrame | None = None,
    decisions: pl.DataFrame | None = None,
    rejected: pl.DataFrame | None = None,
    **guards: Any,
) -> Plan:
    wide = municipality(**guards)
    house = wide.model_copy(update={"register_": wide.register_.model_copy(update={"see": see})})
    numbered = [{"source": "fdv", "source_key": str(number), **row} for number, row in enumerate(rows, start=1)]
    merged = merge(standing_rows(*numbered), none_known() if known is None else known, None, house)
    memberships = pl.DataFrame(
        [(source, "gone", dwelling) for dwelling in linked or {} for source in held_by], schema=MEMBERSHIPS, orient="row"
    )
    seen = None if entries is None else register(*entries)
    standing_links = links(**(linked or {}))
    entries_seen = register() if seen is None else seen
    return make_plan(
        replace(merged, memberships=pl.concat([merged.memberships, memberships])),
        seen,
        match(merged.dwellings, entries_seen, standing_links, decisions),
        Reading(frozenset(complete), rejected),
        Remembered(
            standing_links,
            bases_of(entries_seen),
            decided() if decisions is None else decisions,
            absences=absences or {},
            handed_over=handed_over or {},
        ),
        house,
        NIGHT,
    )


def only(plan: Plan) -> dict[str, Any]:
    (item,) = plan.items.to_dicts()
    return item


ENTRY = {"kobo_id": "k1", **UNIT}
CLASSES = {
    "equal": ({**UNIT}, ENTRY, "in_sync", "equal"),
    "spelt otherwise": ({**UNIT}, {**ENTRY, "adressenavn": "STORGATA"}, "in_sync", "equal"),
    "a blank of ours is no opinion": ({**UNIT}, {**ENTRY, "manedsleie": 5.0, "etasjenummer": 1}, "in_sync", "equal"),
    "less than half a cent apart": ({**UNIT, "manedsleie": 5000.001}, {**ENTRY, "manedsleie": 5000.0}, "in_sync", "equal"),
    "an updatable field": ({**UNIT, "manedsleie": 5001.0}, {**ENTRY, "manedsleie": 5000.0}, "update", "fields_differ"),
    "a protected field": ({**UNIT}, {**ENTRY, "postnummer": "9999"}, "conflict", "fields_differ"),
    "our house has no letter": ({**GROUND, **UNIT}, {**GROUND, "bokstav": "F", **ENTRY}, "conflict", "fields_differ"),
    "perhaps the same": ({"antall_soverom": 1}, {**ENTRY, "antall_soverom": 4}, "review", "uncertain_match"),
}  # fmt: skip


@pytest.mark.parametrize("case", CLASSES.values(), ids=CLASSES.keys())
def test_the_class_of_a_dwelling_beside_one_entry(case: tuple[dict[str, Any], dict[str, Any], str, str]) -> None:
    row, entry, kind, reason = case
    item = planned([row], [entry]).items.filter(pl.col("leverandor_bolig_id") == "fdv-1").to_dicts()[0]
    assert (item["class"], item["reason"]) == (kind, reason)


def test_a_change_names_field_old_new_and_who_said_so() -> None:
    item = only(planned([{**UNIT, "manedsleie": 5001.0, "boligtype": "OMSORGSBOLIG"}], [{**ENTRY, "manedsleie": 5000.0}]))
    assert json.loads(item["changes"]) == [
        {"field": "boligtype", "old": None, "new": "OMSORGSBOLIG", "source": "fdv"},
        {"field": "manedsleie", "old": 5000.0, "new": 5001.0, "source": "fdv"},
    ]


def test_not_in_the_register_is_created_and_not_ours_is_left() -> None:
    plan = planned([{}], [{"kobo_id": "k9", "adressenavn": "Fjellveien"}])
    assert plan.items.select("class", "leverandor_bolig_id", "kobo_id").rows() == [("create", "fdv-1", None), ("register_only", None, "k9")]
    assert plan.counts["create"] == plan.counts["register_only"] == 1


@pytest.mark.parametrize("entries", [[], [{**ENTRY, "slettet": True}]], ids=["absent", "marked as deleted"])
def test_linked_and_deleted_in_the_register_is_a_question_and_not_a_new_dwelling(entries: list[dict[str, Any]]) -> None:
    item = only(planned([{**UNIT}], entries, {"fdv-1": "k1"}))
    assert (item["class"], item["reason"], item["kobo_id"]) == ("review", "deleted_in_kobo", "k1")


def test_a_unit_number_missing_in_a_block_is_never_created() -> None:
    plan = planned([{**UNIT}, {"leilighetsnummer": "2"}], [])
    assert plan.items.select("class", "reason").rows() == [("create", "not_in_register"), ("review", "unit_number_missing")]


def test_a_digest_is_the_same_from_one_version_to_the_next() -> None:
    """A plan that was shown before an upgrade is approved after it: whoever changes this says so in the changelog."""
    sold = {"adressenavn": "Fjellveien", "nummer": 5, **UNIT}
    rows = [
        {**UNIT, "manedsleie": 5001.0},
        {"adressenavn": "Bakken", **UNIT, "boligtype": "OMSORGSBOLIG"},
        {"adressenavn": "Øyveien", **UNIT},
    ]
    entries = [{**ENTRY, "manedsleie": 5000.0}, {"kobo_id": "k2", **sold}, {"kobo_id": "k3", "adressenavn": "Øyveien", **UNIT}]
    plan = planned(rows, entries, {"old": "k2"}, absences={"old": 9})
    assert {kind: count for kind, count in plan.counts.items() if count} == {"in_sync": 1, "create": 1, "update": 1, "retire": 1}
    assert plan.digest == "90f81d7b208b3a3650acf902462540f72707f6563ae54218d99b1cc90258e96a"


def test_a_field_that_an_exported_file_does_not_have_is_no_difference_when_that_file_is_what_was_seen() -> None:
    area = ({**UNIT, "bruksareal": 57.0}, {**ENTRY, "bruksareal": 52.0})
    assert [only(planned([area[0]], [area[1]], see=see))["class"] for see in ("links", "export")] == ["update", "in_sync"]


def test_what_sources_disagree_about_is_named_where_that_is_why_a_person_is_asked_and_only_there() -> None:
    rows = [{**UNIT}, {"bruksenhetsnummer": "H0102", "source": "omsorg"}]
    both = pl.DataFrame([("fdv", "1", "fdv-1"), ("omsorg", "2", "fdv-1")], schema=MEMBERSHIPS, orient="row")
    conflict = only(planned(rows, [ENTRY], {"fdv-1": "k1"}, known=both))
    assert (conflict["reason"], json.loads(conflict["details"])["fields"]) == ("sources_disagree", ["bruksenhetsnummer"])
    deleted = only(planned(rows, [{**ENTRY, "slettet": True}], {"fdv-1": "k1"}, known=both))
    assert (deleted["reason"], json.loads(deleted["details"])["fields"]) == ("deleted_in_kobo", [])


def test_a_slip_in_the_street_is_asked_as_what_it_is() -> None:
    twin = {**UNIT, "bruksareal": 52.0, "manedsleie": 7500.0}
    plan = planned([{**twin, "adressenavn": "Kirkesvingen"}, {**twin, "source": "eiendom", "adressenavn": "Kirkesvnigen"}], [])
    assert [(item["class"], item["reason"]) for item in plan.items.iter_rows(named=True) if item["class"] == "review"] == [
        ("review", "nearly_same_address"),
        ("review", "nearly_same_address"),
    ]


GONE = {
    "one night is too short": ({}, SOURCES, 2, "retire_waiting"),
    "the second night": ({"old": 1}, SOURCES, 2, None),
    "a source that held it failed": ({"old": 9}, ("omsorg",), 2, "source_incomplete"),
    "another source failed, where it may have moved to": ({"old": 9}, ("fdv",), 2, "source_incomplete"),
}


@pytest.mark.parametrize("case", GONE.values(), ids=GONE.keys())
def test_ours_and_gone_is_retired_only_when_it_is_sure(case: tuple[dict[str, int], tuple[str, ...], int, str | None]) -> None:
    absences, complete, nights, guard = case
    item = only(planned([], [ENTRY], {"old": "k1"}, absences=absences, complete=complete, retire_after_nights=nights))
    assert (item["class"], item["reason"], item["held"]) == ("retire", "gone", guard)
    assert "FDV" in english(item["reason"], json.loads(item["details"])), "the sentence names what it is gone from"


MEASURED = {"gardsnummer": 31, "bruksnummer": 1, "bruksareal": 45.0, "antall_soverom": 1, "manedsleie": 7000.0}
"""In the row that was there, in its entry, and in a row that is new tonight unless the case says otherwise."""
MAY_BE_IT = {
    "the key alone is another": {},
    "its unit number is gone": {"bruksenhetsnummer": None, "manedsleie": 7400.0},
    "its unit number is another": {"bruksenhetsnummer": "H0102"},
    "its unit number is another and the rent went up": {"bruksenhetsnummer": "H0102", "manedsleie": 8000.0},
    "the house got a letter": {"bruksenhetsnummer": None, "bokstav": "A"},
    "the street was renamed": {"adressenavn": "Granveien"},
    "the street has a slip": {"adressenavn": "Storgatta", "bruksenhetsnummer": None},
    "nothing is measured": {"bruksenhetsnummer": None, **dict.fromkeys(MEASURED)},
    "it is measured otherwise, and Kobo would call them one": {"bruksareal": 95.0, "antall_soverom": 4, "manedsleie": 9900.0},
}


@pytest.mark.parametrize("values", MAY_BE_IT.values(), ids=MAY_BE_IT.keys())
def test_a_new_row_that_may_be_the_home_of_an_entry_whose_row_is_gone_is_asked_about_and_the_entry_stays(values: dict[str, Any]) -> None:
    """The same home under a new key: it would be made anew, and its history in Kobo deleted."""
    gone = {**ENTRY, **MEASURED}
    plan = planned([{**UNIT, **MEASURED, **values}], [gone], {"old": "k1"}, retire_after_nights=1)
    assert plan.items.select("class", "reason", "held").rows() == [("retire", "gone", "same_place_asked"), ("review", "home_gone", None)]


@pytest.mark.parametrize(("unit", "night_after"), [("H0101", "place_taken"), ("H0102", None)])
def test_once_a_person_said_that_they_are_two_homes_the_one_is_deleted_and_the_other_created(unit: str, night_after: str | None) -> None:
    """Kobo refuses two homes at one place: there the new one is created the night after."""
    another_home = decided({"kind": "match", "subject": "fdv-1", "other": "kobo:k1", "verdict": "different"})
    row, gone = {**MEASURED, "bruksenhetsnummer": unit}, {**ENTRY, **MEASURED}
    plan = planned([row], [gone], {"old": "k1"}, retire_after_nights=1, decisions=another_home)
    assert plan.items.select("class", "held").rows() == [("create", night_after), ("retire", None)]


def test_a_home_that_is_sold_is_deleted_though_another_one_is_bought_in_its_house() -> None:
    other = {**UNIT, **MEASURED, "bruksenhetsnummer": "H0301", "bruksareal": 95.0, "antall_soverom": 4, "manedsleie": 9900.0}
    plan = planned([other], [{**ENTRY, **MEASURED}], {"old": "k1"}, retire_after_nights=1)
    assert plan.items.select("class", "held").rows() == [("create", None), ("retire", None)]


def test_no_entry_is_deleted_where_a_row_that_may_be_its_home_waits_for_any_reason() -> None:
    doubted = [{**UNIT, "bruksareal": 40.0}, {"source": "eiendom", **UNIT, "bruksareal": 80.0}]
    for house, guard in ((1, "same_place_asked"), (31, None)):
        plan = planned(doubted, [{**ENTRY, "nummer": house}], {"old": "k1"}, retire_after_nights=1)
        assert {(item["class"], item["held"]) for item in plan.items.iter_rows(named=True)} == {("review", None), ("retire", guard)}


@pytest.mark.parametrize(("house", "guard"), [(1, "same_place_asked"), (31, None)])
def test_no_entry_is_deleted_where_a_row_that_may_be_its_home_is_rejected(house: int, guard: str | None) -> None:
    row = {**dict.fromkeys(SOURCE_ROWS), "source": "fdv", "source_key": "new", "kommunenummer": "9902"}
    rejected = pl.DataFrame([{**row, "adressenavn": "STORGATEN", "nummer": house, "manedsleie": 7000.0}], schema=SOURCE_ROWS)
    plan = planned([], [{**ENTRY, **MEASURED}], {"old": "k1"}, rejected=rejected, retire_after_nights=1)
    assert only(plan)["held"] == guard


def test_every_source_that_ever_held_it_must_be_complete() -> None:
    plan = planned([], [ENTRY], {"old": "k1"}, complete=("fdv",), held_by=("fdv", "eiendom"))
    assert only(plan)["held"] == "source_incomplete"
    assert actionable(plan).is_empty()


def test_nothing_remembered_of_who_held_it_is_nothing_sure() -> None:
    assert only(planned([], [ENTRY], {"old": "k1"}, held_by=()))["held"] == "source_incomplete"


def test_the_entry_of_a_dwelling_that_a_person_joined_with_another_is_retired() -> None:
    """Its row is the other dwelling's now; it is gone, and no list lacks it."""
    joined = decided({"kind": "merge", "subject": "fdv:1", "other": "omsorg:2", "verdict": "same"})
    for decisions, guard in ((None, "source_incomplete"), (joined, None)):
        plan = planned([], [ENTRY], {"omsorg-2": "k1"}, held_by=(), absences={"omsorg-2": 1}, decisions=decisions)
        assert only(plan)["held"] == guard


def test_a_register_that_was_not_seen_gives_an_empty_plan() -> None:
    plan = planned([{}], None, {"old": "k1"})
    assert (plan.items.height, plan.register_verdict, actionable(plan).height) == (0, "failed", 0)


def street(count: int, **values: Any) -> list[dict[str, Any]]:
    return [{"nummer": number, **UNIT, **values} for number in range(1, count + 1)]


def entries(count: int) -> list[dict[str, Any]]:
    return [{"kobo_id": f"k{number}", "nummer": number, **UNIT} for number in range(1, count + 1)]


def linked(count: int) -> dict[str, str]:
    return {f"fdv-{number}": f"k{number}" for number in range(1, count + 1)}


REFUSED = {
    "too_many_retirements": (lambda: planned([], entries(20), linked(20), floor=5, maximum_retire_share=0.5), 20, 10),
    "too_many_updates": (lambda: planned(street(20, manedsleie=1.0), entries(20), linked(20), floor=5, maximum_update_count=8), 20, 8),
    "sudden_growth": (lambda: planned(street(20), entries(1), linked(1), floor=5, maximum_create_share=10), 19, 10),
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_plan_beyond_a_limit_is_refused_with_numbers_and_the_command_that_approves_it(code: str) -> None:
    make, number, limit = REFUSED[code]
    plan = make()
    (refusal,) = plan.refusals
    assert (refusal.code, refusal.details["number"], refusal.details["limit"]) == (code, number, limit)
    assert f"kobosync night config/vik.yaml --apply={plan.digest[:12]}" in refusal.message
    assert str(number) in refusal.melding
    assert actionable(plan).height == number


def test_up_to_the_floor_everything_passes() -> None:
    assert planned([], entries(20), linked(20), floor=20, maximum_retire_share=0, maximum_retire_count=0).refusals == ()


def test_what_lies_in_an_import_file_waits_and_is_overdue_after_its_days() -> None:
    lately, long_ago = NIGHT - timedelta(days=1), NIGHT - timedelta(days=60)
    plan = planned([{"nummer": 1}, {"nummer": 2}, {"nummer": 3}], [], handed_over={"fdv-1": lately, "fdv-2": long_ago})
    guards = dict(plan.items.select("leverandor_bolig_id", "held").iter_rows())
    assert guards == {"fdv-1": "handed_over", "fdv-2": "import_overdue", "fdv-3": None}


def test_the_first_fill_of_an_empty_register_is_no_sudden_growth() -> None:
    assert planned(street(20), [], floor=5).refusals == ()


ADDRESSES = [
    ("kobo", "test", "https://api.example.no/kobo", "production"),
    ("kobo", "production", "https://api.test.example.no/kobo", "test"),
    ("kobo", "production", "http://127.0.0.1:8088", "test"),
    ("kobo", "production", "https://api.example.no/kobo", None),
    ("kobo", "test", "https://api.test.example.no/kobo", None),
    ("rehearsal", "production", "http://127.0.0.1:8088", "test"),
    *(
        ("kobo", "production", f"https://{word}.example.no/kobo", "test")
        for word in ("rehearsal", "demo", "dev1", "qa", "staging", "sandbox")
    ),
]


@pytest.mark.parametrize(("kind", "environment", "url", "looks"), ADDRESSES)
def test_a_production_register_and_a_test_file_are_never_used_together(kind: str, environment: str, url: str, looks: str | None) -> None:
    configured = municipality().register_.model_copy(update={"kind": kind, "environment": environment, "base_url": url})
    mismatch = environment_mismatch(configured)
    assert (mismatch and mismatch["looks"]) == looks


def test_markdown_is_capped_and_says_so() -> None:
    text = as_markdown(planned(street(30), []), rows=10)
    assert text.count("| create | fdv-") == 10
    assert "and 20 more" in text


def test_json_holds_every_item_that_is_not_in_sync() -> None:
    content = json.loads(as_json(planned(street(3, manedsleie=1.0), entries(2))))
    assert [item["class"] for item in content["items"]] == ["create", "update", "update"]
    assert content["items"][1]["changes"][0]["field"] == "manedsleie"


def test_every_reason_is_reported_in_both_languages() -> None:
    for code, reason in REASONS.items():
        assert english(code, {})
        assert reason != in_language("nb").at(f"plan_reasons.{code}")


def test_a_plan_does_not_tell_where_a_home_lies() -> None:
    changes = json.dumps(
        [
            {"field": "adressenavn", "old": "Storgata", "new": "Lillegata", "source": "fdv"},
            {"field": "manedsleie", "old": "7000", "new": "7500", "source": "fdv"},
        ]
    )
    assert changes_in_words(changes) == "adressenavn: differs, manedsleie: 7000 -> 7500"
    assert changes_in_words(changes, shielded=True) == "adressenavn: differs, manedsleie: differs"


@pytest.mark.parametrize("shielded", [True, False])
def test_what_is_asked_of_a_shielded_dwelling_is_no_value_in_the_plan(shielded: bool) -> None:
    rows = [{"hemmelig_adresse": shielded, "manedsleie": 7000.0, **UNIT}]
    plan = planned(rows, [{**ENTRY, "manedsleie": 7500.0}], {"fdv-1": "k1"})
    moved = json.dumps([{"field": "manedsleie", "old": 7500.0, "new": 7000.0, "source": "fdv"}])
    plan = replace(plan, items=plan.items.with_columns(details=pl.lit(f'{{"asked":{moved}}}')))
    assert ("7500" in as_json(plan)) is not shielded
