"""The desk as people use it: in Chromium, by keyboard alone, on a phone, at 400 %, in the dark, and without script."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHROMIUM
from tests.desk.busy_village import busy, signed
from tests.desk.served import SECRET, Served, served
from tests.pipelines.village import inhabited

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_core = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
SCRIPT = (Path(axe_core.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
LOOKS: dict[str, dict[str, Any]] = {
    "desk": {},
    "phone": {"viewport": {"width": 390, "height": 844}},
    "400 %": {"viewport": {"width": 320, "height": 256}},
    "dark": {"color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as monkeypatch, inhabited(tmp_path_factory.mktemp("vik"), monkeypatch) as village:
        busy(village)
        with served(village, SECRET) as served_desk:
            yield served_desk


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def pages_of(page, desk: Served) -> list[str]:  # type: ignore[no-untyped-def]
    """One address of each page that there is."""
    addresses = ["/min-liste", "/rettes", "/plan", "/svar", "/innsyn", "/ukjent"]
    for start, link in (("/min-liste", "/sak/"), ("/sak/annen-A", "/hus/"), ("/rettes", "/rettes/")):
        page.goto(desk.url + start)
        addresses.append(page.locator(f'main a[href^="{link}"]').first.get_attribute("href"))
    return addresses


def findings(page, *rules: str) -> list[str]:  # type: ignore[no-untyped-def]
    """What axe finds, of any impact; rules: those alone, else every rule that is no experiment."""
    page.evaluate(SCRIPT)
    axe_report = page.evaluate("rules => axe.run(document, rules.length ? {runOnly: rules} : {})", list(rules))
    assert axe_report["passes"], "axe looked at nothing"
    return [
        f"{violation['impact']} {violation['id']}: {node['html'][:120]}"
        for violation in axe_report["violations"]
        for node in violation["nodes"][:2]
    ]


LOOKED_AT = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size")
"""Rules whose verdict depends on the page's colours and width; the others read the same document."""


def test_axe_finds_nothing_on_any_page_and_nothing_scrolls_sideways(desk: Served, browser) -> None:  # type: ignore[no-untyped-def]
    """Each page once: wide and dark, on a phone, and as narrow as 400 % makes it, in light colours."""
    context = browser.new_context(bypass_csp=True, extra_http_headers=signed("lk", "klarert_leder"), color_scheme="dark")
    page = context.new_page()
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    for address in pages_of(page, desk):
        page.goto(desk.url + address)
        assert page.evaluate(fits), address
        assert findings(page, *LOOKED_AT) == [], address
        page.set_viewport_size(LOOKS["phone"]["viewport"])
        assert page.evaluate(fits), address
        if "/sak/" in address:
            broken = "[...document.querySelectorAll('.stacked th[scope=row]')].filter(th => th.clientHeight > 40).map(th => th.innerText)"
            assert page.evaluate(broken) == [], "the name of a field is broken"
        page.set_viewport_size(LOOKS["400 %"]["viewport"])
        page.emulate_media(color_scheme="light")
        assert page.evaluate(fits), address
        assert findings(page) == [], address
        page.set_viewport_size({"width": 1280, "height": 720})
        page.emulate_media(color_scheme="dark")
    context.close()


CASE = "/sak/fdv-101"


def test_a_case_is_answered_and_taken_back_by_keyboard_alone(desk: Served, browser) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(extra_http_headers=signed("lk", "leder"))
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("request", lambda asked: faults.append(asked.url) if not asked.url.startswith((desk.url, "data:")) else None)
    page.goto(desk.url + CASE)
    page.get_by_label("Begrunnelse").first.focus()
    page.keyboard.type("sett på stedet")
    page.keyboard.press("Enter")
    assert page.url == desk.url + CASE, "Enter in the reason chooses no answer"
    page.get_by_label("Begrunnelse").first.blur()
    page.keyboard.press("1")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Behold Kobos verdi", "a key chooses, and stores nothing yet"
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("status")).to_contain_text("Svaret er lagret")
    assert CASE not in page.url, "the next case opens by itself, and the undo of the answer just given is there"
    page.keyboard.press("u")
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("status")).to_contain_text("Svaret er angret")
    assert page.url.startswith(desk.url + CASE), "back at the case, where the question is open again"
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Neste sak uten å svare"
    assert faults == []
    context.close()


def test_without_script_the_same_case_is_answered(desk: Served, browser) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(java_script_enabled=False, extra_http_headers=signed("kn", "bolig"))
    page = context.new_page()
    page.goto(desk.url + CASE)
    page.get_by_role("button", name="Behold Kobos verdi").click()
    playwright.expect(page.get_by_role("status")).to_contain_text("Svaret er lagret")
    page.get_by_role("button", name="Angre svaret").click()
    playwright.expect(page.get_by_role("status")).to_contain_text("Svaret er angret")
    context.close()


@pytest.mark.soak
@pytest.mark.parametrize("look", [*LOOKS, "script off"])
def test_each_role_does_its_work(desk: Served, browser, look: str) -> None:  # type: ignore[no-untyped-def]
    """The approver lets a part go and takes that back; the owner mends a row and takes that back; somebody not cleared sees neither."""
    options = {"java_script_enabled": False} if look == "script off" else LOOKS[look]
    with contextlib.closing(browser.new_context(extra_http_headers=signed("lk", "leder"), **options)) as context:
        page = context.new_page()
        page.goto(f"{desk.url}/plan")
        page.get_by_role("button", name="Godkjenn").first.focus()
        page.keyboard.press("Enter")
        playwright.expect(page.get_by_role("status")).to_contain_text("Godkjenningen er lagret")
        page.get_by_role("button", name="Trekk tilbake godkjenningen").first.press("Enter")
        playwright.expect(page.get_by_role("status")).to_contain_text("trukket tilbake")
    with contextlib.closing(browser.new_context(extra_http_headers=signed("kn", "bolig"), **options)) as context:
        page = context.new_page()
        page.goto(f"{desk.url}/rettes")
        page.get_by_role("link", name="rad 4").first.press("Enter")
        page.get_by_label("Rett verdi for Areal").fill("61,0")
        page.get_by_role("button", name="Lagre rettelsen av Areal").press("Enter")
        playwright.expect(page.get_by_role("status")).to_contain_text("Rettelsen er lagret")
        page.get_by_role("button", name="Trekk tilbake rettelsen av Areal").press("Enter")
        playwright.expect(page.get_by_role("status")).to_contain_text("trukket tilbake")
        page.goto(f"{desk.url}/plan")
        assert page.get_by_role("button", name="Godkjenn").count() == 0
        page.goto(f"{desk.url}/innsyn")
        playwright.expect(page.get_by_role("heading")).to_contain_text("Siden kan ikke vises")
    with contextlib.closing(browser.new_context(extra_http_headers=signed("xx", "ingen"), **options)) as context:
        page = context.new_page()
        page.goto(desk.url)
        playwright.expect(page.get_by_role("heading")).to_contain_text("Siden kan ikke vises")
