"""Fjordvik's first and last night, written once for all tests of the generator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demo import story, truth
from demo.typed_rows import TypedRow


@dataclass(frozen=True)
class Night:
    folder: Path
    as_of: date
    truth: dict[str, Any]


def _night(folder: Path, as_of: date) -> Night:
    story.write_night(folder, as_of)
    story.write_register_before(folder)
    return Night(folder, as_of, truth.of(as_of))


@pytest.fixture(scope="session")
def nights() -> list[dict[str, list[TypedRow]]]:
    """Source -> rows, for each of the twelve nights."""
    return [story.rows_on(as_of) for as_of in story.NIGHTS]


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Night:
    return _night(tmp_path_factory.mktemp("first"), story.NIGHTS[0])


@pytest.fixture(scope="session")
def last(tmp_path_factory: pytest.TempPathFactory) -> Night:
    return _night(tmp_path_factory.mktemp("last"), story.NIGHTS[-1])
