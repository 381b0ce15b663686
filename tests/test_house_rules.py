"""Rules about the tree itself: a name is found in one place and means one thing."""

from __future__ import annotations

import ast
import re
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


def test_no_two_modules_define_a_public_name() -> None:
    """Whoever searches for a name finds one meaning."""
    places: dict[str, list[str]] = defaultdict(list)
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            for name in _public_names(ast.parse(file.read_text(encoding="utf-8"))):
                if not _shares_an_interface(file, name):
                    places[name].append(str(file.relative_to(ROOT)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def _public_names(module: ast.Module) -> list[str]:
    """Its classes and functions without a leading underscore; a command of the command line is named as people type it, and is none."""
    defined = [node for node in module.body if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]
    return [node.name for node in defined if not node.name.startswith("_") and not any(map(_is_command, node.decorator_list))]


def _is_command(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute) and decorator.func.attr == "command"


def _shares_an_interface(file: Path, name: str) -> bool:
    """The demo's legacy systems are written by modules of one shape, Alembic asks for two names, and a program begins at `main`."""
    return file.match("demo/legacy_*.py") or "migrations" in file.parts or name == "main"


def test_every_file_that_the_map_names_is_there() -> None:
    """CONTRIBUTING.md is what somebody new reads first. Files are named from the root, or as they are called in their room."""
    named = re.findall(r"`([\w<>/.-]+\.(?:py|yaml|md|css|j2))`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    there = ["/" + str(file.relative_to(ROOT)) for top in (*ROOMS, "config", "docs", "tests") for file in (ROOT / top).rglob("*.*")]
    assert [name for name in named if "<" not in name and not any(path.endswith("/" + name) for path in there)] == []
