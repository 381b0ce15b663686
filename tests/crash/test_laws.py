"""Edits, lost answers, deaths, refusals and undos in any order: the laws of the ledger and the apply hold after each step.

The planner here is the smallest that could be: what counts is what the journal makes of its plans.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from reconciliation.apply import apply_plan
from reconciliation.ledger import Ledger, open_ledger
from reconciliation.undo import plan_inverse
from tests.apply.paper_register import PaperRegister
from tests.apply.plans import create, dwellings, plan, retire, update
from tests.crash.dying import Killed, open_dying
from tests.ledger.databases import new_ledger_database

PLACE = "fjordvik"
RETIRE_AFTER = 2
OURS = st.sampled_from([f"d{number}" for number in range(6)])
FAULTS = st.dictionaries(
    st.tuples(st.sampled_from(["POST", "PUT", "DELETE"]), OURS),
    st.sampled_from(["before", "after", "refuse", "wait", "busy", "down"]),
    max_size=3,
)


class Nights(RuleBasedStateMachine):
    """The world: what the source says, what the register holds, what the ledger remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="ks-law-"))
        self.url = new_ledger_database("sqlite", self.folder)
        self.register = PaperRegister({"foreign": {"leverandor_bolig_id": "somebody-else", "adressenavn": "Annenveien", "bruksareal": 1.0}})
        self.source: dict[str, float] = {}
        self.gone_since: dict[str, set[date]] = {}
        self.as_of = date(2023, 11, 1)
        self.number = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(ours=OURS, area=st.sampled_from([40.0, 50.0, 60.0]))
    def say(self, ours: str, area: float) -> None:
        self.source[ours] = area

    @rule(ours=OURS)
    def sell(self, ours: str) -> None:
        self.source.pop(ours, None)

    @rule()
    def next_day(self) -> None:
        self.as_of += timedelta(days=1)

    @rule(faults=FAULTS, threads=st.integers(1, 3))
    def night_with_faults(self, faults: dict[tuple[str, str], str], threads: int) -> None:
        self._plant(faults)
        with open_ledger(self.url, Path()) as ledger:
            self._night(ledger, threads)

    @rule(dies_at=st.integers(0, 6), after_commit=st.booleans(), faults=FAULTS)
    def night_that_dies(self, dies_at: int, after_commit: bool, faults: dict[tuple[str, str], str]) -> None:
        self._plant(faults)
        dying = open_dying(self.url, dies_at, after_commit)
        try:
            self._night(dying, 2)
        except Killed:
            pass
        finally:
            dying.close()

    @rule()
    def quiet_nights_bring_everything_into_line(self) -> None:
        """Law 3: without faults, as many nights as a retirement needs, and the next plan is empty."""
        self._plant({})
        with open_ledger(self.url, Path()) as ledger:
            for _ in range(RETIRE_AFTER + 2):
                self._night(ledger, 2)
                self.as_of += timedelta(days=1)
            assert self._plan(ledger)[0].filter(pl.col("class") != "in_sync").is_empty()
            assert ledger.unsettled(PLACE) == []
            linked = dict(ledger.links(PLACE).select("leverandor_bolig_id", "kobo_id").iter_rows())
        assert {ours: self.register.entries[kobo]["bruksareal"] for ours, kobo in linked.items()} == self.source

    @rule(back=st.integers(1, 5))
    def undo(self, back: int) -> None:
        self._plant({})
        with open_ledger(self.url, Path()) as ledger:
            runs = ledger.runs(PLACE)["run_id"].to_list()
            if not runs:
                return
            inverse = plan_inverse(ledger, PLACE, runs[-min(back, len(runs))])
            # A person does not ask to undo the retirement of what has been created again, nor does the plan let them.
            run_id = self._begin(ledger)
            apply_plan(inverse.items, inverse.desired, self.register, ledger, run_id, PLACE, 2)
            ledger.finish_run(run_id, "done", {}, {})

    @invariant()
    def nothing_is_there_twice(self) -> None:
        assert len(self.register.ids) == len(set(self.register.ids))

    @invariant()
    def what_is_not_ours_is_untouched(self) -> None:
        assert self.register.entries["foreign"] == {"leverandor_bolig_id": "somebody-else", "adressenavn": "Annenveien", "bruksareal": 1.0}

    @invariant()
    def every_entry_of_ours_is_linked_or_asked_about_next(self) -> None:
        with open_ledger(self.url, Path()) as ledger:
            linked = dict(ledger.links(PLACE).select("kobo_id", "leverandor_bolig_id").iter_rows())
            open_for = {write.leverandor_bolig_id for write in ledger.unsettled(PLACE)}
        for kobo_id, entry in self.register.entries.items():
            if kobo_id != "foreign":
                assert linked.get(kobo_id) == entry["leverandor_bolig_id"] or entry["leverandor_bolig_id"] in open_for
        for kobo_id, ours in linked.items():
            assert kobo_id in self.register.entries or ours in open_for

    def _plant(self, faults: dict[tuple[str, str], str]) -> None:
        """Faults of PUT and DELETE are told by koboId; those not met yet are forgotten."""
        kobo_of = {entry.get("leverandor_bolig_id"): kobo_id for kobo_id, entry in self.register.entries.items()}
        self.register.is_down = False
        self.register.faults = {
            (verb, ours if verb == "POST" else kobo_of.get(ours, ours)): fault for (verb, ours), fault in faults.items()
        }

    def _begin(self, ledger: Ledger) -> str:
        self.number += 1
        run_id = f"run-{self.number:03d}"
        ledger.begin_run(PLACE, self.as_of, run_id, "auto")
        return run_id

    def _night(self, ledger: Ledger, threads: int) -> None:
        run_id = self._begin(ledger)
        items, desired, gone = self._plan(ledger)
        ledger.record_plan(run_id, items, "digest", gone=gone)
        deleted = set(self.register.deleted)
        apply_plan(items, desired, self.register, ledger, run_id, PLACE, threads)
        for kobo_id in set(self.register.deleted) - deleted:
            ours = str(self.register.deleted[kobo_id]["leverandor_bolig_id"])
            assert ours not in self.source, "nothing is deleted while a source has it"
        ledger.finish_run(run_id, "done", {}, {})

    def _plan(self, ledger: Ledger) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
        links = dict(ledger.links(PLACE).select("leverandor_bolig_id", "kobo_id").iter_rows())
        nights = ledger.absences(PLACE, self.as_of)
        items: list[dict[str, Any]] = []
        gone = [ours for ours in links if ours not in self.source]
        for ours, area in self.source.items():
            if ours not in links:
                items += create(ours)
                continue
            held = self.register.entries.get(links[ours], {}).get("bruksareal")
            items.append(
                update(ours, links[ours], bruksareal=(held, area)) if held != area else {**retire(ours, links[ours]), "class": "in_sync"}
            )
        items += [retire(ours, links[ours]) for ours in gone if nights.get(ours, 0) >= RETIRE_AFTER]
        shown = plan(*items)
        frames = [dwellings(ours, bruksareal=area) for ours, area in self.source.items()]
        return shown, pl.concat(frames) if frames else dwellings(), gone


class ManyNights(Nights):
    pass


TestNights = Nights.TestCase
TestNights.settings = settings(max_examples=8, stateful_step_count=10)
TestManyNights = pytest.mark.soak(ManyNights.TestCase)
TestManyNights.settings = settings(max_examples=300, stateful_step_count=25)
