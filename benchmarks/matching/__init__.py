"""Merging and matching measured against the known truth and against other engines: python -m benchmarks.matching [dwellings ...]"""

from __future__ import annotations

from typing import Any


def run() -> list[dict[str, Any]]:
    """The rows of this benchmark in benchmarks/results.json."""
    from benchmarks.matching.figures_by_group import results

    return results()
