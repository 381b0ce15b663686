"""Classes, differences and guards, case by case."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from language import in_language
from reconciliation.model.reasons import REASONS, english
from reconciliation.plan.guards import environment_mismatch
from reconciliation.plan.plan_rendering import as_json, as_markdown, changes_in_words
from reconciliation.plan.planning import actionable
from tests.reconciliation.plan.small_plans import ENTRY, GROUND, UNIT, only, planned
from tests.strategies import MEMBERSHIPS, NIGHT, municipality

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
