"""What the municipality will acquire and give up (fremskaffelse og avhending): each measure, and each row that cannot be one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from connectors.field_mapping import FieldMapping
from connectors.read_result import SourceRead, Verdict
from connectors.source_config import CsvSource, ExcelSource, Sheet
from language import listed, rendered, text
from reconciliation.addresses import parse_address
from reconciliation.addresses.parsed_address import ParseStatus as Understood
from reconciliation.identifiers import parse_unit
from reconciliation.model.municipality import Municipality
from reporting.either_headings import Form, heading_in, read_either
from reporting.form_words import form_languages, form_word, spellings
from reporting.needs_cells import BadCell, Fault, budget_year, day_of, files_at, million_kroner, named, read_cells, text_of, whole_number
from reporting.needs_detail import BUDGET, COST
from reporting.needs_reading import GUIDE

SHEET = "Tiltak"
ID, TYPE, CATEGORY, ADDRESS, UNIT, COUNT = "Tiltak-id", "Type", "Kategori", "Adresse", "Bruksenhet", "Antall"
DATE, STATUS, OWNER, COMMENT = "Planlagt dato", "Status", "Ansvarlig", "Kommentar"
PERSONS = "Personer"
EARLIER_HEADINGS = (ID, TYPE, CATEGORY, ADDRESS, UNIT, COUNT, DATE, STATUS, OWNER, COMMENT)
"""Of lists made before costs were asked for; such a list is still read."""
HEADINGS = (ID, TYPE, CATEGORY, ADDRESS, UNIT, COUNT, DATE, STATUS, OWNER, PERSONS, COST, BUDGET, COMMENT)


class MeasureKind(StrEnum):
    """The values are what people choose in the list's column."""

    ACQUIRE = "Fremskaffelse"
    DISPOSE = "Avhending"
    LAPSE = "Leieavtale utløper"

    @property
    def adds(self) -> bool:
        """Does it add dwellings? A lapsing lease takes them away, as a disposal does."""
        return self is MeasureKind.ACQUIRE


class Stage(StrEnum):
    """The values are what people choose in the list's column."""

    PLANNED = "Planlagt"
    DECIDED = "Vedtatt"
    DONE = "Gjennomført"
    CANCELLED = "Avlyst"


@dataclass(frozen=True, slots=True)
class Measure:
    """One planned acquisition or disposal of `count` dwellings. adressenavn to bruksenhetsnummer: None when no place is known yet.

    persons: whom it helps. cost: million kroner. budget_year: four digits. None when not given.
    """

    ident: str
    kind: MeasureKind
    category: str
    count: int
    when: date
    stage: Stage
    owner: str | None
    comment: str | None
    file: str
    row: int
    adressenavn: str | None = None
    nummer: int | None = None
    bokstav: str | None = None
    bruksenhetsnummer: str | None = None
    persons: int | None = None
    cost: float | None = None
    budget_year: int | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """The list as read: its usable rows, and a fault per unusable one."""

    measures: tuple[Measure, ...] = ()
    faults: tuple[Fault, ...] = ()


def read_measures(municipality: Municipality, home: Path) -> Measures | None:
    """Read the municipality's plans; None when its file names none. Bad input never raises: it is a fault with a place.

    An id that occurs twice is a fault on both rows: it is unknown which of them is right.
    """
    if municipality.acquisitions is None:
        return None
    files, faults = files_at(home / municipality.acquisitions, (".csv", ".xlsx"), str(municipality.acquisitions))
    measures: list[Measure] = []
    for file in files:
        forms = [_source(file, headings, language) for language in form_languages() for headings in (HEADINGS, EARLIER_HEADINGS)]
        read, form = read_either("acquisitions", forms, home)
        faults += _read_faults(file, read)
        for row in read.rows.iter_rows(named=True):
            measure, wrong = _measure(row, file.name, municipality, form)
            faults += wrong
            measures += [measure] if measure else []
    times = {measure.ident: sum(other.ident == measure.ident for other in measures) for measure in measures}
    faults += [
        Fault(twice.file, None, twice.row, ID, text("plans.twice", written=twice.ident)) for twice in measures if times[twice.ident] > 1
    ]
    return Measures(tuple(measure for measure in measures if times[measure.ident] == 1), tuple(faults))


def _source(file: Path, headings: tuple[str, ...], language: str) -> Form:
    common: dict[str, Any] = {
        "title": text("measures.title"),
        "owner": "-",
        "path": file,
        "key": (form_word(ID, language),),
        "fields": {heading: FieldMapping(column=form_word(heading, language)) for heading in headings},
        "maximum_megabytes": 20,
    }
    if file.suffix.casefold() == ".csv":
        return CsvSource(kind="csv", **common)
    return ExcelSource(
        kind="excel", sheets=(Sheet(name=form_word(SHEET, language)),), ignore_sheets=(form_word(GUIDE, language),), **common
    )


def _read_faults(file: Path, read: SourceRead) -> list[Fault]:
    lines = read.unreadable.iter_rows(named=True) if read.unreadable is not None else ()
    faults = [Fault(file.name, line["sheet"], line["row"], None, rendered(line["melding"])) for line in lines]
    failed = read.verdict is Verdict.FAILED
    return [*faults, *([Fault(file.name, None, None, None, rendered(read.melding))] if failed else [])]


def _measure(row: Mapping[str, Any], file: str, municipality: Municipality, form: Form) -> tuple[Measure | None, list[Fault]]:
    written = {heading: text_of(row.get(heading_in(form, heading))) for heading in HEADINGS}
    categories = {slug: (category.title, slug) for slug, category in municipality.categories.items()}
    owners = {slug: (owner.title, slug) for slug, owner in municipality.owners.items()}
    reading: dict[str, Callable[[str | None], Any]] = {
        ID: lambda cell: named({cell or "": (cell or "",)}, cell, heading_in(form, ID)),
        TYPE: lambda cell: MeasureKind(named(spellings(MeasureKind), cell, heading_in(form, TYPE))),
        CATEGORY: lambda cell: named(categories, cell, heading_in(form, CATEGORY)),
        ADDRESS: _place,
        UNIT: _unit,
        COUNT: lambda cell: whole_number(cell, least=1),
        DATE: lambda cell: day_of(cell, heading_in(form, DATE)),
        STATUS: lambda cell: Stage(named(spellings(Stage), cell, heading_in(form, STATUS))),
        OWNER: lambda cell: _owner(owners, cell),
        PERSONS: lambda cell: whole_number(cell, least=1),
        COST: million_kroner,
        BUDGET: budget_year,
    }
    values, faults = read_cells(reading, written, (file, row["sheet"], row["row"]), lambda heading: heading_in(form, heading))
    if faults:
        return None, faults
    place = values[ADDRESS]
    unit = values[UNIT] or place.get("bruksenhetsnummer")
    count = values[COUNT] or 1
    if unit and count > 1:
        return None, [Fault(file, row["sheet"], row["row"], heading_in(form, COUNT), text("plans.one_unit", written=str(count)))]
    placed = {**place, "bruksenhetsnummer": unit} if place else {}
    common = (
        values[ID],
        values[TYPE],
        values[CATEGORY],
        count,
        values[DATE],
        values[STATUS],
        values[OWNER],
        written[COMMENT],
        file,
        row["row"],
    )
    return Measure(*common, **placed, persons=values[PERSONS], cost=values[COST], budget_year=values[BUDGET]), []


def _owner(owners: Mapping[str, tuple[str, str]], cell: str | None) -> str | None:
    """A service. What is written instead may be a person's name, so it is never repeated."""
    try:
        return named(owners, cell, OWNER) if cell else None
    except BadCell as bad:
        raise BadCell(text("plans.unknown_owner", known=listed([title for title, _ in owners.values()]))) from bad


def _place(cell: str | None) -> dict[str, Any]:
    """The address's parts; none for a measure that has no place yet. Raises BadCell for one that cannot be understood."""
    if cell is None:
        return {}
    address = parse_address(cell)
    if address.status is not Understood.OK:
        raise BadCell(text("plans.bad_address"))
    return {name: getattr(address, name) for name in ("adressenavn", "nummer", "bokstav", "bruksenhetsnummer")}


def _unit(cell: str | None) -> str | None:
    if cell is None:
        return None
    unit = parse_unit(cell)
    if unit is None:
        raise BadCell(text("plans.bad_unit", written=cell))
    return unit
