"""Every number of the page that opens a list opens exactly as many as it says, and the numbers that differ are led to one another."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest

from reconciliation.ledger import HISTORY, MEMBERSHIPS
from reconciliation.model import tables
from reconciliation.plan.progress import measure
from reporting.bridges import bridges
from reporting.night_report import NightResult
from reporting.publish import publish
from reporting.search_entries import index_entries
from reporting.summary import summary_content
from tests.reporting.example import AS_OF, dwellings, items, municipality, night, outcomes
from tests.reporting.test_browser import browser, page  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


def rows(table: dict[str, Any], source: str, first: int, many: int, **more: Any) -> pl.DataFrame:
    owner = {"facilit": "boligkontoret", "helse_omsorg": "helse_omsorg", "boei": "eiendom"}[source]
    place = {"source": source, "file": f"{source}.csv", "owner": owner}
    named = [{"row": first + number, "source_key": f"R{number}"} for number in range(many)]
    made = [{**dict.fromkeys(table), **place, **values, **more} for values in named]
    return pl.DataFrame(made, schema=table)


def counted() -> NightResult:
    """A night whose point of the curve is measured from its own tables."""
    homes = dwellings(60)
    plan = items(homes)
    done = outcomes(plan)
    rejected = pl.concat(
        [
            rows(tables.SOURCE_ROWS, "facilit", 100, 4, kategori="eldre"),
            rows(tables.SOURCE_ROWS, "boei", 7, 2),
            # It is part of a dwelling that is counted already.
            rows(tables.SOURCE_ROWS, "facilit", 900, 1, source_key="0", kategori="eldre"),
        ]
    )
    outside = rows(tables.OUT_OF_SCOPE, "helse_omsorg", 50, 5, kategori="institusjon", reason="institusjon")
    known = pl.DataFrame([("facilit", "0", "facilit-000000")], schema=["source", "source_key", "leverandor_bolig_id"], orient="row")
    members = pl.concat([pl.DataFrame(schema=MEMBERSHIPS), known], how="diagonal_relaxed")
    point = measure(homes, plan, done, rejected, members, municipality())
    history = point.with_columns(as_of=pl.lit(AS_OF), run_id=pl.lit("r")).select(pl.col(name).cast(kind) for name, kind in HISTORY.items())
    sources = {
        name: replace(
            source,
            rejected=rejected.filter(pl.col("source") == name).height,
            out_of_scope=outside.filter(pl.col("source") == name).height,
        )
        for name, source in night().sources.items()
    }
    return night(
        sources=sources,
        dwellings=homes,
        items=plan,
        outcomes=done,
        rejected_rows=rejected,
        out_of_scope_rows=outside,
        out_of_scope={"institusjon": 5},
        memberships=members,
        history=history,
    )


def test_every_number_opens_as_many_as_it_says(page: Any, tmp_path: Path) -> None:  # noqa: F811 - fixture
    folder = publish(counted(), tmp_path).folder
    page.goto((folder / "index.html").as_uri())
    links = page.eval_on_selector_all(
        'a[href^="boliger.html?"]', "all => all.map(a => [a.getAttribute('href'), a.firstChild.textContent.trim()])"
    )
    numbers = [(href, int(re.sub(r"\D", "", shown))) for href, shown in links if re.fullmatch(r"[\d\s\u00a0]+", shown)]
    assert len(numbers) > 30
    wrong = []
    page.goto((folder / "boliger.html").as_uri())
    for href, number in dict.fromkeys(numbers):
        page.goto(f"{folder.as_uri()}/{href}")
        heading = page.locator("#n").inner_text()
        hits = int(re.sub(r"\D", "", heading.split("treff")[0]) or 0)
        if hits != number:
            wrong.append((href, number, hits))
    assert wrong == []


def test_the_search_counts_as_the_curve_does() -> None:
    result = counted()
    progress = summary_content(result)["progress"]
    state = index_entries(result)["state"]
    assert (state > 0).sum() == progress["in_scope"]
    assert (state > 1).sum() == progress["in_register"]
    assert (state > 2).sum() == progress["in_sync"]


def test_sums_that_differ_are_led_to_one_another() -> None:
    result = counted()
    sentences = list(bridges(result, summary_content(result)["progress"], None))
    assert sentences[0].startswith("66 utleieboliger i overskriften = 60 med godkjente rader + 6 ")
    for sentence in sentences:
        if match := re.match(r"(\d+) .*? = (\d+) .*?(?:([+−]) (\d+)).*?(?:([+−]) (\d+))?", sentence):
            parts = re.findall(r"(?:[=+−] )(\d+)", sentence)
            signs = re.findall(r"([=+−]) \d+", sentence)
            total = sum(-int(part) if sign == "−" else int(part) for sign, part in zip(signs, parts, strict=True))
            assert int(match[1]) == total, sentence
    assert "plass i institusjon" in sentences[-1]


def test_no_link_asks_for_what_the_search_page_does_not_know(tmp_path: Path) -> None:
    written = (publish(counted(), tmp_path).folder / "index.html").read_text(encoding="utf-8")
    asked = {name for href in re.findall(r'href="(boliger\.html\?[^"]*)"', written) for name in parse_qs(urlsplit(href).query)}
    assert {name.removeprefix("amp;") for name in asked} <= {"i", "k", "c", "e", "s", "h", "b"}
