"""The workbook of empty dwellings: the numbers by category and size, and the dwellings behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from language import day, number, text, word_for
from reconciliation.model.municipality import Municipality
from reconciliation.model.tables import CONTENT
from reporting.night_report import NightResult
from reporting.sheet_writer import Book, Cell, Column
from reporting.vacancy import EMPTY, MARKS, VACANT, Vacancy, VacancyGroup

VACANCY_BOOK = "tomme-boliger.xlsx"
LEASE_COLUMNS = ("kategori", "passed", "soon", "this_year", "later")
SIZE_COLUMNS = ("band", "have", "empty", "now", "later")
_WIDTHS = {"kategori": 44, "antall_soverom": 16, "count": 10, "longest": 14, "lost": 18}
_ROW_WIDTHS = {"leverandor_bolig_id": 24, "adresse": 40, "kategori": 40, "boligstatus": 26}


def write_vacancy(path: Path, result: NightResult, vacancy: Vacancy) -> None:
    """Raises OSError when the file cannot be written."""
    with Book(path, text("vacancy.title")) as book:
        counts = {"told": number(vacancy.with_status), "of": number(vacancy.of)}
        heading = text("vacancy.heading", name=result.municipality.name, date=day(result.as_of), **counts)
        book.sheet(text("vacancy.title"), heading, _columns(), _numbers(vacancy, result.municipality))
        names = [Column(_name(name), _ROW_WIDTHS.get(name, 16)) for name in VACANT]
        book.sheet(text("vacancy.rows"), text("vacancy.rows_heading"), names, _rows(vacancy, result.municipality))
        if vacancy.leases:
            heads = [Column(word_for("lease_columns", name), 44 if name == "kategori" else 22) for name in LEASE_COLUMNS]
            book.sheet(text("vacancy.leases"), text("vacancy.leases_heading"), heads, _leases(vacancy, result.municipality))
        if vacancy.sizes:
            heads = [Column(word_for("size_columns", name), 34 if name == "band" else 18) for name in SIZE_COLUMNS]
            book.sheet(text("vacancy.sizes"), text("vacancy.sizes_heading"), heads, _sizes(vacancy))


def _columns() -> list[Column]:
    statuses = [Column(word_for("statuses", status), 20) for status in EMPTY]
    first = [Column(_name(name), _WIDTHS[name]) for name in ("kategori", "antall_soverom", "count")]
    marks = [Column(_name(name), 18) for name in MARKS]
    return [*first, *statuses, *marks, *(Column(_name(name), _WIDTHS[name]) for name in ("longest", "lost"))]


def _name(name: str) -> str:
    return word_for("fields", name) if name in CONTENT else word_for("vacancy_columns", name)


def _numbers(vacancy: Vacancy, municipality: Municipality) -> Iterator[tuple[Sequence[Cell], str | None]]:
    for group in vacancy.groups:
        yield _cells(group, municipality), None
    total = [sum(group.status.get(status, 0) for group in vacancy.groups) for status in EMPTY]
    longest = max((group.longest for group in vacancy.groups if group.longest is not None), default=None)
    marked = [sum(group.marked[name] for group in vacancy.groups) for name in MARKS]
    yield [text("groups.total"), None, vacancy.empty, *total, *marked, longest, round(vacancy.lost)], None


def _cells(group: VacancyGroup, municipality: Municipality) -> list[Cell]:
    known = municipality.categories.get(group.category)
    counts = [group.status.get(status, 0) for status in EMPTY]
    marked = [group.marked[name] for name in MARKS]
    title = known.title if known else text("groups.unknown")
    return [title, group.bedrooms, group.count, *counts, *marked, group.longest, round(group.lost)]


def _rows(vacancy: Vacancy, municipality: Municipality) -> Iterator[tuple[Sequence[Cell], str | None]]:
    titles = {slug: category.title for slug, category in municipality.categories.items()}
    for row in vacancy.rows.iter_rows(named=True):
        lost = None if row["lost"] is None else round(row["lost"])
        status, category = word_for("statuses", row["boligstatus"]), titles.get(row["kategori"], row["kategori"])
        shown = {**row, "kategori": category, "boligstatus": status, "lost": lost}
        yield [shown[name] for name in VACANT], None


def _leases(vacancy: Vacancy, municipality: Municipality) -> Iterator[tuple[Sequence[Cell], str | None]]:
    for ends in vacancy.leases:
        known = municipality.categories.get(ends.category)
        yield [known.title if known else text("groups.unknown"), ends.passed, ends.soon, ends.this_year, ends.later], None


def _sizes(vacancy: Vacancy) -> Iterator[tuple[Sequence[Cell], str | None]]:
    for band in vacancy.sizes:
        yield [word_for("size_bands", band.band), band.have, band.empty, band.now, band.later], None
