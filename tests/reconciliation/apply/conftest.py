"""A ledger on SQLite and on PostgreSQL, a register in memory, and one run after another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from reconciliation.ledger import Ledger, open_ledger
from tests.reconciliation.apply.paper_register import PaperRegister
from tests.reconciliation.ledger.databases import Clock, new_ledger_database

MUNICIPALITY = "fjordvik"
FIRST = date(2023, 11, 1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(new_ledger_database(request.param, tmp_path), tmp_path, Clock()) as opened:
        yield opened


@pytest.fixture
def register() -> PaperRegister:
    return PaperRegister()


class Nights:
    """Begins one run after another."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.number = 0

    def __call__(self) -> str:
        self.number += 1
        run_id = f"run-{self.number:02d}"
        self.ledger.begin_run(MUNICIPALITY, FIRST + timedelta(days=self.number), run_id, "auto")
        return run_id


@pytest.fixture
def night(ledger: Ledger) -> Nights:
    return Nights(ledger)
