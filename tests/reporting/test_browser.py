"""The pages as people open them: in Chromium, from a folder, without a network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reporting.publish import Published
from reporting.receipts_page import RECEIPTS_LINK
from tests.conftest import CHROMIUM

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
Page, expect = playwright.Page, playwright.expect


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser, request) -> Iterator[object]:  # type: ignore[no-untyped-def]
    context = browser.new_context(offline=True, **getattr(request, "param", {}))
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda asked: faults.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None)
    yield page
    context.close()
    assert faults == []


PHONE = {"viewport": {"width": 320, "height": 640}}
"""As wide as a page of 1,280 pixels is at 400 %: WCAG 1.4.10."""


@pytest.mark.parametrize("name", ["index.html", "boliger.html", "regler.html", "endringer.html", RECEIPTS_LINK])
def test_page_opens_and_does_not_scroll_sideways(page, published: Published, name: str) -> None:  # type: ignore[no-untyped-def]
    page.goto((published.folder / name).as_uri())
    for width in (page.viewport_size, PHONE["viewport"]):
        page.set_viewport_size(width)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


CONTRAST = """() => {
  const light = c => { const v = c / 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
  const parts = c => c.match(/[\\d.]+/g).map(Number);
  const lum = c => { const [r, g, b] = parts(c); return .2126 * light(r) + .7152 * light(g) + .0722 * light(b); };
  const ground = node => {
    for (let n = node; n; n = n.parentElement) {
      const colour = getComputedStyle(n).backgroundColor;
      if (parts(colour).length < 4 || parts(colour)[3] === 1) return colour;
    }
    return "rgb(255,255,255)";
  };
  const unseen = node => !node.getClientRects().length || ["TITLE", "DESC", "SCRIPT"].includes(node.tagName.toUpperCase());
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const svg = node instanceof SVGElement;
    if (![...node.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || unseen(node)) continue;
    const style = getComputedStyle(node);
    const a = lum(svg ? style.fill : style.color);
    const b = lum(ground(svg ? node.closest("svg").parentElement : node));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const words = node.textContent.trim().slice(0, 30);
    if (ratio < 4.5) poor.push(`${node.tagName} "${words}" ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


@pytest.mark.parametrize("name", ["index.html", "boliger.html", "regler.html", "endringer.html"])
def test_every_text_has_the_contrast_the_law_demands(page, published: Published, name: str) -> None:  # type: ignore[no-untyped-def]
    page.goto((published.folder / name).as_uri())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(CONTRAST) == [], scheme


def test_page_has_the_landmarks_and_names_a_screen_reader_needs(page, published: Published) -> None:  # type: ignore[no-untyped-def]
    page.goto(published.page.as_uri())
    assert page.locator("html").get_attribute("lang") == "nb"
    assert page.locator("main").count() == page.locator("h1").count() == 1
    assert page.get_by_role("img", name="Veien til fristen").count() == 1
    assert page.locator("table th:not([scope])").count() == 0
    assert page.locator(".scroll:not([tabindex])").count() == 0


def test_keyboard_reaches_the_content_first(page, published: Published) -> None:  # type: ignore[no-untyped-def]
    page.goto(published.page.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


def test_page_prints_with_headings_that_take_more_lines_where_nobody_can_scroll(page, published: Published) -> None:  # type: ignore[no-untyped-def]
    page.goto(published.page.as_uri())
    assert page.pdf()[:5] == b"%PDF-"
    page.emulate_media(media="print")
    assert set(page.eval_on_selector_all("thead th", "all => all.map(one => getComputedStyle(one).whiteSpace)")) == {"normal"}


@pytest.mark.parametrize(
    ("words", "finds"),
    [
        ("boei-001199", 1),
        ("K000003", 1),
        ("facilit-000000", 1),
        ("fjordveien 75 h0101", 1),
        ("finnes ikke her", 0),
    ],
)
def test_a_dwelling_is_found_by_what_people_know_of_it(page, published: Published, words: str, finds: int) -> None:  # type: ignore[no-untyped-def]
    page.goto((published.folder / "boliger.html").as_uri())
    page.get_by_label("Søk", exact=True).fill(words)
    expect(page.locator(".hit")).to_have_count(finds)


def test_a_found_dwelling_shows_ours_beside_kobos(page, published: Published) -> None:  # type: ignore[no-untyped-def]
    page.goto((published.folder / "boliger.html").as_uri())
    page.get_by_label("Søk", exact=True).fill("boei-001199")
    page.locator(".hit").press("Enter")
    page.locator(".inside table").wait_for()
    expect(page.locator(".inside thead th")).to_have_text(["Felt", "Hos oss", "I Kobo"])
    assert page.locator(".hit").get_attribute("aria-expanded") == "true"


def test_groups_and_owners_narrow_the_list(page, published: Published) -> None:  # type: ignore[no-untyped-def]
    page.goto((published.folder / "boliger.html").as_uri())
    page.get_by_label("Gruppe").select_option(label="Avvik, må avklares")
    expect(page.locator("#n")).to_contain_text("60 treff")
    page.get_by_label("Dataeier").select_option(label="Boligkontoret")
    expect(page.locator(".hit")).to_have_count(20)


def test_what_people_typed_is_shown_and_not_run(page, published: Published) -> None:  # type: ignore[no-untyped-def]
    page.goto((published.folder / "boliger.html").as_uri())
    page.get_by_label("Søk", exact=True).fill("facilit-000000")
    expect(page.locator(".hit")).to_contain_text("<img src=x")
    assert page.locator("main img").count() == 0


@pytest.mark.parametrize(
    ("asked", "many"),
    [("gnr 10 bnr 5", 1), ("Gårdsnr. 10, bruksnr. 5", 1), ("gbnr 10 / 5", 1), ("10/5", 1), ("STRANDGATA  1 , 9901", None)],
    ids=["gnr", "words", "both", "parcel", "post"],
)
def test_a_search_as_people_write_it_is_a_link(page, published: Published, asked: str, many: int | None) -> None:  # type: ignore[no-untyped-def]
    page.goto((published.folder / "boliger.html").as_uri())
    page.get_by_label("Søk", exact=True).fill(asked)
    hits = page.locator(".hit").count()
    assert hits == many if many else hits
    href = page.get_by_role("link", name="Lenke til dette søket").get_attribute("href")
    page.goto((published.folder / "boliger.html").as_uri() + href)
    page.wait_for_selector("#n")
    assert page.get_by_label("Søk", exact=True).input_value() == asked
    assert page.locator(".hit").count() == hits


def test_a_number_of_the_leaders_table_opens_what_it_counts(page, published: Published) -> None:  # type: ignore[no-untyped-def]
    page.goto((published.folder / "index.html").as_uri())
    page.get_by_role("link", name="Boligkontoret").first.click()
    page.wait_for_selector(".hit")
    assert page.get_by_label("Telles som").locator("option:checked").inner_text() == "Ikke i Kobo"
    assert page.get_by_label("Ligger hos").locator("option:checked").inner_text() == "Boligkontoret"
