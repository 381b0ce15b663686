"""An entry that a person had replaced: deleted and made anew in one journalled write, whatever happens in between (law 4)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kobo_client.client import RegisterClient
from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.process import rehearsal_running
from reconciliation.apply import apply_plan
from reconciliation.ledger import Ledger, open_ledger
from reconciliation.model.plan_actions import REPLACE_DECIDED
from reconciliation.plan.undo import plan_inverse
from tests.reconciliation.apply.applying import looked_up
from tests.reconciliation.apply.conftest import MUNICIPALITY
from tests.reconciliation.apply.made_plans import create, dwellings, plan
from tests.reconciliation.apply.paper_register import PaperRegister
from tests.reconciliation.ledger.databases import new_ledger_database
from tests.strategies import register as seen
from tests.whole_nights.dying_ledger import Killed, open_dying

OLD, NEW = "H0101", "H0102"


def replacement(ours: str, kobo_id: str, new: str | None = NEW) -> dict[str, Any]:
    changes = [{"field": "bruksenhetsnummer", "old": OLD, "new": new, "source": "fdv"}] if new else []
    return {
        "class": "conflict",
        "leverandor_bolig_id": ours,
        "kobo_id": kobo_id,
        "changes": json.dumps(changes),
        "reason": REPLACE_DECIDED,
    }


def began(ledger: Ledger, run_id: str, day: int) -> str:
    ledger.begin_run(MUNICIPALITY, date(2023, 11, day), run_id, "auto")
    return run_id


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(new_ledger_database("sqlite", tmp_path), tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = Path(tmp_path_factory.mktemp("register"))
    config = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=folder / "register.sqlite")
    with rehearsal_running(config, folder) as url:
        yield url


def test_over_http_the_old_entry_is_soft_deleted_the_new_one_made_and_the_link_moved(address: str, ledger: Ledger) -> None:
    with RegisterClient(RegisterConfig(kind="rehearsal", base_url=address, attempts=1)) as client:
        apply_plan(plan(*create("a")), dwellings("a"), client, ledger, began(ledger, "one", 1), MUNICIPALITY, 1)
        (before,) = ledger.links(MUNICIPALITY).get_column("kobo_id").to_list()
        desired = dwellings("a", bruksenhetsnummer=NEW)
        run_id = began(ledger, "two", 2)
        done = apply_plan(plan(replacement("a", before)), desired, client, ledger, run_id, MUNICIPALITY, 1)
        assert done.select("verb", "outcome").rows() == [("REPLACE", "done")]
        (after,) = ledger.links(MUNICIPALITY).get_column("kobo_id").to_list()
        assert after != before
        assert client.read_body(before)["slettet"]
        present = [body for body in client.listing() if not body.get("slettet")]
        assert [(body["koboId"], body["bruksenhetsnummer"]) for body in present] == [(after, NEW)]
        history = ledger.link_history(MUNICIPALITY).select("kobo_id", "ended_by").rows()
        assert history == [(before, "replaced"), (after, None)]
        again = apply_plan(plan(replacement("a", before)), desired, client, ledger, began(ledger, "three", 3), MUNICIPALITY, 1)
        assert again.get_column("outcome").to_list() == ["done"]
        assert len([body for body in client.listing() if not body.get("slettet")]) == 1
        assert plan_inverse(ledger, MUNICIPALITY, run_id).cannot.height == 1


def paper(ledger: Ledger, *ours: str) -> PaperRegister:
    linked = {"leverandor_bolig_id": list(ours), "kobo_id": [f"k-{dwelling_id}" for dwelling_id in ours]}
    ledger.save_links(MUNICIPALITY, pl.DataFrame(linked), "created")
    entry = {"bruksenhetsnummer": OLD, "nummer": 1}
    return PaperRegister(
        {
            f"k-{dwelling_id}": {"leverandor_bolig_id": dwelling_id, "adressenavn": f"Fjordveien {dwelling_id}", **entry}
            for dwelling_id in ours
        }
    )


def is_right(ledger: Ledger, register: PaperRegister, *ours: str) -> None:
    assert register.ids == sorted(ours), "each exactly once"
    assert {entry["bruksenhetsnummer"] for entry in register.entries.values()} == {NEW}
    linked = dict(ledger.links(MUNICIPALITY).select("kobo_id", "leverandor_bolig_id").iter_rows())
    assert linked == {kobo_id: entry["leverandor_bolig_id"] for kobo_id, entry in register.entries.items()}
    assert ledger.unsettled(MUNICIPALITY) == []


OURS = [f"d{number}" for number in range(6)]


@pytest.mark.parametrize("after_commit", [False, True])
def test_dead_at_every_transaction_the_next_night_leaves_exactly_one(after_commit: bool, tmp_path: Path) -> None:
    for dies_at in range(1, 40):
        folder = tmp_path / str(dies_at)
        folder.mkdir()
        url = new_ledger_database("sqlite", folder)
        with open_ledger(url, folder) as healthy:
            register = paper(healthy, *OURS)
        items, desired = (
            plan(*(replacement(dwelling_id, f"k-{dwelling_id}") for dwelling_id in OURS)),
            dwellings(*OURS, bruksenhetsnummer=NEW),
        )
        dying = open_dying(url, dies_at, after_commit)
        try:
            apply_plan(items, desired, register, dying, began(dying, "doomed", 1), MUNICIPALITY, 1)
        except Killed:
            died = True
        else:
            died = False
        dying.close()
        with open_ledger(url, folder) as ledger:
            apply_plan(items, desired, register, ledger, began(ledger, "next", 2), MUNICIPALITY, 1)
            is_right(ledger, register, *OURS)
        shutil.rmtree(folder)
        if not died:
            assert dies_at > 3
            return
    pytest.fail("the apply never came to its end")


BETWEEN = {
    "the register is gone between the two": ("POST", "down"),
    "the new one's answer is lost": ("POST", "after"),
    "the new one's request is lost": ("POST", "before"),
    "the register asks to wait between the two": ("POST", "wait"),
    "the register is busy between the two": ("POST", "busy"),
    "the deletion's answer is lost": ("DELETE", "after"),
}


@pytest.mark.parametrize("fault", list(BETWEEN.values())[1:], ids=list(BETWEEN)[1:])
def test_what_fails_half_way_is_finished_before_the_night_ends(fault: tuple[str, str], ledger: Ledger) -> None:
    register = paper(ledger, "a")
    verb, what = fault
    register.faults[verb, "a" if verb == "POST" else "k-a"] = what
    items, desired = plan(replacement("a", "k-a")), dwellings("a", bruksenhetsnummer=NEW)
    done = apply_plan(items, desired, register, ledger, began(ledger, "one", 1), MUNICIPALITY, 1)
    assert done.get_column("outcome").to_list() == ["done"]
    is_right(ledger, register, "a")


@pytest.mark.parametrize("fault", BETWEEN.values(), ids=BETWEEN.keys())
def test_what_fails_twice_half_way_is_finished_before_anything_else_the_next_night(fault: tuple[str, str], ledger: Ledger) -> None:
    register = paper(ledger, "a")
    verb, what = fault
    register.faults[verb, "a" if verb == "POST" else "k-a"] = what
    if verb == "DELETE":
        register.faults["GET", "k-a"] = "fine then before"
    elif what != "down":
        register.faults["POST", "a"] = f"{what} then before"
    items, desired = plan(replacement("a", "k-a")), dwellings("a", bruksenhetsnummer=NEW)
    done = apply_plan(items, desired, register, ledger, began(ledger, "one", 1), MUNICIPALITY, 1)
    assert done.get_column("outcome").to_list() == ["unknown"]
    register.is_down = False
    assert looked_up(ledger, register, began(ledger, "two", 2), "one") == {"a": "done"}
    is_right(ledger, register, "a")


def test_a_new_entry_that_the_register_refuses_is_reported_and_created_by_the_next_plan(ledger: Ledger) -> None:
    register = paper(ledger, "a")
    register.faults["POST", "a"] = "refuse"
    desired = dwellings("a", bruksenhetsnummer=NEW)
    done = apply_plan(plan(replacement("a", "k-a")), desired, register, ledger, began(ledger, "one", 1), MUNICIPALITY, 1)
    assert done.get_column("outcome").to_list() == ["refused"]
    assert ledger.links(MUNICIPALITY).is_empty(), "so the next plan creates it"
    apply_plan(plan(*create("a")), desired, register, ledger, began(ledger, "two", 2), MUNICIPALITY, 1)
    is_right(ledger, register, "a")


UNTOUCHED = {
    "it lacks what the register requires": ({"postnummer": None}, {}, "refused"),
    "its type is none": ({"boligtype": "SLOTT"}, {}, "refused"),
    "the entry was changed since": ({}, {"bruksenhetsnummer": "H0909"}, "moved"),
    "the entry carries another's id": ({}, {"leverandor_bolig_id": "x"}, "moved"),
}


@pytest.mark.parametrize("case", UNTOUCHED.values(), ids=UNTOUCHED.keys())
def test_nothing_is_deleted_when(case: tuple[dict[str, Any], dict[str, Any], str], ledger: Ledger) -> None:
    ours, theirs, outcome = case
    register = paper(ledger, "a")
    register.entries["k-a"].update(theirs)
    desired = dwellings("a", **{"bruksenhetsnummer": NEW, **ours})
    done = apply_plan(plan(replacement("a", "k-a")), desired, register, ledger, began(ledger, "one", 1), MUNICIPALITY, 1)
    assert done.get_column("outcome").to_list() == [outcome]
    assert list(register.entries) == ["k-a"]
    assert register.calls["DELETE"] == 0


def test_nothing_is_deleted_when_what_the_plan_does_not_change_was_edited_since(ledger: Ledger) -> None:
    register = paper(ledger, "a")
    saw = seen({"kobo_id": "k-a", **register.entries["k-a"]})
    register.entries["k-a"]["manedsleie"] = 9000.0
    run_id = began(ledger, "one", 1)
    done = apply_plan(
        plan(replacement("a", "k-a")), dwellings("a", bruksenhetsnummer=NEW), register, ledger, run_id, MUNICIPALITY, 1, entries=saw
    )
    assert done.get_column("outcome").to_list() == ["moved"]
    assert register.calls["DELETE"] == 0


def test_deleted_in_kobo_is_made_anew_without_a_deletion(ledger: Ledger) -> None:
    register = paper(ledger, "a")
    register.deleted["k-a"] = register.entries.pop("k-a")
    item = replacement("a", "k-a", None)
    apply_plan(plan(item), dwellings("a", bruksenhetsnummer=NEW), register, ledger, began(ledger, "one", 1), MUNICIPALITY, 1)
    assert register.calls["DELETE"] == 0
    is_right(ledger, register, "a")
