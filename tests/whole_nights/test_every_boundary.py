"""Dead at every transaction of an apply, before and after its commit: after the next night each dwelling is there once."""

from __future__ import annotations

import contextlib
import json
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from reconciliation.apply import apply_plan
from reconciliation.ledger import Ledger, open_ledger
from tests.reconciliation.apply.made_plans import create, dwellings, plan, retire, update
from tests.reconciliation.apply.paper_register import PaperRegister
from tests.reconciliation.ledger.databases import new_ledger_database
from tests.whole_nights.dying_ledger import Killed, open_dying

PLACE = "fjordvik"
NEW = [f"new-{number:02d}" for number in range(24)]
CHANGED = [f"old-{number:02d}" for number in range(6)]
GONE = [f"out-{number:02d}" for number in range(6)]


def world(url: str) -> tuple[PaperRegister, pl.DataFrame, pl.DataFrame]:
    """A register and a linked ledger, and a plan with every kind of write."""
    old = [*CHANGED, *GONE]
    register = PaperRegister({f"k-{ours}": {"leverandor_bolig_id": ours, "adressenavn": ours, "bruksareal": 50.0} for ours in old})
    with open_ledger(url, Path()) as ledger:
        ledger.save_links(PLACE, pl.DataFrame({"leverandor_bolig_id": old, "kobo_id": [f"k-{ours}" for ours in old]}), "created")
    items = plan(
        *create(*NEW),
        *(update(ours, f"k-{ours}", bruksareal=(50.0, 51.0)) for ours in CHANGED),
        *(retire(ours, f"k-{ours}") for ours in GONE),
    )
    return register, items, dwellings(*NEW)


def is_right(ledger: Ledger, register: PaperRegister) -> None:
    assert register.ids == sorted([*NEW, *CHANGED])
    assert all(register.entries[f"k-{ours}"]["bruksareal"] == 51.0 for ours in CHANGED)
    linked = dict(ledger.links(PLACE).select("kobo_id", "leverandor_bolig_id").iter_rows())
    assert linked == {kobo_id: entry["leverandor_bolig_id"] for kobo_id, entry in register.entries.items()}
    assert ledger.unsettled(PLACE) == []


def boundaries(url: str, threads: int) -> int:
    """How many transactions an undisturbed apply has."""
    register, items, desired = world(url)
    ledger = open_dying(url, None, after_commit=False)
    ledger.begin_run(PLACE, date(2023, 11, 1), "undisturbed", "auto")
    apply_plan(items, desired, register, ledger, "undisturbed", PLACE, threads)
    is_right(ledger, register)
    ledger.close()
    return ledger.written


@pytest.mark.parametrize("threads", [1, 3])
def test_dead_at_every_transaction_before_and_after_its_commit(threads: int, tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    total = boundaries(new_ledger_database("sqlite", tmp_path / "first"), threads)
    assert total > 4
    for dies_at in range(1, total):
        for after_commit in (False, True):
            folder = tmp_path / f"{dies_at}-{after_commit}"
            folder.mkdir()
            url = new_ledger_database("sqlite", folder)
            register, items, desired = world(url)
            dying = open_dying(url, dies_at, after_commit)
            dying.begin_run(PLACE, date(2023, 11, 1), "doomed", "auto")
            with pytest.raises(Killed):
                apply_plan(items, desired, register, dying, "doomed", PLACE, threads)
            dying.close()
            with open_ledger(url, Path()) as ledger:
                ledger.begin_run(PLACE, date(2023, 11, 2), "next", "auto")
                # What was retired is no longer in tonight's plan when its link has ended.
                linked = ledger.links(PLACE)["leverandor_bolig_id"].to_list()
                tonight = items.filter((pl.col("class") != "retire") | pl.col("leverandor_bolig_id").is_in(linked))
                apply_plan(tonight, desired, register, ledger, "next", PLACE, threads)
                is_right(ledger, register)
            shutil.rmtree(folder)


@pytest.mark.parametrize("verb", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("number", [0, 3])
def test_a_fault_of_our_own_in_a_call_leaves_the_others_done(verb: str, number: int, tmp_path: Path) -> None:
    url = new_ledger_database("sqlite", tmp_path)
    register, items, desired = world(url)
    seen: list[str] = []

    def break_once(called: str) -> None:
        seen.append(called)
        if called == verb and seen.count(verb) == number + 1:
            raise RuntimeError("a fault of our own")

    register.on_call = break_once
    with open_ledger(url, Path()) as ledger:
        ledger.begin_run(PLACE, date(2023, 11, 1), "run-1", "auto")
        outcomes = apply_plan(items, desired, register, ledger, "run-1", PLACE, 3)
        # A create is made when it is asked about; a change that did not arrive is planned anew.
        assert outcomes.filter(pl.col("outcome") != "done")["outcome"].to_list() == ([] if verb == "POST" else ["failed"])
        register.on_call = None
        ledger.begin_run(PLACE, date(2023, 11, 2), "run-2", "auto")
        left = outcomes.filter(pl.col("outcome") == "failed")["leverandor_bolig_id"]
        apply_plan(items.filter(pl.col("leverandor_bolig_id").is_in(left.to_list())), desired, register, ledger, "run-2", PLACE, 3)
        is_right(ledger, register)


@pytest.mark.parametrize("part", ["create", "update", "retire"])
def test_dead_in_one_part_of_a_plan_the_others_are_untouched_and_each_base_is_what_was_written(part: str, tmp_path: Path) -> None:
    """One part is approved and dies; then that part again, then the rest: nothing twice, nothing lost, nothing early."""
    others = {"create": NEW, "update": CHANGED, "retire": GONE}
    for dies_at in (1, 2):
        for after_commit in (False, True):
            folder = tmp_path / f"{dies_at}-{after_commit}"
            folder.mkdir()
            url = new_ledger_database("sqlite", folder)
            register, items, desired = world(url)
            chosen = items.filter(pl.col("class") == part)
            before = {kobo_id: dict(entry) for kobo_id, entry in register.entries.items()}
            dying = open_dying(url, dies_at, after_commit)
            dying.begin_run(PLACE, date(2023, 11, 1), "doomed", "auto")
            with contextlib.suppress(Killed):
                apply_plan(chosen, desired, register, dying, "doomed", PLACE, 3)
            dying.close()
            untouched = [f"k-{ours}" for name, ids in others.items() if name not in (part, "create") for ours in ids]
            assert all(register.entries[kobo_id] == before[kobo_id] for kobo_id in untouched)
            assert part == "create" or not set(register.ids) & set(NEW)
            with open_ledger(url, Path()) as ledger:
                for run_id, tonight in (("again", chosen), ("rest", items)):
                    ledger.begin_run(PLACE, date(2023, 11, 2), run_id, "auto")
                    linked = ledger.links(PLACE)["leverandor_bolig_id"].to_list()
                    left = tonight.filter((pl.col("class") != "retire") | pl.col("leverandor_bolig_id").is_in(linked))
                    apply_plan(left, desired, register, ledger, run_id, PLACE, 3)
                is_right(ledger, register)
                agreed = {ours: json.loads(agreed_json)["bruksareal"] for _, ours, agreed_json, _ in ledger.bases(PLACE).iter_rows()}
                assert agreed == {**dict.fromkeys(NEW, 50.0), **dict.fromkeys(CHANGED, 51.0)}
            shutil.rmtree(folder)
