"""The sheets of the year's movements: the numbers, and the dwellings behind each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from language import counted, day, text, word_for
from reconciliation.model.municipality import Municipality
from reconciliation.model.shielding import is_shielded
from reporting.housing_stock import COLUMNS, NO_CATEGORY, Line, StockYear, stock_year
from reporting.night_report import NightResult
from reporting.privacy import telling_ids, with_shown_address
from reporting.sheet_writer import Book, Cell, Column

STOCK_BOOK = "boligmassen.xlsx"
_TOTAL, _NOTE = "#E2F2E7", "#FDE9C9"


def write_stock(path: Path, municipality: Municipality, years: Sequence[StockYear], dwellings: pl.DataFrame) -> None:
    """Two sheets for each year. dwellings: DWELLINGS of the last night. Raises OSError when the file cannot be written."""
    with Book(path, text("housing_stock.book", name=municipality.name)) as book:
        for year in years:
            add_stock_sheets(book, municipality, year, dwellings)


def stock_years(result: NightResult) -> list[StockYear]:
    """The night's year, and the one before where it is known: annual reports are written in the first weeks of the next year."""
    asked = (result.as_of.year, result.as_of.year - 1)
    years = [stock_year(result.movements, result.municipality, year, result.as_of) for year in asked]
    return [year for year in years if year is not None]


def add_stock_sheets(book: Book, municipality: Municipality, year: StockYear, dwellings: pl.DataFrame) -> None:
    """The numbers of one year, and the rows behind them."""
    heading = text("housing_stock.heading", name=municipality.name, year=year.year, date=day(year.until))
    book.sheet(text("housing_stock.sheet", year=year.year), heading, _columns(year), _numbers(year, municipality))
    title = text("housing_stock.rows_heading", year=year.year)
    book.sheet(text("housing_stock.rows", year=year.year), title, _row_columns(), _rows(year, municipality, dwellings))


def opening_words(year: StockYear) -> str:
    """Heading of the first number: of 1 January, or of the first night of all."""
    return text("housing_stock.started_at", date=day(year.started)) if year.started else text("housing_stock.opening", year=year.year)


def closing_words(year: StockYear) -> str:
    """Heading of the column for the end of the year, or of the year so far."""
    return text("housing_stock.closing", date=day(year.until))


def notes(year: StockYear) -> list[str]:
    """What the reader must know of the numbers."""
    sentences = [text("housing_stock.started", date=day(year.started))] if year.started else []
    if year.assumed and year.since:
        sentences.append(text("housing_stock.assumed", count=counted(year.assumed, "bolig"), date=day(year.since)))
    return [*sentences, text("housing_stock.note")]


def category_words(category: str | None, municipality: Municipality) -> str:
    """The category's title; one that the file no longer has is shown by its key."""
    if category == NO_CATEGORY:
        return text("housing_stock.no_category")
    return municipality.categories[category].title if category in municipality.categories else str(category)


def _columns(year: StockYear) -> list[Column]:
    middle = [Column(word_for("housing_stock_columns", name), 15, wrap=True) for name in COLUMNS]
    first = [Column(text("groups.category"), 44, wrap=True), Column(text("housing_stock.tenure"), 34)]
    return [*first, Column(opening_words(year), 14), *middle, Column(closing_words(year), 18)]


def _numbers(year: StockYear, municipality: Municipality) -> Iterator[tuple[Sequence[Cell], str | None]]:
    for line in year.lines:
        named = (category_words(line.category, municipality), word_for("kostra_rules", line.tenure))
        yield [*named, *_cells(line)], None
    yield [text("groups.total"), None, *_cells(year.total)], _TOTAL
    for note in notes(year):
        yield [note, *[None] * (len(COLUMNS) + 3)], _NOTE


def _cells(line: Line) -> list[Cell]:
    return [line.opening, *(line.moved[name] for name in COLUMNS), line.closing]


def _row_columns() -> list[Column]:
    widths = {"as_of": 13, "leverandor_bolig_id": 26, "adresse": 38, "column": 30, "kind": 60}
    sides = [(side, name, width) for side in ("before", "after") for name, width in (("category", 38), ("tenure", 30))]
    own = [Column(word_for("housing_stock_rows", name), width, wrap=width >= 60) for name, width in widths.items()]
    return [*own, *(Column(text(f"housing_stock.{name}_{side}"), width) for side, name, width in sides)]


def _rows(year: StockYear, municipality: Municipality, dwellings: pl.DataFrame) -> Iterator[tuple[Sequence[Cell], str | None]]:
    """A dwelling that is no longer in any source has no address to show. A shielded one is listed last and without its address: its
    position among its neighbours would reveal it.
    """
    secret = is_shielded()
    hidden = set(telling_ids(dwellings.with_columns(secret=secret)))
    last = pl.col("leverandor_bolig_id").is_in(dwellings.filter(secret)["leverandor_bolig_id"].implode())
    addresses = dict(with_shown_address(dwellings).select("leverandor_bolig_id", "adresse").iter_rows())
    for row in year.rows.sort(last, maintain_order=True).iter_rows(named=True):
        sides: list[Cell] = []
        for side in ("_before", ""):
            category, tenure = row[f"category{side}"], row[f"tenure{side}"]
            sides += [None, None] if tenure is None else [category_words(category, municipality), word_for("kostra_rules", tenure)]
        ours = row["leverandor_bolig_id"]
        words = (word_for("housing_stock_columns", row["column"]), word_for("housing_stock_kinds", row["kind"]))
        yield [row["as_of"], None if ours in hidden else ours, addresses.get(ours), *words, *sides], None
