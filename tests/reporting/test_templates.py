"""The templates as a web developer reads them: short lines, one element a line, styles and scripts in files of their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
FILES = sorted(
    file
    for folder in ("reporting/templates", "desk/templates", "desk/static")
    for file in (HOUSE / folder).iterdir()
    if file.suffix in (".j2", ".css", ".js")
)
BLOCK = re.compile(r"<(?:section|div|table|thead|tbody|tr|th|td|caption|p|ul|ol|li|dl|dt|dd|h[1-6]|header|main|footer|form|label|select)\b")
LONGEST = 140


def lines(file: Path) -> list[tuple[int, str]]:
    return list(enumerate(file.read_text(encoding="utf-8").splitlines(), start=1))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_line_is_long(file: Path) -> None:
    assert [number for number, line in lines(file) if len(line) > LONGEST] == []


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".j2"], ids=lambda file: file.name)
def test_one_element_is_on_a_line(file: Path) -> None:
    assert [number for number, line in lines(file) if len(BLOCK.findall(line)) > 1] == []


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".css"], ids=lambda file: file.name)
def test_one_declaration_is_on_a_line(file: Path) -> None:
    assert [number for number, line in lines(file) if line.count(";") > 1] == []


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".j2"], ids=lambda file: file.name)
def test_templates_hold_no_style_or_script_of_any_length(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    inside = re.findall(r"<script>(.*?)</script>|{% block style %}(.*?){% endblock %}", text, re.DOTALL)
    assert all(len("".join(block).strip().splitlines()) <= 4 for block in inside)
