"""behov.html as people meet it: in Chromium, from a folder, without a network, at every width and in the dark."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from reporting.acquisitions_reading import Measure, MeasureKind, Measures, Stage
from reporting.needs_cells import Fault
from reporting.needs_reading import NeedsAnswers, NeedsLine
from reporting.publish import publish
from tests.reporting.example import AS_OF, night
from tests.reporting.housing import asking
from tests.reporting.test_browser import CONTRAST, DARK, PHONE, browser, page  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    plans = [
        Measure("F-1", MeasureKind.ACQUIRE, "eldre", 1, AS_OF - timedelta(10), Stage.DONE, "eiendom", None, "t.csv", 2, "Ny gate", 5),
        Measure(
            "A-1", MeasureKind.DISPOSE, "eldre", 1, AS_OF - timedelta(9), Stage.DONE, None, None, "t.csv", 3, "Strandgata", 1, None, "H0101"
        ),
        Measure("F-2", MeasureKind.ACQUIRE, "heldogns", 24, AS_OF + timedelta(200), Stage.DECIDED, None, None, "t.csv", 4),
        Measure("F-3", MeasureKind.ACQUIRE, "eldre", 4, AS_OF - timedelta(200), Stage.CANCELLED, None, None, "t.csv", 5),
    ]
    given = [
        NeedsLine("boligkontoret", "eldre", 160, 200, "x" * 300, None, "a.xlsx", 5),
        NeedsLine("boligkontoret", "heldogns", 150, 180, None, None, "a.xlsx", 6),
    ]
    faults = (Fault("a" * 90 + ".xlsx", "Behov", 9, "Behov nå", "«mange» er ikke et tall."),)
    needs = NeedsAnswers(("boligkontoret", "helse_omsorg"), tuple(given), faults, 1)
    result = night(municipality=asking(), needs=needs, measures=Measures(tuple(plans)))
    return publish(result, tmp_path_factory.mktemp("reports")).folder


@pytest.mark.parametrize("page", [{}, PHONE, DARK], indirect=True, ids=["desk", "phone", "dark"])
@pytest.mark.parametrize("name", ["behov.html", "index.html"])
def test_page_fits_and_every_text_can_be_read(page, lies: Path, name: str) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    page.goto((lies / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(CONTRAST) == []


def test_landmarks_and_names_are_there_for_a_screen_reader(page, lies: Path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    page.goto((lies / "behov.html").as_uri())
    assert page.locator("main").count() == page.locator("h1").count() == 1
    assert page.get_by_role("img", name="Boliger vi har, og boliger vi trenger").count() == 1
    assert page.locator("table th:not([scope])").count() == 0


def test_from_the_progress_page_to_the_needs_and_back(page, lies: Path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    page.goto((lies / "index.html").as_uri())
    page.get_by_role("link", name="Behov og tiltak").click()
    page.get_by_role("link", name="Til nattens rapport").click()
    assert page.url.endswith("index.html")
