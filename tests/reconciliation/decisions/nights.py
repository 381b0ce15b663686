"""Nights without a disk: rows in, a plan out, with decisions as people made them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl

from reconciliation.decisions.confirmed_warnings import with_confirmed_numbers
from reconciliation.decisions.field_evidence import with_unchanged_choices
from reconciliation.ledger.decision_log import DECISIONS
from reconciliation.match import match
from reconciliation.merge import Merged, merge
from reconciliation.model.municipality import Municipality
from reconciliation.plan.planning import Plan, make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from tests.strategies import NIGHT, SOURCES, bases_of, links, municipality, none_known, register, standing_rows


def decided(*made: dict[str, Any]) -> pl.DataFrame:
    """DECISIONS from what matters, one second apart."""
    rows = [
        {
            "decision_id": str(number),
            "kind": "field",
            "decided_by": "boligkontoret",
            "decided": datetime(2023, 11, 2, 9, 0, number, tzinfo=UTC),
            **decision,
        }
        for number, decision in enumerate(made)
    ]
    return pl.DataFrame(rows, schema=DECISIONS)


class SmallNight:
    """One night's tables and its plan."""

    def __init__(
        self,
        rows: list[dict[str, Any]],
        entries: list[dict[str, Any]],
        linked: dict[str, str] | None = None,
        decisions: pl.DataFrame | None = None,
        known: pl.DataFrame | None = None,
        bases: pl.DataFrame | None = None,
        changed_in_kobo: dict[str, str] | None = None,
    ) -> None:
        house = municipality()
        self.house: Municipality = house.model_copy(update={"changed_in_kobo": changed_in_kobo or {}})
        self.rows = standing_rows(*({"source": "fdv", "source_key": str(number), **row} for number, row in enumerate(rows, start=1)))
        self.register = register(*entries)
        self.links = links(**(linked or {}))
        made = decided() if decisions is None else decisions
        memberships = none_known() if known is None else known
        confirmed = with_confirmed_numbers(made, self.rows, self.house, NIGHT)
        self.merged: Merged = merge(self.rows, memberships, with_unchanged_choices(confirmed, self.rows, memberships), self.house)
        self.matches = match(self.merged.dwellings, self.register, self.links, made)
        remembered = Remembered(self.links, bases_of(self.register) if bases is None else bases, made)
        reading = Reading(frozenset(SOURCES))
        self.plan: Plan = make_plan(self.merged, self.register, self.matches, reading, remembered, self.house, NIGHT)

    def item(self, ours: str = "fdv-1") -> dict[str, Any]:
        (only,) = self.plan.items.filter(pl.col("leverandor_bolig_id") == ours).to_dicts()
        return only
