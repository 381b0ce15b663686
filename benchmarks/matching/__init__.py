"""Merging and matching beside their truth and beside what others would use: python -m benchmarks.matching [dwellings ...]"""

from __future__ import annotations

from typing import Any


def run() -> list[dict[str, Any]]:
    """The figures as benchmarks/results.json holds them."""
    from benchmarks.matching.figures_by_group import results

    return results()
