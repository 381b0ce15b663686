"""The inverse of a run, as a plan like any other."""

from __future__ import annotations

import json

import polars as pl
import pytest

from reconciliation.apply import apply_plan
from reconciliation.ledger import Ledger, LedgerError
from reconciliation.model.tables import DWELLINGS, PLAN_ITEMS
from reconciliation.plan.undo import plan_inverse
from tests.reconciliation.apply.applying import apply, became, linked, links_stored
from tests.reconciliation.apply.conftest import MUNICIPALITY, Nights
from tests.reconciliation.apply.made_plans import create, dwellings, plan, retire, update
from tests.reconciliation.apply.paper_register import PaperRegister


def test_what_was_changed_is_changed_back_and_what_was_retired_is_there_again(
    ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    changed = linked(ledger, register, "a", bruksareal=50.0)
    gone = linked(ledger, register, "b", bruksareal=40.0, nummer=7)
    before = {**register.entries[gone]}
    run_id = night()
    apply(ledger, register, run_id, plan(update("a", changed, bruksareal=(50.0, 51.0), antall_soverom=(None, 2)), retire("b", gone)))
    inverse = plan_inverse(ledger, MUNICIPALITY, run_id)
    assert (inverse.items.schema, inverse.desired.schema) == (pl.Schema(PLAN_ITEMS), pl.Schema(DWELLINGS))
    outcomes = apply_plan(inverse.items, inverse.desired, register, ledger, night(), MUNICIPALITY, 2)
    assert became(outcomes) == {"a": "done", "b": "done"}
    assert register.entries[changed]["bruksareal"] == 50.0
    again = register.entries[links_stored(ledger)["b"]]
    assert {name: again[name] for name in before} == before
    assert inverse.cannot.select("leverandor_bolig_id", "why").rows() == [
        ("a", "Blank before, and a blank is never written: antall_soverom.")
    ]


def test_what_cannot_be_undone_is_said(ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    gone = linked(ledger, register, "gone")
    register.entries.pop(gone)
    blank = linked(ledger, register, "blank", leverandor_bolig_id=None)
    run_id = night()
    apply(ledger, register, run_id, plan(*create("new"), retire("gone", gone), update("blank", blank)), dwellings("new"))
    inverse = plan_inverse(ledger, MUNICIPALITY, run_id)
    assert inverse.items.is_empty()
    reasons = dict(inverse.cannot.select("leverandor_bolig_id", "why").iter_rows())
    assert sorted(reasons) == ["blank", "gone", "new"]
    assert "It was created" in reasons["new"]
    assert "not known" in reasons["gone"]


def test_what_has_changed_again_since_is_left_as_it_is(ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    changed = linked(ledger, register, "a", bruksareal=50.0)
    back = linked(ledger, register, "b")
    run_id = night()
    apply(ledger, register, run_id, plan(update("a", changed, bruksareal=(50.0, 51.0)), retire("b", back)))
    register.entries[changed]["bruksareal"] = 60.0
    linked(ledger, register, "b")
    inverse = plan_inverse(ledger, MUNICIPALITY, run_id)
    assert inverse.cannot["why"].to_list() == ["It is in the register again already."]
    outcomes = apply(ledger, register, night(), inverse.items, inverse.desired)
    assert became(outcomes) == {"a": "moved"}
    assert register.entries[changed]["bruksareal"] == 60.0


def test_undoing_twice_finds_nothing_more_to_write(ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    changed = linked(ledger, register, "a", bruksareal=50.0)
    run_id = night()
    apply(ledger, register, run_id, plan(update("a", changed, bruksareal=(50.0, 51.0))))
    for _ in range(2):
        apply(ledger, register, night(), plan_inverse(ledger, MUNICIPALITY, run_id).items)
    assert register.calls["PUT"] == 2
    assert json.loads(plan_inverse(ledger, MUNICIPALITY, run_id).items["changes"][0])[0]["new"] == 50.0


def test_a_run_that_is_not_there_is_one_sentence(ledger: Ledger, night: Nights) -> None:
    night()
    with pytest.raises(LedgerError, match="has no run other"):
        plan_inverse(ledger, MUNICIPALITY, "other")
    with pytest.raises(LedgerError, match="annet_sted has no run run-01"):
        plan_inverse(ledger, "annet_sted", "run-01")
