"""Edits, broken files, faults, deaths, decisions, other people's changes and undos in any order: the twelve laws after each step.

Everything is the real thing but the clock's dates: files on disk, the functions a night calls, a rehearsal register over HTTP.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import delete, select

from assets.plan import gone_tonight
from kobo_client.payload import from_body, to_body, updatable_body
from reconciliation.apply import apply_plan
from reconciliation.decision_answers import Given, take_in
from reconciliation.decision_questions import Tables, questions
from reconciliation.ledger import Ledger, open_ledger
from reconciliation.ledger.store import table_of
from reconciliation.ledger.tables import Intent, Lock
from reconciliation.plan import Plan, actionable
from reconciliation.undo import UNDO, as_plan, plan_inverse
from tests.crash import laws
from tests.crash.dying import Killed, open_dying
from tests.crash.town import BREAKS, NOBODY, SOURCES, Row, Town
from tests.crash.whole_night import Night, whole_night

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


class Nights(RuleBasedStateMachine):
    """The world: what the sources say, what the register holds, what the ledger remembers."""

    town: Town

    @initialize(see=st.sampled_from(["links", "listing"]), threads=st.integers(1, 3), imported=st.booleans())
    def found(self, see: str, threads: int, imported: bool) -> None:
        self.town = Town(see, threads)
        self.slug = self.town.municipality.slug
        self.as_of = date(2023, 11, 1)
        self.number = 0
        self.gone: dict[str, set[date]] = {}
        self.taken_away: set[str] = set()
        self.last: Night | None = None
        self.requests: set[str] = set()
        home = {"kommunenummer": "9902", "adressenavn": "Kirkegata", "nummer": 7, "postnummer": "9920", "boligtype": "ORDINAR_BOLIG"}
        stranger = to_body({**home, "leverandor_bolig_id": "somebody-else", "bruksenhetsnummer": "H0101"})
        answer = self.town.call("POST", "", json=stranger)
        assert answer.status_code == 201, answer.text
        self.others = {answer.json()["koboId"]}
        if imported:
            self.town.import_entry({**home, "adressenavn": "Storgata", "nummer": 1, "bruksenhetsnummer": "H0102"})
        self.entries = self.town.standing()

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.town.close()

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
        """The ledger alone must be enough to delete nothing that stands in a source."""
        path = self.town.home / self.town.municipality.storage / self.slug / "standing_rows.parquet"
        if path.exists():
            path.write_bytes(b"" if whole else path.read_bytes()[:-20])

    @rule()
    def next_day(self) -> None:
        self.as_of += timedelta(days=1)

    @rule(faults=FAULTS, meddled=st.booleans(), seed=st.integers(0, 99))
    def night(self, faults: list[dict[str, Any]], meddled: bool, seed: int) -> None:
        self._mind(faults)
        with open_ledger(self.town.url, Path()) as ledger:
            self._night(ledger, meddled=meddled, seed=seed)

    @rule(dies_at=st.integers(0, 9), after_commit=st.booleans(), faults=FAULTS)
    def night_that_dies(self, dies_at: int, after_commit: bool, faults: list[dict[str, Any]]) -> None:
        self._mind(faults)
        dying = open_dying(self.town.url, dies_at, after_commit)
        before = self.entries
        try:
            self._night(dying)
        except Killed:
            self._its_lock_expires()
            self._after(before, None)
        finally:
            dying.close()

    @rule()
    def the_register_is_away(self) -> None:
        self._mind([{"kind": "outage", "seconds": 60.0}])
        with open_ledger(self.town.url, Path()) as ledger:
            assert self._night(ledger).outcomes.is_empty()

    @precondition(lambda self: self.last is not None)
    @rule()
    def approve_yesterdays_plan(self) -> None:
        """Law 5: that plan or none."""
        assert self.last is not None
        self._mind([])
        with open_ledger(self.town.url, Path()) as ledger:
            night = self._night(ledger, mode=self.last.plan.digest)
        assert night.approval.answer == ("apply" if night.plan.digest == self.last_digest else "stale")

    @rule(which=st.integers(0, 20), delete=st.booleans())
    def a_case_worker_changes_kobo(self, which: int, delete: bool) -> None:
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
            self._meddle(kobo_id, 33)
        self.entries = self.town.standing()

    @precondition(lambda self: self.last is not None and self.last.plan.register_verdict == "complete")
    @rule(which=st.integers(0, 20), answer=st.integers(0, 5))
    def a_person_decides(self, which: int, answer: int) -> None:
        night = self.last
        assert night is not None
        with open_ledger(self.town.url, Path()) as ledger:
            merged = night.merged
            tables = Tables(merged.dwellings, night.plan.items, night.matches, merged.lineage, night.standing, night.seen.rows)
            asked = questions(tables, ledger.decisions(self.slug))
            if asked:
                question = asked[which % len(asked)]
                chosen = question.answers[answer % len(question.answers)]
                take_in([Given(question.id, chosen.code, "boligkontoret")], asked, ledger, self.slug)

    @rule(back=st.integers(1, 4))
    def undo(self, back: int) -> None:
        self._mind([])
        before = self.entries
        with open_ledger(self.town.url, Path()) as ledger:
            runs = ledger.runs(self.slug).get_column("run_id").to_list()
            if not runs:
                return
            inverse = plan_inverse(ledger, self.slug, runs[-min(back, len(runs))])
            plan = as_plan(inverse, ledger, self.town.municipality)
            run_id = self._next_run()
            ledger.begin_run(self.slug, self.as_of, run_id, UNDO)
            ledger.record_plan(run_id, plan.items, plan.digest, gone=[])
            with self.town.client() as client:
                apply_plan(plan.items, inverse.desired, client, ledger, run_id, self.slug, 2)
            ledger.finish_run(run_id, "done", {}, {})
        for ours in inverse.desired.get_column("leverandor_bolig_id"):
            self.gone.pop(ours, None)
        self._after(before, None)

    @rule()
    def quiet_nights_bring_everything_into_line(self) -> None:
        """Law 3: without faults, as many nights as a retirement needs; then nothing is left to do and nothing is open."""
        self.town.broken.clear()
        self.town.write()
        with open_ledger(self.town.url, Path()) as ledger:
            for _ in range(4):
                self._mind([])
                night = self._night(ledger)
                self.as_of += timedelta(days=1)
            refused = night.outcomes.filter(pl.col("outcome") == "refused")
            assert ledger.unsettled(self.slug) == []
            last = self._night(ledger)
            # What the register refuses, and what stands under somebody else's id, is planned again until a person has looked.
            left = actionable(last.plan).filter(~pl.col("leverandor_bolig_id").is_in(refused.get_column("leverandor_bolig_id").to_list()))
            assert left.is_empty(), left

    @invariant()
    def nobody_is_known(self) -> None:
        if hasattr(self, "town"):
            laws.nobody_is_known(self.town.home, self.entries)

    def _mind(self, faults: list[dict[str, Any]]) -> None:
        self.pending = faults

    def _its_lock_expires(self) -> None:
        """The lock of the dead names this very process, which lives: time must pass. tests/ledger holds the rest of that story."""
        with open_ledger(self.town.url, Path()) as ledger, ledger.write() as connection:
            connection.execute(delete(table_of(Lock)))

    def _next_run(self) -> str:
        self.number += 1
        return f"run-{self.number:03d}"

    def _meddle(self, kobo_id: str, area: int) -> None:
        body = updatable_body({**from_body(self.entries[kobo_id]), "bruksareal": float(area)})
        answer = self.town.call("PUT", f"/{kobo_id}", json=body)
        assert answer.status_code == 200, answer.text

    def _night(self, ledger: Ledger, *, mode: str = "auto", meddled: bool = False, seed: int = 0) -> Night:
        before = self.entries
        self.last_digest = self.last.plan.digest if self.last else ""
        moved: list[str] = []

        def between(plan: Plan) -> None:
            """Law 5: the register moves after the plan was made."""
            areas = plan.items.filter((pl.col("class") == "update") & pl.col("changes").str.contains("bruksareal"))
            for kobo_id in areas.get_column("kobo_id").to_list()[:1]:
                if before[kobo_id].get("leverandorBoligId"):
                    self.town.faults([])
                    self._meddle(kobo_id, 44)
                    moved.append(kobo_id)
                    self.town.faults(self.pending)

        links, absences = ledger.links(self.slug), ledger.absences(self.slug, self.as_of)
        self.town.faults(self.pending)
        with self.town.client() as client:
            night = whole_night(
                self.town.municipality,
                self.town.home,
                ledger,
                client,
                self.town.calls,
                self._next_run(),
                self.as_of,
                mode=mode,
                before_apply=between if meddled else None,
            )
        laws.conservation(night)
        laws.a_failed_read_is_no_empty_source(night)
        laws.gone_long_enough(night, self.gone)
        laws.only_what_was_shown(night, ledger, self.requests)
        laws.order_does_not_matter(night, self.town.municipality, links, absences, seed)
        laws.no_wrong_match(night)
        laws.bad_input_is_answered(night)
        unknown = {(name, key) for name, rows in self.town.rows.items() for key, row in rows.items() if row.category == "Ukjent"}
        laws.unknown_is_loud(night, self.town.broken, unknown)
        self._remember(night)
        self._after(before, night)
        for kobo_id in moved:
            assert self.entries[kobo_id]["bruksareal"] == 44, "what a case worker wrote after the plan was made stands"
        return night

    def _remember(self, night: Night) -> None:
        self.last = night
        for ours in gone_tonight(night.plan):
            self.gone.setdefault(ours, set()).add(night.as_of)
        for ours in night.merged.dwellings.get_column("leverandor_bolig_id"):
            self.gone.pop(ours, None)

    def _after(self, before: laws.Entries, night: Night | None) -> None:
        self.entries = self.town.standing()
        with open_ledger(self.town.url, Path()) as ledger:
            laws.nothing_twice_nothing_lost(self.entries, ledger, self.slug, self.others, self.taken_away)
            laws.hands_off(before, self.entries, ledger, self.slug)
            intent = table_of(Intent)
            with ledger.read() as connection:
                self.requests = set(connection.execute(select(intent.c.request_id)).scalars())
        laws.protected_fields_stay(before, self.entries, night)
        for kobo_id in self.others:
            assert self.entries[kobo_id] == before[kobo_id]


class ManyNights(Nights):
    pass


TestNights = Nights.TestCase
TestNights.settings = settings(max_examples=4, stateful_step_count=8)
TestManyNights = pytest.mark.soak(ManyNights.TestCase)
TestManyNights.settings = settings(max_examples=300, stateful_step_count=15)
