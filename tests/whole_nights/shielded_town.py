"""Towns in which shielded and visible homes share houses, and everything that people open after a night in them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import openpyxl
import polars as pl
from hypothesis import strategies as st

from language import text
from reconciliation.decisions.question import Question
from reconciliation.decisions.question_lookup import Tables
from reconciliation.decisions.questions import questions
from reconciliation.ledger import LIFE, Ledger
from reconciliation.model.municipality import Municipality
from reconciliation.model.tables import DEVIATIONS
from reconciliation.plan.plan_rendering import as_json, as_markdown
from reporting.clarifications import settled_in_source, shown_questions
from reporting.kostra import count_kostra
from reporting.kostra_workbook import write_kostra
from reporting.night_report import NightResult, SourceNight
from reporting.privacy import hidden_names
from reporting.publish import publish
from tests.whole_nights.small_town import SOURCES, Town, content
from tests.whole_nights.whole_night import Night

HOUSES = ("Gammelbrua 18B", "Gamlebrua 18B", "Storgata 1")
"""Two of them one letter apart, so that homes are nearly neighbours across them too."""
STREETS = ("Gammelbrua", "Gamlebrua", "Storgata")
HEADINGS = ["Nr", "Gate", "Enhet", "Leil", "Rom", "Areal", "Leie", "Soverom", "Slag", "Skjules"]


@dataclass(frozen=True)
class Home:
    """A home as the world has it: held by `sources`, each of which leaves out the unit number or not, and flags it or not.

    entry: whether Kobo has it from before, and with which unit number. wrong: what its first source writes wrong.
    """

    number: int
    house: str
    sources: tuple[str, ...]
    units_written: tuple[bool, ...]
    flagged: tuple[bool, ...]
    entry: str
    wrong: str

    @property
    def shielded(self) -> bool:
        return any(self.flagged)

    @property
    def unit(self) -> str:
        return f"H09{self.number:02d}"

    def key(self, source: str) -> str:
        return f"{source[0]}{self.number:02d}z"

    @property
    def tells(self) -> list[str]:
        """What is this home's alone, as reports write numbers and texts."""
        return [
            self.unit,
            f"L{self.number:02d}x",
            f"R{self.number:02d}x",
            f"{50 + self.number}.7",
            f"{50 + self.number},7",
            f"{9100 + self.number}",
        ]

    def cells(self, source: str) -> list[str]:
        place = self.sources.index(source)
        unit = self.unit if self.units_written[place] else ""
        category = "Ukjent" if self.wrong == "category" and not place else "Ordinær"
        flag = "kanskje" if self.wrong == "flag" and self.flagged[place] else "ja" if self.flagged[place] else ""
        area = "ti tusen" if self.wrong == "area" and not place else f"{50 + self.number},7"
        label, room = (f"L{self.number:02d}x", "") if self.number % 2 else ("", f"R{self.number:02d}x" if self.number % 4 else "")
        return [self.key(source), self.house, unit, label, room, area, f"{9100 + self.number}", "2", category, flag]


@st.composite
def homes(draw: st.DrawFn) -> list[Home]:
    """Two to six homes in one to three houses, at least one of them shielded and one visible."""
    homes_made = []
    for number in range(1, draw(st.integers(2, 6)) + 1):
        sources = draw(st.sampled_from([SOURCES[:1], SOURCES[1:], SOURCES]))
        shielded = number == 1 or (number > 2 and draw(st.booleans()))
        flags = tuple(shielded and (not place or draw(st.booleans())) for place in range(len(sources)))
        homes_made.append(
            Home(
                number,
                draw(st.sampled_from(HOUSES[:2] if number < 3 else HOUSES)),
                sources,
                tuple(draw(st.booleans()) for _ in sources),
                flags,
                draw(st.sampled_from(["", "", "same", "without a unit", "another unit"])),
                draw(st.sampled_from(["", "", "", "category", "area", "flag"])),
            )
        )
    return homes_made


class ShieldedTown(Town):
    """A town whose files are its homes."""

    def __init__(self, homes_: list[Home]) -> None:
        self.homes = homes_
        super().__init__("listing", 1)
        self.municipality = _municipality(self.municipality)
        for home in homes_:
            if home.entry:
                street, _, number = home.house.partition(" ")
                unit = {"same": home.unit, "another unit": "H0801"}.get(home.entry)
                self.import_entry(
                    {
                        "kommunenummer": "9902",
                        "adressenavn": street,
                        "nummer": int(re.sub(r"\D", "", number)),
                        "bokstav": re.sub(r"\d", "", number) or None,
                        "bruksenhetsnummer": unit,
                        "postnummer": "9920",
                        "boligtype": "ORDINAR_BOLIG",
                        "bruksareal": 50.7 + home.number,
                        "manedsleie": 9100.0 + home.number,
                    }
                )

    def write(self) -> None:
        (self.home / "kilder").mkdir(exist_ok=True)
        for source in SOURCES:
            out = io.StringIO()
            lines = [home.cells(source) for home in self.homes if source in home.sources]
            csv.writer(out, delimiter=";", lineterminator="\n").writerows([HEADINGS, *lines])
            (self.home / "kilder" / f"{source}.csv").write_text(out.getvalue(), encoding="utf-8")


def _municipality(given: Municipality) -> Municipality:
    settings = content()
    fields = {
        "adresse": {"column": "Gate", "as": "address"},
        "bruksenhetsnummer": {"column": "Enhet", "as": "unit"},
        "leilighetsnummer": {"column": "Leil"},
        "ekstra_referanse": {"column": "Rom"},
        "bruksareal": {"column": "Areal", "as": "number"},
        "manedsleie": {"column": "Leie", "as": "number"},
        "antall_soverom": {"column": "Soverom", "as": "integer"},
        "postnummer": {"constant": "9920"},
        "kategori": {"column": "Slag", "as": "lookup", "table": {"Ordinær": "ordinar"}},
        "hemmelig_adresse": {"column": "Skjules", "as": "boolean"},
    }
    for name, owner in zip(SOURCES, ("bolig", "eiendom"), strict=True):
        settings["sources"][name] |= {"fields": fields, "key": ["Nr"], "ignore": [], "owner": owner}
    settings["send"] = {
        "owners": {"bolig": "KOBOSYNC_MAIL", "eiendom": "KOBOSYNC_MAIL"},
        "link": "https://kommune.example/kobo",
        "addresses": True,
    }
    read = Municipality.model_validate(settings)
    return read.model_copy(update={"register_": given.register_})


def night_result(town: Town, night: Night, ledger: Ledger, shielded_gone: frozenset[str]) -> NightResult:
    """What the reports of that night are made of."""
    slug = town.municipality.slug
    lives = ledger.record_deviations(f"{night.run_id}", night.as_of, night.validated.deviations, night.complete)
    return NightResult(
        municipality=town.municipality,
        as_of=night.as_of,
        run_id=night.run_id,
        plan_digest=night.plan.digest,
        sources={
            name: SourceNight(read.verdict, name, town.municipality.sources[name].owner, rows_read=read.rows.height)
            for name, read in night.reads.items()
        },
        dwellings=night.merged.dwellings,
        items=night.plan.items,
        deviations=lives.select(*DEVIATIONS, *LIFE),
        rejected_rows=night.validated.rejected,
        standing_rows=night.standing_rows,
        out_of_scope_rows=night.validated.out_of_scope,
        class_changes=ledger.class_changes(slug),
        fixed=ledger.deviations(slug, include_fixed=True),
        lineage=night.merged.lineage,
        outcomes=night.outcomes,
        register_rows=night.seen.rows,
        history=ledger.history(slug),
        questions=tuple(questions_of(night, ledger, slug)),
        shielded_gone=shielded_gone,
    )


def questions_of(night: Night, ledger: Ledger, slug: str) -> list[Question]:
    made = night.merged
    tables = Tables(made.dwellings, night.plan.items, night.matches, made.lineage, night.standing_rows, night.seen.rows)
    return questions(tables, ledger.decisions(slug))


def records(result: NightResult, night: Night, folder: Path) -> Iterator[tuple[str, str]]:
    """(where, text) of every row, entry, line and question that anybody can open after that night."""
    published = publish(result, folder)
    counted = count_kostra(
        result.municipality,
        result.dwellings,
        result.items,
        result.rejected_rows,
        result.out_of_scope_rows,
        night=night.as_of,
        as_of=night.as_of,
    )
    write_kostra(published.folder / "kostra.xlsx", result.municipality, counted)
    for file in sorted(published.folder.rglob("*")):
        if file.suffix == ".xlsx":
            yield from _rows(file)
        elif file.suffix == ".js":
            yield from _entries(file)
        elif file.is_file():
            yield from ((file.name, line) for line in file.read_text(encoding="utf-8").splitlines())
    yield from (("plan as Markdown", line) for line in as_markdown(night.plan, 1000).splitlines())
    yield from (("plan as JSON", json.dumps(item, ensure_ascii=False)) for item in json.loads(as_json(night.plan))["items"])
    sources = dict(result.dwellings.select("leverandor_bolig_id", "sources").iter_rows())
    for question in result.questions:
        yield "question", f"{shown_questions(question, result.municipality, sources)} {question.other}"
    yield from (("to settle in the source", sentence) for _, sentence in settled_in_source(result.items, result.dwellings, ()))


def _rows(file: Path) -> Iterator[tuple[str, str]]:
    book = openpyxl.load_workbook(file)
    for sheet in book:
        lines = list(sheet.iter_rows(values_only=True))
        # A question has one line for each of its sides, and its id in the first. Below is what must be corrected in the source.
        mended = next((at for at, line in enumerate(lines) if text("clarifications.in_source_title") in line), len(lines))
        asked = sheet.title == text("clarifications.sheet")
        starts = [at for at, line in enumerate(lines) if not asked or line[0] is not None or at < 2 or at >= mended]
        for at, end in pairwise([*starts, len(lines)]):
            cells = [cell for line in lines[at:end] for cell in line if cell is not None]
            yield f"{file.name} {sheet.title}", " | ".join(map(str, cells))


def _entries(file: Path) -> Iterator[tuple[str, str]]:
    text = file.read_text(encoding="utf-8")
    if file.name == "oversikt.js":
        index = json.loads(text[text.index("(") + 1 : text.rindex(")")])
        columns = [index[name] for name in ("id", "kobo", "address", "matrikkel")]
        yield from ((file.name, json.dumps(row, ensure_ascii=False)) for row in zip(*columns, strict=True))
    elif file.name == "endringer.js":
        data = json.loads(text[text.index("(") + 1 : text.rindex(")")])
        yield from ((file.name, json.dumps(row, ensure_ascii=False)) for part in ("homes", "faults", "answers") for row in data[part])
    elif file.parent.name == "boliger":
        entries = json.loads(text[text.index(",") + 1 : text.rindex(")")])
        yield from ((file.name, json.dumps(entry, ensure_ascii=False)) for entry in entries)


@dataclass(frozen=True)
class Named:
    """What names the hidden side and the visible one (keys, koboIds, streets), and values that only hidden homes have (units, measures)."""

    hidden: set[str]
    visible: set[str]
    values: list[str]


def named(result: NightResult, night: Night, homes_: list[Home]) -> Named:
    """A home counts as hidden by the rows that say so and by what they were merged with: another source may list the same home openly,
    and so may Kobo, and nothing but a person can say that it is the same."""
    hidden = hidden_names(result.dwellings, result.items, result.shielded_gone)
    flagged = set(result.rejected_rows.filter(pl.col("hemmelig_adresse")).get_column("source_key"))
    keys = {home.key(source) for home in homes_ for source in home.sources}
    secret = flagged | {key for key in keys if any(name.endswith((f":{key}", f"-{key}")) for name in hidden)}
    kobo_ids = set(night.seen.rows.get_column("kobo_id")) | set(result.items.get_column("kobo_id").drop_nulls())
    open_units = set(night.seen.rows.filter(~pl.col("kobo_id").is_in(sorted(hidden))).get_column("bruksenhetsnummer").drop_nulls())
    all_hidden = [home for home in homes_ if {home.key(source) for source in home.sources} <= secret]
    words = [word for home in all_hidden if not home.entry or (home.entry == "same" and home.unit not in open_units) for word in home.tells]
    return Named(secret | (kobo_ids & hidden), (keys - secret) | (kobo_ids - hidden) | {*STREETS}, words)


def changed(homes_: list[Home], how: str) -> list[Home]:
    """The town as it is on another night: the first home, which is shielded, is mended, moved or gone."""
    first, *rest = homes_
    if how == "gone":
        return rest
    if how == "mended":
        return [replace(first, wrong="", units_written=tuple(True for _ in first.sources)), *rest]
    return [replace(first, wrong="category"), *rest] if how == "rejected" else homes_
