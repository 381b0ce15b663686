"""Bad nights, through every file that people open: whole pages, books that open, text that stays text."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from connectors.read_result import Verdict
from kobo_client.rehearsal.process import rehearsal_running
from pipelines.commands import night_command
from pipelines.exit_codes import DONE, FAILED
from reconciliation.decisions.question import Candidate
from reconciliation.ledger.deviation_history import OPEN_DEVIATIONS
from reconciliation.model.municipality import Municipality, load
from reconciliation.model.municipality_parts import Category, Owner, Send
from reporting.night_report import NightResult, SourceNight
from reporting.publish import LETTERS, publish
from reporting.sheet_writer import Book, Column
from tests.pipelines.village import Village, instance_in_memory
from tests.reporting.example import AS_OF, deviations, dwellings, history, items, municipality, night, outcomes
from tests.reporting.test_letter import question

SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"
FORMULA = '=HYPERLINK("http://example.invalid","klikk")'
LONG = ("Øvre Langøyneset " * 20)[:300]
VOID = {"meta", "link", "br", "input", "rect", "line", "polyline", "polygon", "circle", "img", "hr"}


def with_letters(**changes: Any) -> Municipality:
    return municipality(send=Send(owners={"eiendom": "VAR"}, addresses=True), **changes)


def without_history() -> NightResult:
    return night(municipality=with_letters(), history=history(nights=()))


def one_source() -> NightResult:
    only = pl.col("source") == "facilit"
    homes = dwellings().filter(pl.col("sources").list.contains("facilit"))
    kept = {name: source for name, source in municipality().sources.items() if name == "facilit"}
    source_night = SourceNight(Verdict.COMPLETE, "Facilit", "boligkontoret", homes.height, accepted=homes.height)
    return night(
        municipality=with_letters(sources=kept), sources={"facilit": source_night}, dwellings=homes, items=items(homes),
        outcomes=outcomes(items(homes)), deviations=deviations().filter(only), history=history().filter(only),
    )  # fmt: skip


def nothing() -> NightResult:
    none = dwellings(0)
    return night(
        municipality=with_letters(), sources={}, dwellings=none, items=items(none), outcomes=outcomes(items(none)),
        deviations=deviations(0), history=history(nights=()), out_of_scope={},
    )  # fmt: skip


def long_passed() -> NightResult:
    return night(municipality=with_letters(deadline=date(2012, 2, 29), started=date(2011, 1, 1)))


def never_seen() -> NightResult:
    unknown = pl.lit("aldri_sett")
    return night(
        municipality=with_letters(), history=history().with_columns(category=unknown), dwellings=dwellings().with_columns(kategori=unknown),
        out_of_scope={"aldri_sett": 3},
    )  # fmt: skip


def named(text: str) -> Callable[[], NightResult]:
    """That text wherever somebody outside may have written one: the municipality's file, the sources, Kobo, the answers."""

    def made() -> NightResult:
        literal = pl.lit(text)
        known = municipality()
        owners = {slug: Owner(title=text) for slug in known.owners}
        categories = {slug: Category(**{**entry.model_dump(), "title": text}) for slug, entry in known.categories.items()}
        sources = {name: entry.model_copy(update={"title": text}) for name, entry in known.sources.items()}
        result = night(municipality=with_letters(name=text, owners=owners, categories=categories, sources=sources))
        written = ("file", "sheet", "source_key", "column", "value", "message")
        fixed = pl.DataFrame(
            [{name: text for name, kind in OPEN_DEVIATIONS.items() if kind == pl.String} | {"owner": "boligkontoret", "fixed": AS_OF}],
            schema=OPEN_DEVIATIONS,
        )
        return replace(
            result,
            sources={
                name: replace(entry, title=text, verdict=Verdict.FAILED, message=text, melding=text)
                for name, entry in result.sources.items()
            },
            deviations=result.deviations.with_columns(literal.alias(name) for name in written),
            dwellings=result.dwellings.with_columns(literal.alias(name) for name in ("adressenavn", "poststed", "ekstra_referanse")),
            items=result.items.with_columns(reason=literal, changes=pl.lit(json.dumps([{"field": "poststed", "old": text, "new": text}]))),
            outcomes=result.outcomes.with_columns(message=literal),
            plan_refusals=(text,),
            register_melding=text,
            questions=(question(ours={"adressenavn": text}, candidates=(Candidate(text, {"adressenavn": text}),)),),
            decided={result.dwellings["leverandor_bolig_id"][0]: [text]},
            contradictory=(text,),
            fixed=fixed,
            out_of_scope={"institusjon": 4},
        )

    return made


NIGHTS: dict[str, Callable[[], NightResult]] = {
    "a night without history": without_history,
    "one source only": one_source,
    "no dwellings": nothing,
    "the deadline long passed": long_passed,
    "a category never seen": never_seen,
    "names that are scripts": named(SCRIPT),
    "names that are formulas": named(FORMULA),
    "an address of 300 characters": named(LONG),
    "names of nothing but signs": named("\x00\x0b\ud7ff & ' \" ]]> {{ 7*7 }} {0} %s"),
}


class Page(HTMLParser):
    """Fails at a tag that closes nothing; holds what a browser would run or fetch."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.runs: set[str] = set()
        self.words = ""
        self.feed(file.read_text(encoding="utf-8"))
        assert self.open == [], file.name

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.runs |= {f"<{tag}>"} if tag in ("script", "img", "iframe", "object") else set()
        self.runs |= {f"{tag} {name}={value}" for name, value in attrs if name.startswith("on")}
        self.runs |= {f"{tag} {value}" for name, value in attrs if name in ("src", "href") and re.match(r"\w+:|//", value or "")}

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self.words += data


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What the pages of a good night run and fetch."""
    folder = publish(night(municipality=with_letters()), tmp_path_factory.mktemp("good")).folder
    return {file.name: Page(file).runs for file in folder.rglob("*.html")}


@pytest.mark.parametrize("case", NIGHTS)
def test_every_file_of_the_night_holds(case: str, tmp_path: Path, runs: dict[str, set[str]]) -> None:
    published = publish(NIGHTS[case](), tmp_path)
    for file in published.folder.rglob("*.html"):
        page = Page(file)
        assert page.runs == runs[file.name], f"{file.name} runs what a good night does not"
        assert not re.search(r"\b(None|nan|NaN|Undefined)\b", page.words), file.name
    books = list(published.folder.glob("*.xlsx"))
    assert set(published.workbooks.values()) <= set(books)
    for file in books:
        for sheet in openpyxl.load_workbook(file):
            cells = [cell for row in sheet.iter_rows() for cell in row]
            assert not [cell.coordinate for cell in cells if cell.data_type == "f"], f"{file.name}: a formula in {sheet.title}"
            assert {cell.hyperlink.target for cell in cells if cell.hyperlink} <= {None}, f"{file.name}: {sheet.title} leads out"
    for file in published.folder.rglob("*.json"):
        json.loads(file.read_text(encoding="utf-8"))
    for file in published.folder.rglob("*.js"):
        calls = re.findall(r"^kobosync\.\w+\((.*)\);$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert [json.loads(f"[{call}]") for call in calls] or file.name == "boliger.js", file.name


@pytest.mark.parametrize("text", [SCRIPT, FORMULA, LONG], ids=["script", "formula", "300 characters"])
def test_what_was_written_is_shown_as_it_was_written(text: str, tmp_path: Path) -> None:
    published = publish(named(text)(), tmp_path)
    shown = " ".join(text.split())
    assert shown in " ".join(Page(published.page).words.split())
    cells = {cell.value for row in openpyxl.load_workbook(published.workbooks["boligkontoret"])["Avvik"].iter_rows() for cell in row}
    assert text in cells
    assert text in json.loads((published.folder / LETTERS).read_text(encoding="utf-8"))[0]["body"]


@pytest.mark.parametrize("title", ["Kort", LONG, "&" * 300], ids=["short", "long", "signs that are doubled"])
def test_a_footer_that_is_too_long_ends_in_dots_and_is_not_left_out(title: str, tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    with Book(tmp_path / "bok.xlsx", "Bok") as book:
        book.sheet("Ark", title, [Column("A", 10)], [])
    footer = openpyxl.load_workbook(tmp_path / "bok.xlsx")["Ark"].oddFooter
    assert footer.left.text[:4].strip("&") in title
    assert footer.left.text.endswith("…") is (title != "Kort")
    assert footer.right.text
    assert not [warning for warning in recwarn if "Header/Footer" in str(warning.message)]


def test_a_report_folder_that_may_not_be_written_is_one_sentence_and_the_night_after_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.delenv("KOBOSYNC_HOME", raising=False)
    village = Village(tmp_path)
    refusing(tmp_path / "reports")
    with rehearsal_running(load(village.config).register_, tmp_path), instance_in_memory() as instance:
        assert night_command.run_night(village.config, "auto", date(2023, 11, 1), instance) == FAILED
        output = "".join(capfd.readouterr())
        assert "Traceback" not in output
        assert "the reports of 2023-11-01 cannot be written" in re.sub(r"\s+", " ", output)
        allowing(tmp_path / "reports")
        assert night_command.run_night(village.config, "auto", date(2023, 11, 2), instance) == DONE
    assert village.summary()["dwellings"]["in_sync"] == 4, "what the first night wrote in Kobo stands"


def refusing(folder: Path) -> None:
    """Root may write anywhere, so there a file is in the way."""
    if os.geteuid() == 0:
        folder.write_text("", encoding="utf-8")
    else:
        folder.mkdir(mode=0o500)


def allowing(folder: Path) -> None:
    if os.geteuid() == 0:
        folder.unlink()
    else:
        folder.chmod(0o700)
