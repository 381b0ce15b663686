"""Each benchmark of a part runs on a small town and its assertions pass, so that a broken one is not first seen in a long run."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benchmarks import night_parts, pairs, picks, rehearsal, sources
from benchmarks.client_throughput import memory_alone
from kobo_client.client import RegisterClient
from kobo_client.payload import to_body
from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.process import rehearsal_running

SMALL = 120
KEYS = {"name", "size", "ours", "other", "other_is", "ratio", "goal", "met"}


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is measured here, so nothing need be done five times."""
    monkeypatch.setattr(pairs, "PAIRS", 1)
    monkeypatch.setattr(night_parts, "NIGHTS", 1)


def test_the_parts_run_on_a_small_town() -> None:
    rows = [*night_parts.reconciling(SMALL), night_parts.validating(SMALL), *night_parts.data_work(SMALL)]
    assert all(set(row) - {"detail"} == KEYS for row in rows)
    assert [row["size"] for row in rows] == [SMALL] * 6


def test_every_kind_of_source_is_measured_at_every_size() -> None:
    rows = sources.measure(SMALL)
    assert [row["name"].partition(":")[0] for row in rows] == ["csv", "SQL (SQLite)", "csv", "xlsx", "xlsx"]
    assert all(set(row) - {"detail"} == KEYS for row in rows)


def test_a_call_to_the_rehearsal_register_is_measured(tmp_path: Path) -> None:
    figures = rehearsal.measured(SMALL, 3, tmp_path)
    assert {"GET, ms", "list, last page, ms", "page to look at, ms"} <= set(figures)


def test_the_clients_memory_is_that_of_a_process_of_its_own(tmp_path: Path) -> None:
    config = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=Path("register.sqlite"))
    with rehearsal_running(config, tmp_path) as address, RegisterClient(config.model_copy(update={"base_url": address})) as client:
        kobo_id = client.create(to_body(rehearsal.dwelling(1)), "one").kobo_id
        megabytes = memory_alone(address, kobo_id, 50)
    assert len(megabytes) == 5
    assert all(megabytes)


def test_what_is_planted_for_a_comparison_is_what_it_says() -> None:
    before = pl.DataFrame({"bruksareal": [50.0] * 120, "postnummer": ["9990"] * 120, "gardsnummer": [1] * 120})
    after = picks.planted(before)
    differing = {name: (before[name] != after[name]).arg_true().to_list() for name in before.columns}
    assert differing == {"bruksareal": [0, 40, 60, 100], "postnummer": [20, 80], "gardsnummer": [40, 100]}
