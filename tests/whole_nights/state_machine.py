"""The world of the state machine: what the sources say, what the register holds, what the ledger remembers, and a night in it.

After each night, and after whatever else changed the register, the laws are asked.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from sqlalchemy import delete, select

from assets.planning_steps import gone_tonight
from kobo_client.payload import from_body, to_body, updatable_body
from reconciliation.ledger import Ledger, open_ledger
from reconciliation.ledger.ledger_tables import Lock
from reconciliation.ledger.register_tables import Intent
from reconciliation.ledger.store import table_of
from reconciliation.plan.planning import Plan
from tests.whole_nights import laws
from tests.whole_nights.small_town import Town
from tests.whole_nights.whole_night import Night, whole_night


class World(RuleBasedStateMachine):
    """A town with two sources and a register of its own, night after night."""

    town: Town

    @initialize(see=st.sampled_from(["links", "listing"]), threads=st.integers(1, 3), imported=st.booleans())
    def begin(self, see: str, threads: int, imported: bool) -> None:
        self.town = Town(see, threads)
        self.slug = self.town.municipality.slug
        self.as_of = date(2023, 11, 1)
        self.number = 0
        self.gone: dict[str, set[date]] = {}
        self.taken_away: set[str] = set()
        self.last: Night | None = None
        self.requests: set[str] = set()
        self.changed: dict[str, float] = {}
        home = {"kommunenummer": "9902", "adressenavn": "Kirkegata", "nummer": 7, "postnummer": "9920", "boligtype": "ORDINAR_BOLIG"}
        stranger = to_body({**home, "leverandor_bolig_id": "somebody-else", "bruksenhetsnummer": "H0101"})
        answer = self.town.call("POST", "", json=stranger)
        assert answer.status_code == 201, answer.text
        self.others = {answer.json()["koboId"]}
        if imported:
            self.town.import_entry({**home, "adressenavn": "Storgata", "nummer": 1, "bruksenhetsnummer": "H0102"})
        self.entries = self.town.entries_now()

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.town.close()

    @invariant()
    def nobody_is_known(self) -> None:
        if hasattr(self, "town"):
            laws.nobody_is_known(self.town.home, self.entries)

    def mind(self, faults: list[dict[str, Any]]) -> None:
        self.pending = faults

    def its_lock_expires(self) -> None:
        """The lock of the dead names this very process, which lives: time must pass. tests/ledger holds the rest of that story."""
        with open_ledger(self.town.url, Path()) as ledger, ledger.write() as connection:
            connection.execute(delete(table_of(Lock)))

    def next_run(self) -> str:
        self.number += 1
        return f"run-{self.number:03d}"

    def meddle(self, kobo_id: str, area: int) -> None:
        body = updatable_body({**from_body(self.entries[kobo_id]), "bruksareal": float(area)})
        answer = self.town.call("PUT", f"/{kobo_id}", json=body)
        assert answer.status_code == 200, answer.text
        self.changed[kobo_id] = area

    def one_night(self, ledger: Ledger, *, mode: str = "auto", meddled: bool = False, seed: int = 0) -> Night:
        before = self.entries
        self.last_digest = self.last.plan.digest if self.last else ""
        moved: list[str] = []

        def between(plan: Plan) -> None:
            """Law 5: the register moves after the plan was made."""
            areas = plan.items.filter((pl.col("class") == "update") & pl.col("changes").str.contains("bruksareal"))
            for kobo_id in areas.get_column("kobo_id").to_list()[:1]:
                if before[kobo_id].get("leverandorBoligId"):
                    self.town.faults([])
                    self.meddle(kobo_id, 44)
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
                self.next_run(),
                self.as_of,
                mode=mode,
                before_apply=between if meddled else None,
            )
        laws.conservation(night)
        laws.a_failed_read_is_no_empty_source(night)
        laws.gone_long_enough(night, self.gone)
        laws.a_home_that_may_be_there_keeps_its_entry(night)
        laws.only_what_was_shown(night, ledger, self.requests)
        laws.order_does_not_matter(night, self.town.municipality, links, absences, seed)
        laws.no_wrong_match(night)
        laws.bad_input_is_answered(night)
        unknown = {(name, key) for name, rows in self.town.rows.items() for key, row in rows.items() if row.category == "Ukjent"}
        laws.unknown_is_loud(night, self.town.broken, unknown)
        self._remember(night)
        self.after(before, night)
        for kobo_id in moved:
            assert self.entries[kobo_id]["bruksareal"] == 44, "what a case worker wrote after the plan was made stands"
        return night

    def _remember(self, night: Night) -> None:
        self.last = night
        for ours in gone_tonight(night.plan):
            self.gone.setdefault(ours, set()).add(night.as_of)
        for ours in night.merged.dwellings.get_column("leverandor_bolig_id"):
            self.gone.pop(ours, None)

    def after(self, before: laws.Entries, night: Night | None) -> None:
        self.entries = self.town.entries_now()
        with open_ledger(self.town.url, Path()) as ledger:
            laws.nothing_twice_nothing_lost(self.entries, ledger, self.slug, self.others, self.taken_away)
            laws.hands_off(before, self.entries, ledger, self.slug)
            intent = table_of(Intent)
            with ledger.read() as connection:
                self.requests = set(connection.execute(select(intent.c.request_id)).scalars())
            if night is not None:
                laws.the_stock_is_what_stands(night, ledger, self.slug)
            laws.what_others_changed_stands(self.changed, self.entries, night, ledger, self.slug, self.taken_away)
        laws.protected_fields_stay(before, self.entries, night)
        for kobo_id in self.others:
            assert self.entries[kobo_id] == before[kobo_id]
