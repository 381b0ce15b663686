"""The KOSTRA workbook: the numbers, how they agree with what was read, and every row behind them, to filter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from language import counted, day, text, word_for
from reconciliation.model.municipality import Municipality
from reconciliation.model.shielding import is_shielded
from reconciliation.plan.stock_scope import OUT_OF_USE, WHOLE_UNIT
from reporting.housing_stock import StockYear
from reporting.housing_stock_workbook import add_stock_sheets
from reporting.kostra import RULES, Kostra, NumberPart, RuleBasis, count_kostra
from reporting.night_report import NightResult
from reporting.privacy import telling_ids, with_shown_address
from reporting.sheet_writer import Book, Cell, Column
from reporting.value_words import in_words, row_in_words, words_of

Row = tuple[Sequence[Cell], str | None]
_RESULT, _LOOK = "#E2F2E7", "#FDE9C9"
_SHOWN = {"leverandor_bolig_id": 24, "kobo_id": 38, "adresse": 38, "kategori": 40, "boligtype": 18, "disposisjonsform": 32}
_PLACE = {"source": 18, "file": 28, "sheet": 20, "row": 8, "source_key": 22, "owner": 22, "why": 76}
MARK = "x"
KOSTRA_BOOK = "kostra-skjema13.xlsx"


def write_kostra(path: Path, municipality: Municipality, counted: Kostra, stock: StockYear | None = None) -> None:
    """stock: the year's movements, beside it. Raises OSError when the file cannot be written."""
    with Book(path, text("kostra.title", name=municipality.name, date=day(counted.as_of))) as book:
        heading = text("kostra.heading", name=municipality.name, date=day(counted.as_of))
        book.sheet(
            text("kostra.sheet_numbers"), heading, _columns({"number": 54, "count": 12, "basis": 16, "definition": 90}), _numbers(counted)
        )
        book.sheet(
            text("kostra.sheet_lines"), text("kostra.lines_title"), _columns({"line": 76, "count": 12}), _lines(municipality, counted)
        )
        book.sheet(text("kostra.sheet_rows"), text("kostra.rows_title"), _row_columns(), _rows(municipality, counted))
        book.sheet(text("kostra.sheet_left_out"), text("kostra.left_out_title"), _columns(_PLACE), _left_out(municipality, counted))
        if stock:
            add_stock_sheets(book, municipality, stock, counted.rows)


def _columns(widths: dict[str, int]) -> list[Column]:
    return [Column(word_for("kostra_columns", name), width, width >= 60) for name, width in widths.items()]


def _numbers(count: Kostra) -> Iterator[Row]:
    for rule in RULES:
        title = (
            text("kostra.among", title=word_for("kostra_rules", rule.code))
            if rule.part is NumberPart.AMONG
            else word_for("kostra_rules", rule.code)
        )
        basis = text("kostra.documented" if rule.basis is RuleBasis.DOCUMENTED else "kostra.assumption")
        number = count.counts[rule.code]
        look = number > 0 and (rule.part is NumberPart.CHECK or rule.code in ("ikke_oppgitt", "rullestol_ukjent"))
        colour = _RESULT if rule.part is NumberPart.TOTAL else _LOOK if look else None
        yield [title, number, basis, word_for("kostra_definitions", rule.code)], colour
    alone = count.only_in_register
    yield [text("kostra.only_in_register"), alone, text("kostra.assumption"), text("kostra.only_in_register_why")], _LOOK if alone else None
    if count.days_off:
        yield [text("kostra.night"), None, None, night_words(count)], _LOOK


def kostra_of(result: NightResult) -> Kostra | None:
    """The count of a night of 31 December, for which the workbook is written without being asked for; None for any other."""
    if (result.as_of.month, result.as_of.day) != (12, 31):
        return None
    made = (result.dwellings, result.items, result.rejected_rows, result.out_of_scope_rows)
    return count_kostra(result.municipality, *made, night=result.as_of, as_of=result.as_of)


def night_words(count: Kostra) -> str:
    """How far the counted night is from the date reported."""
    return text("kostra.night_off", night=day(count.night), days=counted(count.days_off, "dag"), date=day(count.as_of))


def _lines(municipality: Municipality, count: Kostra) -> Iterator[Row]:
    for line in count.lines:
        known = municipality.categories
        why = known[line.detail].title if line.detail in known else word_for("outside", line.detail)
        title = word_for("kostra_lines", line.code)
        yield [f"{title}: {why}" if line.detail else title, line.count], _RESULT if line.sum else None


def _row_columns() -> list[Column]:
    marks = [Column(word_for("kostra_rules", rule.code), 16, wrap=True) for rule in RULES]
    return [*_columns(_SHOWN), *marks, *_columns({"left_out": 40, "source_keys": 40})]


def _rows(municipality: Municipality, count: Kostra) -> Iterator[Row]:
    titles = {slug: category.title for slug, category in municipality.categories.items()}
    words = words_of(municipality)
    marks = [pl.when(pl.col(rule.code)).then(pl.lit(MARK)).alias(rule.code) for rule in RULES]
    hidden = telling_ids(count.rows.with_columns(secret=is_shielded()))
    # Last: a blank id among its neighbours' would be known by its place.
    shown = with_shown_address(count.rows.sort(is_shielded(), maintain_order=True)).select(
        pl.when(~pl.col("leverandor_bolig_id").is_in(hidden)).then("leverandor_bolig_id"),
        "kobo_id",
        "adresse",
        pl.col("kategori").replace(titles),
        in_words("boligtype", words),
        in_words("disposisjonsform", words),
        *marks,
        pl.col("left_out").replace({code: word_for("kostra_lines", code) for code in (WHOLE_UNIT, OUT_OF_USE)}),
        pl.when(~is_shielded()).then("source_keys"),
    )
    for *cells, keys in shown.iter_rows():
        yield [*cells, ", ".join(row_in_words(key, municipality) for key in keys or ())], None


def _left_out(municipality: Municipality, count: Kostra) -> Iterator[Row]:
    for source, file, sheet, row, key, owner, why in count.left_out.iter_rows():
        category = municipality.categories.get(why)
        reason = text("kostra.no_lease", category=category.title) if category else word_for("kostra_why", why)
        title = municipality.sources[source].title if source in municipality.sources else source
        who = municipality.owners[owner].title if owner in municipality.owners else owner
        yield [title, Path(file or "").name, sheet, row, key, who, reason], None
