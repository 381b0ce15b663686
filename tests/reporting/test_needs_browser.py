"""behov.html as people open it: in Chromium, from a folder, without a network, at every width and in the dark."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reporting.test_browser import CONTRAST, PHONE, browser, page  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["behov.html", "index.html"])
def test_page_fits_and_every_text_can_be_read(page, needs_folder: Path, name: str) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    page.goto((needs_folder / name).as_uri())
    for scheme, width in (("light", page.viewport_size), ("dark", page.viewport_size), ("light", PHONE["viewport"])):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(width)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert page.evaluate(CONTRAST) == [], (scheme, width)


def test_landmarks_and_names_are_there_for_a_screen_reader(page, needs_folder: Path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    page.goto((needs_folder / "behov.html").as_uri())
    assert page.locator("main").count() == page.locator("h1").count() == 1
    assert page.get_by_role("img", name="Boliger vi har, og boliger vi trenger").count() == 1
    assert page.locator("table th:not([scope])").count() == 0


def test_from_the_progress_page_to_the_needs_and_back(page, needs_folder: Path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    page.goto((needs_folder / "index.html").as_uri())
    page.get_by_role("link", name="Behov og tiltak").click()
    page.get_by_role("link", name="Til nattens rapport").click()
    assert page.url.endswith("index.html")
