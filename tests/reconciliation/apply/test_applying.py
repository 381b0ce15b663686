"""Applying a plan: what is written, what is not, and what is remembered."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from reconciliation.apply import adopt, apply_plan
from reconciliation.ledger import Ledger
from reconciliation.model.tables import MATCHES, OUTCOMES
from tests.reconciliation.apply.applying import apply, became, linked, links_stored
from tests.reconciliation.apply.conftest import MUNICIPALITY, Nights
from tests.reconciliation.apply.made_plans import create, dwellings, plan, retire, update
from tests.reconciliation.apply.paper_register import PaperRegister
from tests.strategies import register as seen


def test_creates_are_made_linked_and_reported(ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    run_id = night()
    outcomes = apply(ledger, register, run_id, plan(*create("a", "b", "c")), dwellings("a", "b", "c"))
    assert outcomes.schema == pl.Schema(OUTCOMES)
    assert became(outcomes) == {"a": "done", "b": "done", "c": "done"}
    assert {ours: register.entries[kobo]["leverandor_bolig_id"] for ours, kobo in links_stored(ledger).items()} == {
        "a": "a",
        "b": "b",
        "c": "c",
    }
    assert ledger.outcomes(run_id).equals(outcomes)
    assert ledger.unsettled(MUNICIPALITY) == []


def test_the_same_plan_again_writes_nothing(ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    kobo_id = linked(ledger, register, "u", bruksareal=50.0)
    items = plan(*create("a"), update("u", kobo_id, bruksareal=(50.0, 51.0)))
    apply(ledger, register, night(), items, dwellings("a"))
    written = register.writes
    assert became(apply(ledger, register, night(), items, dwellings("a"))) == {"a": "done", "u": "done"}
    assert register.writes == written


def test_what_is_held_or_no_action_is_not_applied(ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    other = [
        {"class": kind, "leverandor_bolig_id": kind, "kobo_id": "k", "changes": "[]"}
        for kind in ("in_sync", "conflict", "review", "register_only")
    ]
    assert apply(ledger, register, night(), plan(*create("a", guard="growth"), *other), dwellings("a")).is_empty()
    assert not register.calls


def test_a_refused_row_is_reported_in_the_registers_words_and_the_others_are_done(
    ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    register.faults["POST", "b"] = "refuse"
    outcomes = apply(ledger, register, night(), plan(*create("a", "b", "c")), dwellings("a", "b", "c"))
    assert became(outcomes) == {"a": "done", "b": "refused", "c": "done"}
    assert "boligtype er ugyldig" in outcomes.filter(pl.col("outcome") == "refused")["message"][0]
    assert "b" not in links_stored(ledger)


@pytest.mark.parametrize(("owner", "outcome"), [("a", "done"), (None, "done"), ("somebody-else", "refused")])
def test_what_the_register_has_already_is_taken_over_only_when_it_is_nobody_elses(
    owner: str | None, outcome: str, ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    row = dwellings("a").row(0, named=True)
    register.entries["k-1"] = {**row, "leverandor_bolig_id": owner}
    outcomes = apply(ledger, register, night(), plan(*create("a")), dwellings("a"))
    assert became(outcomes) == {"a": outcome}
    assert links_stored(ledger) == ({"a": "k-1"} if outcome == "done" else {})


def test_an_entry_that_was_seen_and_not_found_to_be_the_dwelling_is_not_linked_because_kobo_refuses_a_second_one(
    ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    """A person said that it is another dwelling, or its values did. The dwelling is refused each night until somebody corrects either."""
    row = dwellings("a").row(0, named=True)
    register.entries["k-1"] = {**row, "leverandor_bolig_id": None}
    known = seen({"kobo_id": "k-1", "leverandor_bolig_id": None})
    outcomes = apply(ledger, register, night(), plan(*create("a")), dwellings("a"), entries=known)
    assert became(outcomes) == {"a": "refused"}
    assert links_stored(ledger) == {}


def test_a_create_that_kobo_has_already_is_not_called_untried_when_kobo_goes_down_before_it_is_read(
    ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    """The POST was sent and answered. The next night asks what became of it."""
    apply(ledger, register, night(), plan(*create("a")), dwellings("a"))
    (kobo_id,) = register.entries
    register.entries[kobo_id]["leverandor_bolig_id"] = ""
    register.faults["GET", kobo_id] = "down"
    again = night()
    apply(ledger, register, again, plan(*create("b")), dwellings("a").with_columns(leverandor_bolig_id=pl.lit("b")))
    assert became(ledger.outcomes(again)) == {"b": "unknown"}


def test_an_entry_that_is_linked_to_another_dwelling_of_ours_is_a_question_not_a_link(
    ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    row = dwellings("a").row(0, named=True)
    register.entries["k-1"] = {**row, "leverandor_bolig_id": None}
    ledger.save_links(MUNICIPALITY, pl.DataFrame({"leverandor_bolig_id": ["b"], "kobo_id": ["k-1"]}), "matched")
    run_id = night()
    assert became(apply(ledger, register, run_id, plan(*create("a")), dwellings("a"))) == {"a": "refused"}
    assert ledger.outcomes(run_id)["outcome"].to_list() == ["refused"]
    assert links_stored(ledger) == {"b": "k-1"}


@pytest.mark.parametrize(
    ("entry", "outcome", "area"),
    [
        ({"bruksareal": 50.0}, "done", 51.0),
        ({"bruksareal": 50}, "done", 51.0),
        ({"bruksareal": 51.0}, "done", 51.0),
        ({"bruksareal": 49.0}, "moved", 49.0),
        ({"bruksareal": None}, "moved", None),
        ({"bruksareal": 50.0, "leverandor_bolig_id": None}, "done", 51.0),
        ({"bruksareal": 50.0, "leverandor_bolig_id": "somebody-else"}, "moved", 50.0),
    ],
)
def test_a_change_is_written_only_where_the_plan_saw_the_present_value(
    *, entry: dict[str, Any], outcome: str, area: float | None, ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    kobo_id = linked(ledger, register, "a", **entry)
    outcomes = apply(ledger, register, night(), plan(update("a", kobo_id, bruksareal=(50.0, 51.0))))
    assert became(outcomes) == {"a": outcome}
    assert register.entries[kobo_id]["bruksareal"] == area
    assert register.calls["PUT"] == int(outcome == "done" and entry["bruksareal"] != 51.0)


def test_a_change_that_only_brings_our_id_is_written_once(ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    kobo_id = linked(ledger, register, "a", leverandor_bolig_id=None)
    items = plan(update("a", kobo_id))
    apply(ledger, register, night(), items)
    apply(ledger, register, night(), items)
    assert (register.calls["PUT"], register.entries[kobo_id]["leverandor_bolig_id"]) == (1, "a")


def test_a_change_of_what_is_gone_is_not_made(ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    kobo_id = linked(ledger, register, "a")
    register.entries.clear()
    assert became(apply(ledger, register, night(), plan(update("a", kobo_id, bruksareal=(1.0, 2.0))))) == {"a": "moved"}


def test_a_retired_dwelling_leaves_the_register_and_its_link_and_can_be_named_afterwards(
    ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    kobo_id = linked(ledger, register, "a", bruksareal=50.0, kobo_only="x")
    run_id = night()
    assert became(apply(ledger, register, run_id, plan(retire("a", kobo_id)))) == {"a": "done"}
    assert (list(register.deleted), links_stored(ledger)) == ([kobo_id], {})
    taken = {change["field"]: change["old"] for change in json.loads(ledger.writes_done(run_id)[0].changes)}
    assert taken == {"adressenavn": "a", "bruksareal": 50.0, "kobo_only": "x"}


def test_what_carries_anothers_id_is_never_deleted(ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    kobo_id = linked(ledger, register, "a", leverandor_bolig_id="somebody-else")
    assert became(apply(ledger, register, night(), plan(retire("a", kobo_id)))) == {"a": "moved"}
    assert (register.calls["DELETE"], list(links_stored(ledger))) == (0, ["a"])


@pytest.mark.parametrize("fault", ["down", "stranger", "misconfigured"])
def test_what_every_further_write_would_end_in_ends_the_writing(fault: str, ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    register.faults["POST", "a"] = fault
    items, desired = plan(*create("a", "b", "c")), dwellings("a", "b", "c")
    outcomes = apply_plan(items, desired, register, ledger, night(), MUNICIPALITY, threads=1)
    assert became(outcomes) == {"a": "unknown", "b": "not_tried", "c": "not_tried"}
    assert register.calls["POST"] == 1


def test_a_night_that_lost_its_lock_writes_nothing_more(ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    outcomes = apply(ledger, register, night(), plan(*create("a", "b")), dwellings("a", "b"), still_held=lambda: False)
    assert became(outcomes) == {"a": "not_tried", "b": "not_tried"}
    assert not register.calls


def test_adopting_saves_certain_pairs_and_names_clashes(ledger: Ledger) -> None:
    pairs = [
        ("a", "1", "address", True),
        ("b", "2", "decision", True),
        ("c", "3", "candidate", False),
        ("d", "4", "link", True),
        ("e", "1", "address", True),
    ]
    matches = pl.DataFrame(
        [{"leverandor_bolig_id": ours, "kobo_id": theirs, "key": key, "certain": certain} for ours, theirs, key, certain in pairs],
        schema=MATCHES,
    )
    entries = seen(*({"kobo_id": kobo_id, "bruksareal": 50.0} for _, kobo_id, _, _ in pairs[:4]))
    assert adopt(matches, entries, ledger, MUNICIPALITY).rows() == [("e", "1")]
    # What an entry said when it was first linked is what later nights hold both sides against.
    agreed = {ours: json.loads(agreed_json)["bruksareal"] for _, ours, agreed_json, _ in ledger.bases(MUNICIPALITY).iter_rows()}
    assert agreed == {"a": 50.0, "b": 50.0}
    assert sorted(ledger.link_history(MUNICIPALITY).select("leverandor_bolig_id", "made_by").rows()) == [("a", "matched"), ("b", "decided")]


def test_an_entry_that_is_edited_between_the_plan_and_its_deletion_is_left_alone(
    ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    kobo_id, other = (linked(ledger, register, ours, bruksareal=50.0) for ours in ("a", "b"))
    saw = seen({"kobo_id": kobo_id, "bruksareal": 50.0}, {"kobo_id": other, "bruksareal": 50.0})
    register.entries[kobo_id]["bruksareal"] = 61.0
    outcomes = apply(ledger, register, night(), plan(retire("a", kobo_id), retire("b", other)), entries=saw)
    assert became(outcomes) == {"a": "moved", "b": "done"}
    assert kobo_id in register.entries


def test_what_the_register_fills_in_by_itself_is_nobodys_edit(ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    register.fills = {"boligstatus": "KLAR_FOR_INNFLYTTING", "bruksareal": 99.0}
    apply(ledger, register, night(), plan(*create("a")), dwellings("a"))
    agreed = json.loads(ledger.bases(MUNICIPALITY).row(0, named=True)["agreed"])
    assert (agreed["boligstatus"], agreed["bruksareal"]) == ("KLAR_FOR_INNFLYTTING", 50.0)
