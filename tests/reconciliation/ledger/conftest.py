"""Every test of the ledger runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciliation.ledger import Ledger, open_ledger
from tests.reconciliation.ledger.databases import Clock, new_ledger_database, new_postgres_database


@pytest.fixture
def postgres_url() -> str:
    return new_postgres_database()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_ledger_database(request.param, tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(ledger_url: str, tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    with open_ledger(ledger_url, tmp_path, clock) as opened:
        yield opened
