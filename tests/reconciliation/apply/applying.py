"""Applying in one line, and what it came to."""

from __future__ import annotations

from typing import Any

import polars as pl

from reconciliation.apply import apply_plan
from reconciliation.ledger import Ledger
from reconciliation.model.tables import PLAN_ITEMS, empty
from tests.reconciliation.apply.conftest import MUNICIPALITY
from tests.reconciliation.apply.made_plans import dwellings
from tests.reconciliation.apply.paper_register import PaperRegister


def apply(
    ledger: Ledger, register: PaperRegister, run_id: str, items: pl.DataFrame, desired: pl.DataFrame | None = None, **more: Any
) -> pl.DataFrame:
    return apply_plan(items, dwellings() if desired is None else desired, register, ledger, run_id, MUNICIPALITY, 4, **more)


def became(outcomes: pl.DataFrame) -> dict[str, str]:
    return dict(outcomes.select("leverandor_bolig_id", "outcome").iter_rows())


def looked_up(ledger: Ledger, register: PaperRegister, run_id: str, earlier: str) -> dict[str, str]:
    """What became of an earlier run's writes in a night whose plan is empty."""
    apply(ledger, register, run_id, empty(PLAN_ITEMS))
    return became(ledger.outcomes(earlier))


def links_stored(ledger: Ledger) -> dict[str, str]:
    return dict(ledger.links(MUNICIPALITY).select("leverandor_bolig_id", "kobo_id").iter_rows())


def linked(ledger: Ledger, register: PaperRegister, ours: str, **entry: Any) -> str:
    """An entry in the register that is ours."""
    kobo_id = f"k-{ours}"
    register.entries[kobo_id] = {"leverandor_bolig_id": ours, "adressenavn": ours, **entry}
    ledger.save_links(MUNICIPALITY, pl.DataFrame({"leverandor_bolig_id": [ours], "kobo_id": [kobo_id]}), "created")
    return kobo_id
