"""WCAG 2.1 AA as axe-core finds it, on every page, in light and dark, on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporting.publish import Published
from tests.reporting.test_browser import DARK, PHONE, browser, page, published  # noqa: F401 - fixtures
from tests.reporting.test_needs_browser import lies  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser
axe_core = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
SCRIPT = (Path(axe_core.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


@pytest.mark.parametrize("page", [{}, PHONE, DARK], indirect=True, ids=["desk", "phone", "dark"])
@pytest.mark.parametrize("name", ["index.html", "boliger.html", "regler.html", "behov.html"])
def test_axe_finds_nothing(page, published: Published, lies: Path, name: str) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    page.goto(((lies if name == "behov.html" else published.folder) / name).as_uri())
    page.evaluate(SCRIPT)
    found = page.evaluate("rules => axe.run(document, rules)", RULES)
    assert found["passes"], "axe looked at nothing"
    assert [f"{one['impact']} {one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"][:2]] == []
