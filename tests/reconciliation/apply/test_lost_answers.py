"""A register that is asked and does not answer: what is looked up, when, and what stays open."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciliation.apply import apply_plan
from reconciliation.ledger import Ledger, open_ledger
from tests.reconciliation.apply.applying import apply, became, linked, links_stored, looked_up
from tests.reconciliation.apply.conftest import MUNICIPALITY, Nights
from tests.reconciliation.apply.made_plans import create, dwellings, plan, retire, update
from tests.reconciliation.apply.paper_register import PaperRegister
from tests.reconciliation.ledger.databases import new_ledger_database


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_create_whose_answer_was_lost_is_one_dwelling_by_the_end_of_the_night(
    lost: str, ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    register.faults["POST", "a"] = lost
    assert became(apply(ledger, register, night(), plan(*create("a", "b")), dwellings("a", "b"))) == {"a": "done", "b": "done"}
    assert register.ids == ["a", "b"]
    assert ledger.unsettled(MUNICIPALITY) == []


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_create_whose_answers_were_all_lost_is_one_dwelling_after_the_next_night(
    lost: str, ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    register.faults["POST", "a"] = f"{lost} then before"
    items, desired = plan(*create("a")), dwellings("a")
    assert became(apply(ledger, register, night(), items, desired)) == {"a": "unknown"}
    assert became(apply(ledger, register, night(), items, desired)) == {"a": "done"}
    assert register.ids == ["a"]
    assert register.entries[links_stored(ledger)["a"]]["leverandor_bolig_id"] == "a"


def test_a_lost_create_is_settled_although_the_dwelling_is_in_no_plan_any_more(
    ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    register.faults["POST", "a"] = "after then before"
    lost = night()
    apply(ledger, register, lost, plan(*create("a")), dwellings("a"))
    assert looked_up(ledger, register, night(), lost) == {"a": "done"}
    assert list(links_stored(ledger)) == ["a"]


def test_a_lost_create_is_repeated_with_tonights_values_and_its_own_request_id(
    ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    register.faults["POST", "a"] = "before then before"
    apply(ledger, register, night(), plan(*create("a")), dwellings("a"))
    left = ledger.unsettled(MUNICIPALITY)[0]
    apply(ledger, register, night(), plan(*create("a")), dwellings("a", bruksareal=99.0))
    assert [entry["bruksareal"] for entry in register.entries.values()] == [99.0]
    assert ledger.outcomes(left.run_id)["outcome"].to_list() == ["done"]


def test_while_an_answer_is_missing_nothing_more_is_sent_for_that_dwelling(ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    register.faults["POST", "a"] = "after then before"
    apply(ledger, register, night(), plan(*create("a")), dwellings("a"))
    register.is_down = True
    outcomes = apply(ledger, register, night(), plan(*create("a", "b")), dwellings("a", "b"))
    assert became(outcomes) == {"a": "unknown", "b": "not_tried"}
    register.is_down = False
    assert became(apply(ledger, register, night(), plan(*create("a", "b")), dwellings("a", "b"))) == {"a": "done", "b": "done"}
    assert register.ids == ["a", "b"]


def test_a_register_that_goes_down_leaves_the_rest_for_the_next_night(ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    ours = [f"{number:03d}" for number in range(100)]
    register.faults["POST", "050"] = "down"
    items, desired = plan(*create(*ours)), dwellings(*ours)
    first = became(apply(ledger, register, night(), items, desired))
    assert set(first) == set(ours)
    assert first["050"] == "unknown", "whether that one arrived, nobody can tell"
    assert set(first.values()) == {"done", "not_tried", "unknown"}
    register.is_down = False
    assert set(became(apply(ledger, register, night(), items, desired)).values()) == {"done"}
    assert register.ids == ours


@pytest.mark.parametrize("fault", ["wait", "busy", "before", "down"])
def test_a_register_that_cannot_tell_leaves_what_is_open_open(fault: str, ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    register.faults["POST", "a"] = "after then before"
    lost = night()
    apply(ledger, register, lost, plan(*create("a")), dwellings("a"))
    register.faults["POST", "a"] = fault
    assert looked_up(ledger, register, night(), lost) == {"a": "unknown"}
    register.is_down = False
    assert looked_up(ledger, register, night(), lost) == {"a": "done"}
    assert list(links_stored(ledger)) == ["a"]


@pytest.mark.parametrize("fault", ["wait", "busy"])
def test_a_create_that_surely_was_not_taken_is_tried_anew_the_next_night(
    fault: str, ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    register.faults["POST", "a"] = fault
    assert became(apply(ledger, register, night(), plan(*create("a")), dwellings("a"))) == {"a": "failed"}
    assert became(apply(ledger, register, night(), plan(*create("a")), dwellings("a"))) == {"a": "done"}
    assert register.ids == ["a"]


@pytest.mark.parametrize("verb", ["PUT", "DELETE"])
@pytest.mark.parametrize("lost", ["before", "after"])
@pytest.mark.parametrize("when", ["the same night", "the night after"])
def test_a_change_or_retirement_whose_answer_was_lost_is_looked_up(
    when: str, verb: str, lost: str, ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    kobo_id = linked(ledger, register, "a", bruksareal=50.0)
    register.faults[verb, kobo_id] = lost
    if when == "the night after":
        register.faults["GET", kobo_id] = "fine then before"
    item = update("a", kobo_id, bruksareal=(50.0, 51.0)) if verb == "PUT" else retire("a", kobo_id)
    first = night()
    became_of = became(apply(ledger, register, first, plan(item)))
    if when == "the night after":
        assert became_of == {"a": "unknown"}
        became_of = looked_up(ledger, register, night(), first)
    assert became_of == {"a": "done" if lost == "after" else "failed"}
    assert register.calls[verb] == 1
    assert ledger.unsettled(MUNICIPALITY) == []
    assert (links_stored(ledger) == {}) == (verb == "DELETE" and lost == "after")


FAULTS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["before", "after", "refuse"]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations("abcdefgh"), threads=st.integers(1, 5), faults=FAULTS)
def test_in_whatever_order_and_with_whatever_faults_each_dwelling_comes_to_be_once(
    order: list[str], threads: int, faults: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = Path(tmp_path_factory.mktemp("law"))
    register = PaperRegister(faults={("POST", ours): fault for ours, fault in faults.items()})
    with open_ledger(new_ledger_database("sqlite", folder), folder) as ledger:
        night = Nights(ledger)
        items, desired = plan(*create(*order)), dwellings(*order)
        first = became(apply_plan(items, desired, register, ledger, night(), MUNICIPALITY, threads))
        once = {ours for ours, fault in faults.items() if fault in ("before", "after")}
        assert {ours for ours, outcome in first.items() if outcome == "done"} == set(order) - set(faults) | once
        apply_plan(items, desired, register, ledger, night(), MUNICIPALITY, threads)
        assert register.ids == sorted(order)
        assert {register.entries[kobo]["leverandor_bolig_id"]: kobo for kobo in register.entries} == links_stored(ledger)
