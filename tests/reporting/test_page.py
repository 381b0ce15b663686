"""The page holds with any night: nothing known, nothing there, hostile names, secret addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from connectors.read_result import Verdict
from reconciliation.model.municipality_parts import Category
from reporting.burnup import burnup
from reporting.forecast import forecast
from reporting.night_report import NightResult, SourceNight
from reporting.progress_page import Attachment, render
from reporting.publish import publish
from tests.reporting.example import AS_OF, deviations, dwellings, history, items, municipality, night

VOID = {"meta", "link", "br", "input", "rect", "line", "polyline", "polygon", "circle"}


class Reader(HTMLParser):
    """Text of the page, every address it points to, and whether its tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        attributes = dict(attrs)
        self.links += [str(attributes[name]) for name in ("href", "src") if attributes.get(name)]
        self.ids += [str(attributes["id"])] if attributes.get("id") else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def read(result: NightResult) -> Reader:
    reader = Reader()
    foreseen = forecast(result.history, result.municipality, result.as_of, all_read=result.all_read)
    reader.feed(render(result, foreseen, [Attachment("avvik-eiendom.xlsx", "eiendom")]))
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    return reader


def with_category(**changes: Any) -> NightResult:
    plan = municipality()
    return night(
        municipality=plan.model_copy(update={"categories": {**plan.categories, "ny": Category(title="<script>alert(1)</script>")}})
    )


EMPTY = {"dwellings": dwellings(0), "items": items(dwellings(0)), "deviations": deviations(0)}
UNREAD = SourceNight(Verdict.FAILED, "Omsorgsboligene", "helse_omsorg", melding="Arket «Boliger» mangler. Legg det inn igjen.")
NIGHTS: dict[str, Callable[[], NightResult]] = {
    "as it is": night,
    "no history": lambda: night(history=history(nights=())),
    "first night": lambda: night(history=history(nights=(38,))),
    "one source": lambda: night(sources={"facilit": SourceNight(Verdict.COMPLETE, "Facilit", "boligkontoret", 10, 1, 1, 8)}),
    "no dwellings": lambda: night(**EMPTY, history=history(nights=()), out_of_scope={}, sources={}),
    "all done": lambda: night(history=history(start=760, scope=735)),
    "all done of what was read": lambda: night(history=history(start=760, scope=735), sources={"helse_omsorg": UNREAD}),
    "deadline long passed": lambda: night(municipality=municipality(deadline=date(2019, 1, 1), started=date(2018, 1, 1))),
    "deadline far away": lambda: night(municipality=municipality(deadline=date(2033, 1, 1))),
    "deadline today": lambda: night(municipality=municipality(deadline=AS_OF)),
    "category never seen": lambda: night(history=history().with_columns(category=pl.lit("aldri_sett"))),
    "hostile title": with_category,
    "owner unknown": lambda: night(deviations=deviations().with_columns(owner=pl.lit("ukjent_eier"))),
    "owner missing": lambda: night(deviations=deviations().with_columns(owner=pl.lit(None, dtype=pl.String))),
    "rule unknown": lambda: night(deviations=deviations().with_columns(rule=pl.lit("Z99"))),
    "long address": lambda: night(dwellings=dwellings().with_columns(adressenavn=pl.lit("Lang" * 75))),
    "register down": lambda: night(register_verdict="failed", register_melding="Kobo svarte ikke.", items=items(dwellings(0))),
    "pace backwards": lambda: night(history=history(pace=-5)),
}


@pytest.mark.parametrize("made", NIGHTS.values(), ids=NIGHTS.keys())
def test_any_night_is_a_whole_page_that_asks_nothing_of_the_network(made: Callable[[], NightResult]) -> None:
    page = read(made())
    outside = [link for link in page.links if not link.startswith(("#", "data:")) and ("//" in link or link.startswith("/"))]
    assert outside == []
    assert "script" not in page.tags
    assert page.tags.count("h1") == 1
    assert "None" not in page.text


def first_lines(result: NightResult) -> str:
    return read(result).text.split("Hva stopper?")[0].replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("as it is", "583 av 750 utleieboliger er i Kobo."),
        ("no dwellings", "Ingen utleieboliger er funnet i kildene."),
        ("all done", "Alle boligene er i Kobo."),
        ("all done of what was read", "Alle boligene som ble lest, er i Kobo. Rader som var avvist"),
        ("deadline long passed", "Fristen gikk ut 1. januar 2019, for 1 802 dager siden."),
        ("first night", "for lite historikk"),
        ("register down", "Kobo kunne ikke leses i natt"),
        ("pace backwards", "med dette tempoet blir dere ikke ferdige"),
    ],
)
def test_the_first_sentences_say_the_state(made: str, expected: str) -> None:
    assert expected in first_lines(NIGHTS[made]())


def test_what_is_outside_is_reported_with_its_number() -> None:
    assert "Utenfor er 338 rader med plass i institusjon og 18 rader" in first_lines(night())


def test_a_failed_source_is_reported_in_its_own_words_at_the_top() -> None:
    lines = first_lines(night(sources={"care": UNREAD}))
    assert "Kilden Omsorgsboligene ble ikke lest i natt" in lines
    assert "Arket «Boliger» mangler. Legg det inn igjen." in lines


def test_a_refused_plan_is_reported_at_the_top() -> None:
    assert "62 boliger ville utgå, flere enn 50." in first_lines(night(plan_refusals=("62 boliger ville utgå, flere enn 50.",)))


def test_dwellings_whose_last_agreed_value_is_not_known_are_reported_at_the_top() -> None:
    asked = pl.when(pl.col("class") == "conflict").then(pl.lit('{"asked":[{"field":"manedsleie","movement":"unknown"}]}'))
    plan = night().items.with_columns(details=asked.otherwise("details"))
    unknown = plan.filter(pl.col("class") == "conflict").height
    assert f"{unknown} boliger er ulike i Kobo og i kildene" in first_lines(night(items=plan))
    assert "sist var enige" not in first_lines(night())


def test_kobos_refusals_are_in_kobos_words() -> None:
    assert "Bruksenhetsnummer H0101 finnes ikke på adressen i matrikkelen." in read(night()).text


def test_names_are_text_and_never_markup() -> None:
    homes = dwellings().with_columns(adressenavn=pl.lit("<script>alert(1)</script>"))
    page = read(night(dwellings=homes))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.text


SECRET = "Hemmeligveien"


def secret_night() -> NightResult:
    """One dwelling and one rejected row whose addresses are secret; Kobo refused the dwelling, and its row has a deviation too."""
    homes = dwellings().with_columns(
        hemmelig_adresse=pl.lit(value=True), adressenavn=pl.lit(SECRET), poststed=pl.lit(SECRET), bruksenhetsnummer=pl.lit("H0909")
    )
    faults = deviations(6).with_columns(
        source_key=pl.int_range(pl.len()).cast(pl.String),
        source=pl.lit("facilit"),
        value=pl.lit(f"{SECRET} 9"),
        message=pl.lit(f"Adressen «{SECRET} 9» kan ikke tolkes."),
    )
    keys = homes["source_keys"].list.first()
    homes = homes.with_columns(source_keys=pl.Series([[key.replace(key.split(":")[0], "facilit")] for key in keys]))
    rejected = pl.DataFrame(
        [
            {"source": "facilit", "row": row, "sheet": sheet, "hemmelig_adresse": True}
            for row, sheet in faults.select("row", "sheet").rows()
        ],
        schema=night().rejected_rows.schema,
    )
    lineage = pl.DataFrame(
        [[homes["leverandor_bolig_id"][0], "adressenavn", "facilit", "0", SECRET, True, "priority"]],
        schema=night().lineage.schema,
        orient="row",
    )
    register = homes.select("adressenavn", "nummer", "bruksenhetsnummer", kobo_id=pl.format("K{}", pl.int_range(pl.len())))
    return night(dwellings=homes, deviations=faults, rejected_rows=rejected, lineage=lineage, register_rows=register)


@pytest.mark.parametrize("known_by", ["dwelling", "rejected row"])
def test_a_secret_address_is_in_no_file(known_by: str, tmp_path: Path) -> None:
    result = secret_night()
    if known_by == "dwelling":
        result = night(**{**_parts(result), "rejected_rows": result.rejected_rows.clear()})
    else:
        faults = result.deviations.with_columns(source_key=pl.lit(None, dtype=pl.String))
        result = night(**{**_parts(result), "deviations": faults})
    published = publish(result, tmp_path)
    for file in sorted(published.folder.rglob("*")):
        if file.is_file():
            assert SECRET not in unpacked(file), file.name
            assert "H0909" not in unpacked(file), file.name
    assert "Skjermet adresse" in published.page.read_text(encoding="utf-8")


def _parts(result: NightResult) -> dict[str, Any]:
    return {name: getattr(result, name) for name in ("dwellings", "deviations", "rejected_rows", "lineage", "register_rows")}


def unpacked(file: Path) -> str:
    if file.suffix != ".xlsx":
        return file.read_text(encoding="utf-8")
    from zipfile import ZipFile

    with ZipFile(file) as book:
        return "".join(book.read(name).decode("utf-8") for name in book.namelist())


@pytest.mark.parametrize("foreseen", [True, False], ids=["with a forecast", "at a standstill, tonight at the edge"])
@pytest.mark.parametrize("days", range(-12, 16, 7))
def test_the_dates_of_the_curve_never_overlap(days: int, foreseen: bool) -> None:
    house = municipality(deadline=AS_OF + timedelta(days=days))
    seen = forecast(history(), house, AS_OF, futures=20)
    drawn = str(burnup(night(municipality=house), seen if foreseen else replace(seen, band=())))
    for part in drawn.split("<svg")[1:]:
        marks = re.findall(r'c-mark-\w+" x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)">([^<]+)<', part)
        (left, right) = sorted((*_span(float(x), anchor, label), float(y)) for x, y, anchor, label in marks)
        assert left[1] <= right[0] or abs(left[2] - right[2]) >= 14


def _span(x: float, anchor: str, label: str) -> tuple[float, float]:
    width = 7.5 * len(label)
    start = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
    return start, start + width


def test_no_code_of_ours_is_shown_where_people_look_a_dwelling_up(tmp_path: Path) -> None:
    homes = dwellings(20).with_columns(boligtype=pl.lit("OMSORGSBOLIG"), disposisjonsform=pl.lit("KOMMUNALT_EID"))
    part = (publish(night(dwellings=homes), tmp_path).folder / "boliger" / "del-0.js").read_text(encoding="utf-8")
    assert "Omsorgsbolig" in part
    assert not [code for code in ("OMSORGSBOLIG", "KOMMUNALT_EID", "ikke_tilpasset") if code in part]


def test_a_key_that_begins_as_its_neighbours_leads_to_no_shielded_dwelling(tmp_path: Path) -> None:
    keys = [["boei:50-01-001"], ["boei:50-01-002", "facilit:8877"], ["boei:60-01-001", "facilit:8878"]]
    ids = pl.Series([key.replace(":", "-") for key, *_ in keys])
    homes = dwellings(3).with_columns(leverandor_bolig_id=ids, source_keys=pl.Series(keys), hemmelig_adresse=pl.Series([False, True, True]))
    folder = publish(night(dwellings=homes, items=items(homes)), tmp_path).folder
    pages = " ".join(file.read_text(encoding="utf-8") for file in folder.rglob("*") if file.suffix in (".html", ".js"))
    assert "50-01-001" in pages
    assert "boei-60-01-001" in pages, "its owner finds it by its id, which is like nobody else's"
    assert [key for key in ("50-01-002", "8877", "boei:60-01-001", "8878") if key in pages] == []
