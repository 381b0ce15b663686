"""A ledger of one test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciliation.ledger import Ledger, open_ledger
from tests.reconciliation.ledger.databases import Clock, new_ledger_database


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(new_ledger_database("sqlite", tmp_path), tmp_path, Clock()) as opened:
        yield opened
