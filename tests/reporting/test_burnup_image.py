"""The curve in Dagster's metadata: small whatever the history, whole without the page, and there after a real night."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import dagster as dg
import polars as pl
import pytest

from assets.report_assets import report_metadata
from kobo_client.rehearsal.process import rehearsal_running
from pipelines.commands import night_command
from pipelines.exit_codes import DONE
from reconciliation.ledger import HISTORY
from reconciliation.model.municipality import load
from reconciliation.model.municipality_parts import Send
from reporting.burnup_image import SHOWN_AT_ONCE, THUMBNAIL, burnup_markdown, thumbnail_markdown
from reporting.forecast import forecast
from reporting.night_report import NightResult
from reporting.publish import Published
from tests.pipelines.village import Village, instance_in_memory
from tests.reporting.example import AS_OF, history, municipality, night

MOST_BYTES = 20_000
SVG = "{http://www.w3.org/2000/svg}"


def image(result: NightResult) -> str:
    made = burnup_markdown(result, forecast(result.history, result.municipality, result.as_of))
    assert made is not None
    return made


def drawing(markdown: str) -> ElementTree.Element:
    match = re.fullmatch(r"!\[([^\[\]]+)\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", markdown)
    assert match, "one image, and its text cannot end it early"
    return ElementTree.fromstring(base64.b64decode(match[2]))


def years_of_nights() -> NightResult:
    start = AS_OF - timedelta(days=900)
    rows = [
        (start + timedelta(days=day), f"run-{day}", "eldre", "facilit", "boligkontoret", 1000 + day % 7, 2 * day // 3, day // 2, "{}", True)
        for day in range(901)
    ]
    return night(history=pl.DataFrame(rows, schema=HISTORY, orient="row"), municipality=municipality(started=start))


@pytest.mark.parametrize("made", [night, years_of_nights], ids=["five weeks", "900 nights"])
def test_it_is_a_small_picture_with_its_own_colours(made: Callable[[], NightResult]) -> None:
    markdown = image(made())
    assert len(markdown.encode()) < MOST_BYTES
    root = drawing(markdown)
    assert root.tag == f"{SVG}svg"
    lines = {line.get("class") for line in root.iter(f"{SVG}polyline")}
    assert {"c-scope", "c-registered", "c-sync", "c-required"} <= lines
    style = root.findtext(f"{SVG}style") or ""
    assert "var(" not in style
    assert {f".{name}" for name in lines if name} <= set(re.findall(r"\.c-[a-z-]+", style))
    assert not [value for node in root.iter() for value in node.attrib.values() if "://" in value], "nothing is fetched"


@pytest.mark.parametrize("made", [night, years_of_nights], ids=["five weeks", "900 nights"])
def test_a_small_one_is_shown_without_a_click(made: Callable[[], NightResult]) -> None:
    markdown = thumbnail_markdown(made())
    assert markdown is not None
    assert len(markdown) < SHOWN_AT_ONCE
    root = drawing(markdown)
    width, height = THUMBNAIL
    for path in root.iter(f"{SVG}path"):
        places = re.findall(r"(\d+) (-?\d+)", re.sub(r"[vhHz].*", "", path.get("d") or ""))
        assert all(0 <= int(x) <= width and 0 <= int(y) <= height for x, y in places), "nothing is drawn outside"


def test_thinning_keeps_tonight() -> None:
    drawn = drawing(image(years_of_nights()))
    registered, today = (drawn.find(f".//{SVG}{what}") for what in ("polyline[@class='c-registered']", "line[@class='c-today']"))
    assert registered is not None
    assert today is not None
    points = (registered.get("points") or "").split()
    assert len(points) < 100
    assert points[-1].split(",")[0] == today.get("x1")


def test_no_night_is_no_picture() -> None:
    made = night(history=history(nights=()))
    assert thumbnail_markdown(made) is None
    assert burnup_markdown(made, forecast(made.history, made.municipality, made.as_of)) is None


def test_links_are_links_where_people_can_follow_them_and_paths_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "2023-11-01"
    published = Published(folder, folder / "index.html", folder / "summary.json", {"eiendom": folder / "avvik-eiendom.xlsx"})
    paths = report_metadata(municipality(), published)
    assert paths["workbook of eiendom"] == dg.MetadataValue.path(str(folder / "avvik-eiendom.xlsx"))
    links = report_metadata(municipality(send=Send(link="https://intranett.example/k/")), published)
    assert links["report"] == paths["report"], "the commands read it"
    assert links["page"] == dg.MetadataValue.url("https://intranett.example/k/fjordvik/2023-11-01/index.html")
    assert "burn-up" not in links


def test_a_real_night_leaves_it_with_its_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.delenv("KOBOSYNC_HOME", raising=False)
    village = Village(tmp_path)
    with rehearsal_running(load(village.config).register_, tmp_path), instance_in_memory() as instance:
        assert night_command.run_night(village.config, "auto", date(2023, 11, 1), instance) == DONE
        event = instance.get_latest_materialization_event(dg.AssetKey(["vik", "reports"]))
    assert event is not None
    assert event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    large, small = metadata["burn-up and forecast"], metadata["burn-up"]
    assert isinstance(large, dg.MarkdownMetadataValue)
    assert isinstance(small, dg.MarkdownMetadataValue)
    assert drawing(str(large.value)).find(f".//{SVG}circle") is not None
    assert str(small.value).startswith("![4 av 4\N{NO-BREAK SPACE}utleieboliger er i Kobo.](data:")
    assert sum(len(str(value.value).encode()) for value in metadata.values()) < MOST_BYTES
    assert Path(str(metadata["report"].value)).is_file()
    assert Path(str(metadata["workbook of bolig"].value)).is_file()
    assert metadata["open deviations"].value == 0
