"""Rules about the tree itself: a name is found in one place and means one thing."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
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
            for name in _public_names(_parsed(file)):
                if not _shares_an_interface(file, name):
                    places[name].append(str(file.relative_to(ROOT)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _public_names(module: ast.Module) -> list[str]:
    """Its classes and functions without a leading underscore; a command of the command line is named as people type it, and is none."""
    defined = [node for node in module.body if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]
    return [node.name for node in defined if not node.name.startswith("_") and not any(map(_is_command, node.decorator_list))]


def _is_command(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute) and decorator.func.attr == "command"


def _shares_an_interface(file: Path, name: str) -> bool:
    """The demo's legacy systems are written by modules of one shape, Alembic asks for two names, and a program begins at `main`."""
    return file.match("demo/legacy_*.py") or "migrations" in file.parts or name == "main"


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")]


def test_every_file_that_a_page_names_or_links_to_is_there() -> None:
    """Files are named from the root, or as they are called in their room; "<code>" means any of several."""
    tops = [ROOT / top for top in (*ROOMS, "benchmarks", "config", "deploy", "docs", "tests")]
    there = {"/" + str(file.relative_to(ROOT)) for top in tops for file in top.rglob("*.*")} | {f"/{file.name}" for file in ROOT.iterdir()}
    ends = {path[place:] for path in there for place in (match.start() for match in re.finditer("/", path))}
    missing = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named = re.findall(r"`([\w<>/.-]+\.(?:py|yaml|md|css|j2|sh|toml))`", text)
        missing += [f"{page.name}: {name}" for name in named if "<" not in name and f"/{name}" not in ends]
        links = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]+)", text)
        missing += [f"{page.name}: {link}" for link in links if not (page.parent / link).exists()]
    assert missing == []


def test_every_option_that_a_page_shows_is_one() -> None:
    written = "".join(
        file.read_text(encoding="utf-8") for top in ("pipelines", "kobo_client", "benchmarks") for file in (ROOT / top).rglob("*.py")
    )
    known = set(re.findall(r"--[a-z][a-z-]+", written)) | set(_flags(written))
    shown = {(page.name, option) for page in PAGES for option in _options_of_ours(page.read_text(encoding="utf-8"))}
    assert {(page, option) for page, option in shown if option not in known} == set()


def _flags(written: str) -> list[str]:
    """Options that typer names after a parameter."""
    return [f"--{name.replace('_', '-')}" for name in re.findall(r"^    (\w+): Annotated\[", written, re.MULTILINE)]


def _options_of_ours(text: str) -> list[str]:
    return [option for code in re.findall(r"`kobosync ([^`]+)`", text) for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", code)]


VAGUE = frozenset({"one", "said", "told", "held", "standing", "stands", "found", "meets"})
"""Names that say nothing of what they hold (issue 18.4): `row`, `messages`, `metadata`, `matches` do."""
STORED = {"reconciliation/ledger/ledger_tables.py": {"held", "stands"}}
"""Columns of the ledger, which keep the names that ledgers in use have."""
_ANY = re.compile(rf"\b_?(?:{'|'.join(VAGUE)})\b")
_MAY_BIND = re.compile(
    r"\b(?:for|lambda) [\w, (*]*\b_?(?:N)[\w, )]*(?: in\b|:)|\b(?:def|class|as) _?(?:N)\b|\b_?(?:N)(?:,[\w, ()]*)?\)? ?[:+|-]?=(?!=)"
    r"|\b_?(?:N): [\w\"']|^ +_?(?:N),$".replace("N", "|".join(VAGUE))
)
"""What a line looks like that may give a value to such a name."""


def test_no_variable_parameter_or_function_has_a_name_that_says_nothing() -> None:
    vague = []
    for room in (*ROOMS, "benchmarks", "tests"):
        for file in (ROOT / room).rglob("*.py"):
            text, place = file.read_text(encoding="utf-8"), str(file.relative_to(ROOT))
            if any(_MAY_BIND.search(line) for line in _lines_with_one(text)):  # Parsing every file would take a second.
                forbidden = VAGUE - STORED.get(place, set())
                vague += [f"{place}:{line}: {name}" for name, line in _bound_names(_parsed(file)) if name.strip("_") in forbidden]
    assert vague == []


def _lines_with_one(text: str) -> Iterator[str]:
    for match in _ANY.finditer(text):
        yield text[text.rfind("\n", 0, match.start()) + 1 : text.find("\n", match.end())]


def _bound_names(module: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(module):
        if isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
