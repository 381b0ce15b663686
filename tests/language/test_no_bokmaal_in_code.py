"""No sentence that people read is in code: it is a text in language/, so that it can be translated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import language

HOUSE = Path(language.__file__).parents[1]
ROOMS = ("connectors", "kobo_client", "reconciliation", "reporting", "assets", "desk", "pipelines")
FILES = sorted(file for room in ROOMS for file in (HOUSE / room).rglob("*.py"))

_COMMON = """
og er ikke det som til fra eller kan den et av på skriv ingen mangler finnes rad rader må bare flere hvis med har når ble blir uten dette
denne disse boligen boliger kilden filen linje kolonnen raden
"""
COMMON = frozenset(_COMMON.split())
"""Words of nearly every Norwegian sentence that are no English words."""
LETTERS = re.compile(r"[æøåÆØÅ«»]")
PATTERN = re.compile(r"\(\?|\\[bdswW(]|\[\^|\\w")
"""A regular expression, which reads what others write."""

ALLOWED = {
    "kobo_client/rehearsal/": "what the imitated register answers, which is bokmål in Kobo too",
    "kobo_client/contract_page.py": "names of the register's parameters",
    "reporting/needs_detail.py": "headings and choices of workbooks that services fill in: a file format, the same in every language",
    "reporting/needs_reading.py": "headings of workbooks that services fill in",
    "reporting/acquisitions_reading.py": "headings and choices of lists that services fill in",
    "reporting/forecast.py": "codes of states, which history and summary.json keep",
    "reconciliation/drafting/known_headings.py": "headings that people give their columns, by which a field is recognised",
}
"""File or folder -> why Norwegian is in it."""


def literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, text) of every string that is no docstring; an f-string as one, its blanks as {}."""
    nodes = list(ast.walk(tree))
    inner = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in ast.walk(node) if part is not node}
    docs = {id(node.value) for node in nodes if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner | docs:
            yield node.lineno, node.value


def looks_norwegian(text: str) -> bool:
    if " " not in text.strip() or len(words := re.findall(r"[a-zæøåA-ZÆØÅ]+", text)) < 2 or PATTERN.search(text):
        return False
    return bool(LETTERS.search(text)) or any(word.lower() in COMMON for word in words)


def sentences(file: Path) -> list[str]:
    return [f"line {line}: {text}" for line, text in literals(ast.parse(file.read_text(encoding="utf-8"))) if looks_norwegian(text)]


def test_sentences_in_norwegian_are_in_code_only_where_it_is_allowed_and_needed() -> None:
    by_file = {str(file.relative_to(HOUSE)): norwegian for file in FILES if (norwegian := sentences(file))}
    elsewhere = {name: norwegian for name, norwegian in by_file.items() if not name.startswith(tuple(ALLOWED))}
    assert elsewhere == {}, "write it in language/nb and ask for it by key"
    assert [allowed for allowed in ALLOWED if not any(name.startswith(allowed) for name in by_file)] == []


@pytest.mark.parametrize(
    ("text", "norwegian"),
    [
        ("Raden er ikke lest.", True),
        ("{} har {} verdier", True),
        ("Skriv en fast verdi", True),
        ("The file is not there.", False),
        ("er_bofellesskap", False),
        (r"(?<!\w)(?:til|og)\s+(\d)", False),
    ],
)
def test_sentences_in_norwegian_are_distinguished_from_names_and_patterns(text: str, norwegian: bool) -> None:
    assert looks_norwegian(text) is norwegian
