"""Rules about the tree itself: a name is found in one place and means one thing."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("language", "connectors", "kobo_client", "reconciliation", "reporting", "assets", "desk", "pipelines", "demo")
ANYWHERE = {"__init__.py", "__main__.py", "conftest.py"}
"""File names that a tool asks for by that name."""


def test_no_two_modules_share_a_file_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for room in (*ROOMS, "benchmarks", "tests"):
        for file in (ROOT / room).rglob("*.py"):
            if file.name not in ANYWHERE:
                places[file.name].append(str(file.relative_to(ROOT)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
