"""WCAG 2.2 AA as axe-core finds it, on every page, in light and dark, on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporting.publish import Published
from reporting.receipts_page import RECEIPTS_LINK
from tests.reporting.test_browser import PHONE, browser, page  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser
axe_core = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
SCRIPT = (Path(axe_core.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
AA = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
BEYOND = ["landmark-unique", "landmark-one-main", "region", "heading-order", "empty-table-header", "scope-attr-valid", "tabindex"]
"""Rules of axe that no success criterion names outright."""
COLOURS = ["color-contrast", "link-in-text-block"]
LOOKS = {
    "desk": {"runOnly": AA, "rules": {rule: {"enabled": True} for rule in BEYOND}},
    "dark": {"runOnly": {"type": "rule", "values": COLOURS}},
    "phone": {"runOnly": AA, "rules": {"color-contrast": {"enabled": False}}},
}
"""What axe looks for in each: the dark changes colours only, and a narrow window everything but the colours."""
WITHOUT_CAPTION = "all => all.filter(one => !one.caption || !one.caption.textContent.trim()).length"
PAGES = ["index.html", "boliger.html", "regler.html", "behov.html", "endringer.html", RECEIPTS_LINK]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_on_a_desk_in_the_dark_and_on_a_phone(page, published: Published, needs_folder: Path, name: str) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    page.goto(((needs_folder if name == "behov.html" else published.folder) / name).as_uri())
    assert page.eval_on_selector_all("table", WITHOUT_CAPTION) == 0, "tables without a caption"
    page.evaluate(SCRIPT)
    for look, options in LOOKS.items():
        page.emulate_media(color_scheme="dark" if look == "dark" else "light")
        if look == "phone":
            page.set_viewport_size(PHONE["viewport"])
        axe_report = page.evaluate("options => axe.run(document, options)", options)
        assert axe_report["passes"], "axe looked at nothing"
        faults = [
            f"{violation['impact']} {violation['id']}: {node['html'][:120]}"
            for violation in axe_report["violations"]
            for node in violation["nodes"][:2]
        ]
        assert faults == [], look


PICTURES = """() => {
  const light = c => { const v = c / 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
  const parts = c => c.match(/[\\d.]+/g).map(Number);
  const lum = c => { const [r, g, b] = parts(c); return .2126 * light(r) + .7152 * light(g) + .0722 * light(b); };
  const clear = c => c === "none" || (parts(c).length > 3 && parts(c)[3] === 0);
  const ground = node => {
    for (let n = node; n; n = n.parentElement) {
      const colour = getComputedStyle(n).backgroundColor;
      if (!clear(colour)) return colour;
    }
    return "rgb(255,255,255)";
  };
  const ratio = (a, b) => (Math.max(lum(a), lum(b)) + .05) / (Math.min(lum(a), lum(b)) + .05);
  const poor = [];
  let seen = 0;
  const drawn = "svg [class^=c-]:not(.c-grid):not(text), svg .s-line";
  for (const node of document.querySelectorAll(drawn)) {
    if (!node.getClientRects().length) continue;
    const style = getComputedStyle(node), filled = clear(style.stroke) || node.tagName === "circle";
    const colour = filled ? style.fill : style.stroke;
    const found = ratio(colour, ground(node.closest("svg").parentElement));
    seen++;
    if (found < 3) poor.push(`${node.getAttribute("class")} ${found.toFixed(2)}`);
  }
  for (const node of document.querySelectorAll(".bar, .meter")) {
    const edge = getComputedStyle(node).boxShadow.match(/rgba?\\([^)]*\\)/);
    const fill = getComputedStyle(node.firstElementChild).backgroundColor;
    if (!node.getClientRects().length) continue;
    seen++;
    if (!edge || ratio(edge[0], ground(node.parentElement)) < 3) poor.push(node.className + " edge");
    if (ratio(fill, getComputedStyle(node).backgroundColor) < 3) poor.push(node.className + " fill");
  }
  return [seen, [...new Set(poor)]];
}"""
"""Every drawn part beside what it is drawn on: WCAG 1.4.11. Grid lines say nothing that the numbers do not."""


@pytest.mark.parametrize("name", ["index.html", "behov.html"])
def test_what_is_drawn_can_be_seen(page, published: Published, needs_folder: Path, name: str) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    page.goto(((needs_folder if name == "behov.html" else published.folder) / name).as_uri())
    for scheme, width in (("light", page.viewport_size), ("dark", page.viewport_size), ("light", PHONE["viewport"])):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(width)
        seen, poor = page.evaluate(PICTURES)
        assert seen > 3, "nothing was looked at"
        assert poor == [], (scheme, width)
