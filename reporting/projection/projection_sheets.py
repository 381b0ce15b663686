"""The sheets of behov.xlsx that hold the computed need: category by year, and the figures behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from language import text, word_for
from reporting.projection import projection_words as words
from reporting.projection.projected_needs import ProjectedNeeds
from reporting.sheet_writer import Book, Cell, Column

_YEARS = {
    "category": 46, "year": 8, "have": 10, "reported": 14, "computed": 14, "low": 12, "high": 12, "missing_reported": 18,
    "missing_computed": 20,
}  # fmt: skip
_FIGURES = {"category": 46, "figure": 40, "value": 30, "kind": 14, "source": 90}


def write_projection(book: Book, needs: ProjectedNeeds) -> None:
    """Numbers are numbers. A category that was not computed has its sentence among the figures, and blank cells, never zeros."""
    book.sheet(text("projection.sheet"), text("projection.lead"), _columns(_YEARS), _years(needs))
    book.sheet(text("projection.figures_sheet"), text("projection.figures_lead"), _columns(_FIGURES), _figures(needs))


def _columns(widths: dict[str, int]) -> list[Column]:
    return [Column(word_for("projection", name), width, name in ("value", "source")) for name, width in widths.items()]


def _years(needs: ProjectedNeeds) -> Iterator[tuple[Sequence[Cell], str | None]]:
    for category in needs.categories:
        for year in category.years:
            computed = year.computed
            cells: list[Cell] = [
                category.title,
                year.year,
                year.have,
                year.reported if year.reported_complete or year.reported is None else words.reported(year),
                computed.main if computed else None,
                computed.low if computed else None,
                computed.high if computed else None,
                year.missing_reported,
                year.missing_computed,
            ]
            yield cells, None


def _figures(needs: ProjectedNeeds) -> Iterator[tuple[Sequence[Cell], str | None]]:
    for category in needs.categories:
        if category.fault is not None:
            yield [category.title, text("projection.not_computed"), None, None, words.fault(category.fault)], "#FDE9C9"
        for figure in category.figures:
            cells: list[Cell] = [category.title, words.figure_name(figure), words.figure_value(figure), words.figure_kind(figure)]
            yield [*cells, words.figure_source(figure)], None
