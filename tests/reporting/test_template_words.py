"""A template calls functions by name where no type checker looks: each that it names is there."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

import reporting
from reporting import needs_words
from reporting.projection import projection_words

TEMPLATES = Path(reporting.__file__).parent / "templates"
OF: dict[str, ModuleType] = {
    "behov.html.j2": needs_words,
    "needs_gap.html.j2": needs_words,
    "needs_projection.html.j2": projection_words,
}


def called(template: str) -> set[str]:
    return set(re.findall(r"\bwords\.(\w+)\(", (TEMPLATES / template).read_text(encoding="utf-8")))


@pytest.mark.parametrize("template", OF)
def test_each_word_that_a_template_calls_is_there(template: str) -> None:
    assert called(template)
    assert not [name for name in called(template) if not callable(getattr(OF[template], name, None))]


def test_no_other_template_calls_them() -> None:
    assert {file.name for file in TEMPLATES.glob("*.j2") if called(file.name)} == set(OF)
