"""Edits, broken files, faults, deaths, decisions, other people's changes and undos in any order: the laws after each step.

Everything is the real thing but the clock's dates: files on disk, the functions a night calls, a rehearsal register over HTTP.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from reconciliation.apply import apply_plan
from reconciliation.decisions.answer_checks import GivenAnswer, store_answers
from reconciliation.decisions.question_lookup import Tables
from reconciliation.decisions.questions import questions
from reconciliation.ledger import open_ledger
from reconciliation.plan.planning import actionable
from reconciliation.plan.undo import UNDO, as_plan, plan_inverse
from tests.whole_nights.dying_ledger import Killed, open_dying
from tests.whole_nights.small_town import BREAKS, NOBODY, SOURCES, Row
from tests.whole_nights.state_machine import World

KEYS = st.sampled_from([str(number) for number in range(100, 106)])
SOURCE = st.sampled_from(SOURCES)
ADDRESS = st.sampled_from(["Storgata 1", "STORGATA 1", "Storgata 1B", "Lillevegen 4", "Kirkegata 7"])
UNIT = st.sampled_from(["H0101", "H0101", "H0102", ""])
ROWS = st.builds(
    Row,
    address=ADDRESS,
    unit=UNIT,
    area=st.sampled_from(["50,5", "61", ""]),
    category=st.sampled_from(["Ordinær", "Omsorg", "Institusjon"]),
    reference=st.sampled_from(["", "", "", "Rom 2", f"ring {NOBODY}"]),
)
BAD_ROWS = st.sampled_from(
    [
        Row("", "H0101", "50", "Ordinær"),
        Row("Storgata 1", "X9", "50", "Ordinær"),
        Row("Storgata 1", "H0101", "50", "Ukjent"),
        Row("Postboks 12", "H0101", "femti", "Omsorg"),
    ]
)
FAULTS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["429_seconds", "500", "502_html", "503", "cut_before", "cut_after", "cut_middle", "no_json"]),
            "verb": st.sampled_from(["POST", "PUT", "DELETE", "GET"]),
            "times": st.integers(1, 5),
            "after": st.integers(0, 3),
        }
    ),
    max_size=3,
)


class Nights(World):
    """What can happen, in any order."""

    @rule(source=SOURCE, key=KEYS, row=ROWS)
    def say(self, source: str, key: str, row: Row) -> None:
        self.town.rows[source][key] = row
        self.town.write()

    @rule(source=SOURCE, key=KEYS, row=BAD_ROWS)
    def say_something_wrong(self, source: str, key: str, row: Row) -> None:
        self.town.rows[source][key] = row
        self.town.write()

    @rule(source=SOURCE, key=KEYS)
    def sell(self, source: str, key: str) -> None:
        self.town.rows[source].pop(key, None)
        self.town.write()

    @rule(source=SOURCE, how=st.sampled_from([*BREAKS, ""]))
    def break_or_mend_a_file(self, source: str, how: str) -> None:
        self.town.broken.pop(source, None)
        if how:
            self.town.broken[source] = how
        self.town.write()

    @rule(whole=st.booleans())
    def lose_the_tables_between_the_nights(self, whole: bool) -> None:
        """The ledger alone must be enough to delete nothing that is in a source."""
        path = self.town.home / self.town.municipality.storage / self.slug / "standing_rows.parquet"
        if path.exists():
            path.write_bytes(b"" if whole else path.read_bytes()[:-20])

    @rule()
    def next_day(self) -> None:
        self.as_of += timedelta(days=1)

    @rule(faults=FAULTS, meddled=st.booleans(), seed=st.integers(0, 99))
    def night(self, faults: list[dict[str, Any]], meddled: bool, seed: int) -> None:
        self.mind(faults)
        with open_ledger(self.town.url, Path()) as ledger:
            self.one_night(ledger, meddled=meddled, seed=seed)

    @rule(dies_at=st.integers(0, 9), after_commit=st.booleans(), faults=FAULTS, part=st.integers(-2, 3))
    def night_that_dies(self, dies_at: int, after_commit: bool, faults: list[dict[str, Any]], part: int) -> None:
        """part: which part of yesterday's plan is approved, and no other; below zero a whole night."""
        self.mind(faults)
        parts = self.last.plan.parts if self.last else ()
        mode = parts[part % len(parts)].digest if part >= 0 and parts else "auto"
        dying = open_dying(self.town.url, dies_at, after_commit)
        before = self.entries
        try:
            self.one_night(dying, mode=mode)
        except Killed:
            self.its_lock_expires()
            self.after(before, None)
        finally:
            dying.close()

    @rule()
    def the_register_is_away(self) -> None:
        self.mind([{"kind": "outage", "seconds": 60.0}])
        with open_ledger(self.town.url, Path()) as ledger:
            assert self.one_night(ledger).outcomes.is_empty()

    @precondition(lambda self: self.last is not None)
    @rule()
    def approve_yesterdays_plan(self) -> None:
        """Law 5: that plan or none."""
        assert self.last is not None
        self.mind([])
        with open_ledger(self.town.url, Path()) as ledger:
            night = self.one_night(ledger, mode=self.last.plan.digest)
        assert night.approval.answer == ("apply" if night.plan.digest == self.last_digest else "stale")

    @precondition(lambda self: self.last is not None and self.last.plan.parts)
    @rule(which=st.integers(0, 5))
    def approve_a_part_of_yesterdays_plan(self, which: int) -> None:
        """Law 5: that part alone, or none."""
        assert self.last is not None
        part = self.last.plan.parts[which % len(self.last.plan.parts)]
        self.mind([])
        with open_ledger(self.town.url, Path()) as ledger:
            night = self.one_night(ledger, mode=part.digest)
        still_planned = [each_part.name for each_part in night.plan.parts if each_part.digest == part.digest] or [
            night.plan.digest == part.digest
        ]
        assert night.approval.answer == ("apply" if any(still_planned) else "stale")
        assert set(night.approval.parts) <= {part.name} or night.plan.digest == part.digest

    @rule(which=st.integers(0, 20), delete=st.booleans(), area=st.sampled_from([33, 61]))
    def a_case_worker_changes_kobo(self, which: int, delete: bool, area: int) -> None:
        if not self.entries:
            return
        kobo_id = sorted(self.entries)[which % len(self.entries)]
        body = self.entries[kobo_id]
        if kobo_id in self.others:
            return
        if delete and body.get("leverandorBoligId"):
            answer = self.town.call("DELETE", f"/{kobo_id}", params={"leverandorBoligId": body["leverandorBoligId"]})
            assert answer.status_code == 204, answer.text
            self.taken_away.add(kobo_id)
        elif body.get("leverandorBoligId"):
            self.meddle(kobo_id, area)
        self.entries = self.town.entries_now()

    @precondition(lambda self: self.last is not None and self.last.plan.register_verdict == "complete")
    @rule(which=st.integers(0, 20), answer=st.integers(0, 5))
    def a_person_decides(self, which: int, answer: int) -> None:
        night = self.last
        assert night is not None
        with open_ledger(self.town.url, Path()) as ledger:
            merged = night.merged
            tables = Tables(merged.dwellings, night.plan.items, night.matches, merged.lineage, night.standing_rows, night.seen.rows)
            asked = questions(tables, ledger.decisions(self.slug))
            if asked:
                question = asked[which % len(asked)]
                chosen = question.answers[answer % len(question.answers)]
                store_answers([GivenAnswer(question.id, chosen.code, "boligkontoret")], asked, ledger, self.slug)

    @rule(back=st.integers(1, 4))
    def undo(self, back: int) -> None:
        self.mind([])
        before = self.entries
        with open_ledger(self.town.url, Path()) as ledger:
            runs = ledger.runs(self.slug).get_column("run_id").to_list()
            if not runs:
                return
            inverse = plan_inverse(ledger, self.slug, runs[-min(back, len(runs))])
            plan = as_plan(inverse, ledger, self.town.municipality)
            run_id = self.next_run()
            ledger.begin_run(self.slug, self.as_of, run_id, UNDO)
            ledger.record_plan(run_id, plan.items, plan.digest, gone=[])
            with self.town.client() as client:
                apply_plan(plan.items, inverse.desired, client, ledger, run_id, self.slug, 2)
            ledger.finish_run(run_id, "done", {}, {})
        for ours in inverse.desired.get_column("leverandor_bolig_id"):
            self.gone.pop(ours, None)
        self.after(before, None)

    @rule()
    def quiet_nights_bring_everything_into_line(self) -> None:
        """Law 3: without faults, as many nights as a retirement needs; then nothing is left to do and nothing is open."""
        self.town.broken.clear()
        self.town.write()
        with open_ledger(self.town.url, Path()) as ledger:
            for _ in range(4):
                self.mind([])
                night = self.one_night(ledger)
                self.as_of += timedelta(days=1)
            refused = night.outcomes.filter(pl.col("outcome") == "refused")
            assert ledger.unsettled(self.slug) == []
            rows = (ledger.bases(self.slug), ledger.movements(self.slug))
            last = self.one_night(ledger)
            assert all(now.equals(before) for now, before in zip((ledger.bases(self.slug), ledger.movements(self.slug)), rows, strict=True))
            # What the register refuses, and what is under somebody else's id, is planned again until a person has looked.
            left = actionable(last.plan).filter(~pl.col("leverandor_bolig_id").is_in(refused.get_column("leverandor_bolig_id").to_list()))
            assert left.is_empty(), left


class ManyNights(Nights):
    pass


TestNights = Nights.TestCase
TestNights.settings = settings(max_examples=4, stateful_step_count=8)
TestManyNights = pytest.mark.soak(ManyNights.TestCase)
TestManyNights.settings = settings(max_examples=300, stateful_step_count=15)
