"""The desk as people meet it: in Chromium, by keyboard alone, on a phone, at 400 %, in the dark, and without script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CHROMIUM
from tests.desk.served import Served, first_case, served
from tests.pipelines.test_clarifications import with_a_conflict
from tests.pipelines.village import inhabited
from tests.reporting.test_accessibility import RULES

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_core = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
SCRIPT = (Path(axe_core.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
LOOKS = {
    "desk": {},
    "phone": {"viewport": {"width": 360, "height": 740}},
    "400 %": {"viewport": {"width": 320, "height": 256}},
    "dark": {"color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as monkeypatch, inhabited(tmp_path_factory.mktemp("vik"), monkeypatch) as village:
        with_a_conflict(village)
        with served(village) as found:
            yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(desk: Served, browser, look: str) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(bypass_csp=True, **LOOKS[look])
    page = context.new_page()
    page.goto(desk.url)
    case = desk.url + first_case(page.content())
    for address in (f"{desk.url}/min-liste", case, f"{desk.url}/svar", f"{desk.url}/plan", f"{desk.url}/rettes"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
        page.evaluate(SCRIPT)
        found = page.evaluate("rules => axe.run(document, rules)", RULES)
        assert found["passes"], "axe looked at nothing"
        assert [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"][:2]] == []
    context.close()


def test_a_case_is_answered_and_taken_back_by_keyboard_alone(desk: Served, browser) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context()
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("request", lambda asked: faults.append(asked.url) if not asked.url.startswith((desk.url, "data:")) else None)
    page.goto(desk.url + first_case(_list(page, desk)))
    page.keyboard.press("1")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Behold Kobos verdi", "a key chooses, and stores nothing yet"
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("status")).to_contain_text("Svaret er lagret")
    page.keyboard.press("u")
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("status")).to_contain_text("Svaret er angret")
    assert faults == []
    context.close()


def test_without_script_the_same_case_is_answered(desk: Served, browser) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(desk.url + first_case(_list(page, desk)))
    page.get_by_role("button", name="Behold Kobos verdi").click()
    playwright.expect(page.get_by_role("status")).to_contain_text("Svaret er lagret")
    page.get_by_role("button", name="Angre svaret").click()
    playwright.expect(page.get_by_role("status")).to_contain_text("Svaret er angret")
    context.close()


def _list(page, desk: Served) -> str:  # type: ignore[no-untyped-def]
    page.goto(f"{desk.url}/min-liste")
    content: str = page.content()
    return content
