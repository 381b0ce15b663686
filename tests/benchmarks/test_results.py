"""The writer of benchmark results: what got worse comes first, what failed is a row, and what was measured is said with versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import pairs
from benchmarks.__main__ import PEERS, earlier, machine, main, measure, table, worse, write
from benchmarks.pairs import compared

ROW: dict[str, Any] = {
    "benchmark": "night_parts",
    "commit": "abc1234",
    "name": "a | b",
    "size": 10,
    "ours": 2.0,
    "other": 1.0,
    "other_is": "bare",
}
AT_MOST, AT_LEAST = ROW | {"goal": "<= 1.5"}, ROW | {"goal": ">= 0.95"}


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([AT_MOST | {"ratio": 2.0}], [AT_MOST | {"ratio": 2.6}], ["WORSE: a | b at 10: 2.0 -> 2.6"]),
        ([AT_MOST | {"ratio": 2.0}], [AT_MOST | {"ratio": 2.4}], []),
        ([AT_MOST | {"ratio": 2.0}], [AT_MOST | {"ratio": 0.1}], []),
        ([AT_LEAST | {"ratio": 2.0}], [AT_LEAST | {"ratio": 1.0}], ["WORSE: a | b at 10: 2.0 -> 1.0"]),
        ([AT_LEAST | {"ratio": 1.0}], [AT_LEAST | {"ratio": 2.0}], []),
        ([ROW | {"ratio": 4.0}], [ROW | {"ratio": 6.0, "more_is_better": True}], []),
        ([ROW | {"ratio": 1.0}], [ROW | {"ratio": 2.0, "size": 11}], []),
        ([ROW | {"ratio": 1.0}], [ROW | {"ratio": 2.0, "other_is": "another"}], []),
        ([ROW | {"ratio": None}], [ROW | {"ratio": 2.0}], []),
        ([], [ROW | {"ratio": 2.0}], []),
    ],
    ids=[
        "worse",
        "within noise",
        "better",
        "fewer of what should be many",
        "more",
        "more, without a goal",
        "another size",
        "another peer",
        "no ratio",
        "new",
    ],
)
def test_a_ratio_that_got_worse_than_the_recorded_by_more_than_noise_is_reported(
    before: list[Any], now: list[Any], expected: list[str]
) -> None:
    assert worse(before, now) == expected


def test_what_was_written_is_read_again_as_the_recorded(tmp_path: Path) -> None:
    results = {"night_parts": [AT_MOST | {"ratio": 2.0, "met": False}], "night": [ROW | {"benchmark": "night", "ratio": 1.0, "met": True}]}
    assert earlier(tmp_path) == {}
    write(results, tmp_path)
    assert earlier(tmp_path) == results
    page = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert "Measured on commit abc1234." in page
    assert "2 figures, 1 goals not reached." in page
    assert "| a / b | 10 | 2.0 | 1.0 | bare | 2.0 | <= 1.5 | **no** |" in page


def test_figures_that_were_not_measured_again_stay(tmp_path: Path) -> None:
    recorded = {"night_parts": [AT_MOST | {"ratio": 2.0, "met": False}]}
    write(recorded, tmp_path)
    main((), tmp_path)
    assert earlier(tmp_path) == recorded


def test_a_benchmark_that_cannot_run_is_a_row_that_says_why() -> None:
    (row,) = measure("of nothing")
    assert (row["benchmark"], row["met"]) == ("of nothing", False)
    assert "ModuleNotFoundError" in row["other_is"]


def test_the_machine_names_the_version_of_everything_that_is_measured() -> None:
    about = machine()
    assert all(about["versions"].values())
    assert all(each for versions in about["peers"].values() for each in versions.values())
    pinned = {file.stem for file in (Path(__file__).parent.parent.parent / "benchmarks" / "peers").glob("*.txt")}
    assert set(PEERS) == pinned


def test_a_row_of_a_pair_has_its_ratio_and_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "PAIRS", 1)
    row = compared("nothing", 1, lambda: sum(range(200_000)), lambda: None, "less", 0.5)
    assert row["ratio"] > 1
    assert (row["size"], row["goal"], row["met"]) == (1, "<= 0.5", False)
    assert table([row]).splitlines()[2].startswith("| nothing | 1 | ")
