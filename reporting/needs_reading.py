"""What the services answered in their needs workbooks: every answer, and every cell that cannot be one, with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.field_mapping import FieldMapping
from connectors.read_result import Verdict
from connectors.source_config import ExcelSource, Sheet
from language import rendered, text
from reconciliation.model.municipality import Municipality
from reporting.either_headings import Form, heading_in, read_either
from reporting.form_words import form_languages, form_word, spellings
from reporting.needs_cells import Fault, budget_year, files_at, million_kroner, named, read_cells, text_of, whole_number
from reporting.needs_detail import ADAPTED, AREA, BUDGET, BY_YEAR, COST, PRIORITY, REASON, SIZE, URGENCY, NeedDetail, Urgency

SHEET, GUIDE = "Behov", "Veiledning"
SERVICE, CATEGORY, NOW, LATER, ORIGIN, COMMENT = "Tjeneste", "Kategori", "Behov nå", "Behov om 5 år", "Kilde", "Kommentar"
EARLIER_HEADINGS = (SERVICE, CATEGORY, NOW, LATER, ORIGIN, COMMENT)
"""Of templates made before details were asked for; such a workbook is still an answer."""
HEADINGS = (SERVICE, CATEGORY, NOW, *BY_YEAR.values(), LATER, SIZE, AREA, ADAPTED, URGENCY, PRIORITY, REASON, COST, BUDGET, ORIGIN, COMMENT)

NUMBERS = (NOW, *BY_YEAR.values(), LATER)


@dataclass(frozen=True, slots=True)
class NeedsLine:
    """One line of a workbook. service: owner slug. now, later: dwellings needed now and in five years; None when left blank."""

    service: str
    category: str
    now: int | None
    later: int | None
    origin: str | None
    comment: str | None
    file: str
    row: int
    detail: NeedDetail = field(default_factory=NeedDetail)


@dataclass(frozen=True, slots=True)
class NeedsAnswers:
    """The content of all workbooks. services: slugs of the owners who must answer. files: number of workbooks."""

    services: tuple[str, ...]
    answers: tuple[NeedsLine, ...] = ()
    faults: tuple[Fault, ...] = ()
    files: int = 0


def read_needs(municipality: Municipality, home: Path) -> NeedsAnswers | None:
    """Read the municipality's needs workbooks; None when its file names none. Bad input never raises: it is a fault with a place."""
    if municipality.needs is None:
        return None
    services = municipality.needs.services or tuple(municipality.owners)
    files, faults = files_at(home / municipality.needs.path, (".xlsx",), str(municipality.needs.path))
    answers: list[NeedsLine] = []
    for file in files:
        answer, wrong = _read(file, municipality, home)
        answers += answer
        faults += wrong
    return NeedsAnswers(services, tuple(answers), tuple(faults), len(files))


def _read(file: Path, municipality: Municipality, home: Path) -> tuple[list[NeedsLine], list[Fault]]:
    forms = [_source(file, headings, language) for language in form_languages() for headings in (HEADINGS, EARLIER_HEADINGS)]
    read, form = read_either("needs", forms, home)
    faults = [] if read.verdict is Verdict.COMPLETE else [Fault(file.name, None, None, None, rendered(read.melding))]
    answers: list[NeedsLine] = []
    for row in read.rows.iter_rows(named=True):
        answer, wrong = _answer(row, file.name, municipality, form)
        faults += wrong
        answers += [answer] if answer else []
    return answers, faults


def _source(file: Path, headings: tuple[str, ...], language: str) -> ExcelSource:
    return ExcelSource(
        kind="excel",
        title=text("needs.workbook"),
        owner="-",
        path=file,
        key=(form_word(CATEGORY, language),),
        fields={heading: FieldMapping(column=form_word(heading, language)) for heading in headings},
        sheets=(Sheet(name=form_word(SHEET, language)),),
        ignore_sheets=(form_word(GUIDE, language),),
        maximum_megabytes=20,
    )


def _answer(row: Mapping[str, Any], file: str, municipality: Municipality, form: Form) -> tuple[NeedsLine | None, list[Fault]]:
    """The row's answer, or what is wrong with it. A row without any number is no fault: it is not answered yet."""
    written = {heading: text_of(row.get(heading_in(form, heading))) for heading in HEADINGS}
    if all(written[heading] is None for heading in NUMBERS):
        return None, []
    owners = {slug: (owner.title, slug) for slug, owner in municipality.owners.items()}
    categories = {slug: (category.title, slug) for slug, category in municipality.categories.items()}
    reading: dict[str, Callable[[str | None], Any]] = {
        SERVICE: lambda cell: named(owners, cell, heading_in(form, SERVICE)),
        CATEGORY: lambda cell: named(categories, cell, heading_in(form, CATEGORY)),
        **dict.fromkeys(NUMBERS, whole_number),
        URGENCY: lambda cell: _urgency(cell, heading_in(form, URGENCY)),
        PRIORITY: lambda cell: whole_number(cell, least=1),
        COST: million_kroner,
        BUDGET: budget_year,
    }
    values, faults = read_cells(reading, written, (file, row["sheet"], row["row"]), lambda heading: heading_in(form, heading))
    if SERVICE not in values or CATEGORY not in values or all(values.get(heading) is None for heading in NUMBERS):
        return None, faults
    numbers = values.get(NOW), values.get(LATER)
    detail = NeedDetail(
        {years: values[heading] for years, heading in BY_YEAR.items() if values.get(heading) is not None},
        written[SIZE],
        written[AREA],
        written[ADAPTED],
        values.get(URGENCY),
        values.get(PRIORITY),
        written[REASON],
        values.get(COST),
        values.get(BUDGET),
    )
    return NeedsLine(values[SERVICE], values[CATEGORY], *numbers, written[ORIGIN], written[COMMENT], file, row["row"], detail), faults


def _urgency(cell: str | None, heading: str) -> Urgency | None:
    return Urgency(named(spellings(Urgency), cell, heading)) if cell else None
