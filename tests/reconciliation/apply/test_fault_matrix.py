"""No fault, at any verb, leaves a duplicate, a loss or an unexplained state; docs/fault-matrix.md shows each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reconciliation.apply.fault_matrix import FAULTS, LASTS, WRITES, Cell, cells, page

DOCUMENT = Path(__file__).parents[3] / "docs" / "fault-matrix.md"


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> list[Cell]:
    return list(cells(tmp_path_factory.mktemp("matrix")))


def test_no_cell_has_a_duplicate_a_loss_or_an_unexplained_state(every: list[Cell]) -> None:
    assert len(every) == len(FAULTS) * len(WRITES) * len(LASTS)
    assert [(cell.fault, cell.lasts, cell.write, cell.wrong()) for cell in every if cell.wrong()] == []


def test_the_page_shows_the_table_as_it_is(every: list[Cell]) -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == page(every)
