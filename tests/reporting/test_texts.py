"""All words lie in one file, and every word in it is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import reporting
from reconciliation.model.rules import BY_ID
from reconciliation.model.tables import CONTENT
from reconciliation.model.words import DwellingClass
from reporting.dwelling_sources import FIELDS
from reporting.stop_causes import cause, rule_title
from reporting.texts import texts, word_for

ROOM = Path(reporting.__file__).parent
CODE = "\n".join(file.read_text(encoding="utf-8") for file in [*ROOM.glob("*.py"), *(ROOM / "templates").iterdir()])
BY_CODE = {"stops", "reasons", "fields", "lineage", "outcomes", "states", "outside", "nouns"}
BY_CODE |= {
    "measure_advice",
    "needs_explained",
    "template_steps",
    "kostra_columns",
    "kostra_rules",
    "kostra_definitions",
    "kostra_lines",
    "kostra_why",
}
"""Groups whose keys are codes of the night."""


def keys() -> list[str]:
    return [f"{group}.{name}" for group, names in texts().items() if group not in BY_CODE for name in names]


@pytest.mark.parametrize("key", re.findall(r'say\("([a-z_]+\.[a-z_.]+)"', CODE))
def test_every_text_that_is_said_exists(key: str) -> None:
    assert _text(key)


def _text(key: str) -> str:
    found = texts()
    for part in key.split("."):
        found = found[part]
    return str(found)


@pytest.mark.parametrize("key", keys())
def test_every_text_in_the_file_is_used(key: str) -> None:
    group, name = key.split(".")
    said = f'"{group}.{name}' in CODE or f"TEKST.{name}" in CODE or f"'{group}.{name}" in CODE
    by_name = f'"{group}." ~' in CODE or f'"{group}.{{' in CODE or f'word_for("{group}"' in CODE or group == "workbook"
    assert said or by_name


def test_fields_shown_to_people_have_names() -> None:
    assert {name for name in FIELDS if word_for("fields", name) == name} == set()
    assert set(texts()["fields"]) <= set(CONTENT)


def test_each_class_is_explained() -> None:
    assert {name.value for name in DwellingClass} <= set(texts()["classes"])


def test_causes_are_said_in_words() -> None:
    assert rule_title("B02") == BY_ID["B02"].title
    assert rule_title("Z99") == "Z99"
    assert cause("gone", '{"nights": 2}') == "Borte fra kildene i 2 netter"
    assert cause("unit_number_missing", '{"count": 3}').endswith("3 andre boliger på adressen")
    assert "?" not in cause("unit_number_missing")
    assert cause("never_heard_of") == "never heard of"
