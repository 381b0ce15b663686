"""The year's movements: opening and movements add up to the closing, in every line, whatever happened."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.ledger import MOVEMENTS
from reconciliation.model.movement_kinds import RIGHT_OF_DISPOSAL, MovementKind
from reporting.housing_stock import COLUMNS, StockYear, stock_year
from reporting.publish import publish
from tests.reporting.example import AS_OF, dwellings, items, municipality, night

OWNED, LEASED = "KOMMUNALT_EID", "INNLEID_FRA_STIFTELSE"
START = date(2022, 11, 1)


def moved(*rows: tuple[date, str, str, bool, str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=MOVEMENTS, orient="row")


def year_of(movements: pl.DataFrame, year: int = 2023, until: date = date(2023, 12, 31)) -> StockYear:
    result = stock_year(movements, municipality(), year, until)
    assert result is not None
    return result


@st.composite
def histories(draw: st.DrawFn) -> pl.DataFrame:
    """Any kind with any state before and after, in order of the dates, unknown ones as an older ledger leaves them first."""
    steps = draw(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 4), st.sampled_from(MovementKind), st.booleans()), max_size=30))
    states = st.tuples(
        st.sampled_from([None, "", "eldre", "annet"]),
        st.sampled_from([None, "", OWNED, LEASED, RIGHT_OF_DISPOSAL, "INNLEID_FRA_PRIVATPERSON"]),
    )
    rows, as_of = [(START, "d0", "opening", True, "eldre", OWNED)], START
    for days, which, kind, in_stock in steps:
        as_of += timedelta(days=days)
        real = kind is MovementKind.OPENING
        rows.append((START if real else as_of, f"d{which}", MovementKind.NEW.value if real else kind.value, in_stock, *draw(states)))
    return moved(*sorted(rows, key=lambda row: row[0]))


@given(histories(), st.integers(0, 400))
def test_opening_and_movements_are_the_closing_in_every_line_and_the_next_year_begins_there(history: pl.DataFrame, days: int) -> None:
    for year in (2022, 2023, 2024):
        result = stock_year(history, municipality(), year, START + timedelta(days=800))
        if result is None:
            continue
        for line in (*result.lines, result.total):
            assert line.opening + sum(line.moved.values()) == line.closing
        after = stock_year(history, municipality(), year + 1, date(year + 1, 1, 1) + timedelta(days=days))
        if after is not None:
            assert after.started is None
            assert {line[:2]: line[2] for line in _ends(after, "opening")} == {line[:2]: line[2] for line in _ends(result, "closing")}
        assert result.rows.height == result.rows.filter(pl.col("tenure").is_not_null() | pl.col("tenure_before").is_not_null()).height


def _ends(result: StockYear, end: str) -> list[tuple[str, str, int]]:
    return [(line.category, line.tenure, number) for line in result.lines if (number := getattr(line, end))]


HAPPENED: dict[str, tuple[tuple[Any, ...], tuple[Any, ...] | None]] = {
    "acquired": (("new", True, "eldre", OWNED), None),
    "leased_in": (("new", True, "eldre", LEASED), None),
    "other_in": (("new", True, "eldre", RIGHT_OF_DISPOSAL), None),
    "back_in_use": (("back_in_use", True, "eldre", OWNED), None),
    "sold": (("gone", False, "eldre", OWNED), ("opening", True, "eldre", OWNED)),
    "lease_ended": (("gone", False, "eldre", LEASED), ("opening", True, "eldre", LEASED)),
    "other_out": (("gone", False, "eldre", ""), ("opening", True, "eldre", "")),
    "out_of_use": (("out_of_use", False, "eldre", OWNED), ("opening", True, "eldre", OWNED)),
    "category_changed": (("changed", True, "annet", OWNED), ("opening", True, "eldre", OWNED)),
    "tenure_changed": (("changed", True, "eldre", OWNED), ("opening", True, "eldre", LEASED)),
    "corrections": (("returned", True, "eldre", OWNED), None),
}


@pytest.mark.parametrize("column", COLUMNS)
def test_each_thing_that_can_happen_has_its_column(column: str) -> None:
    after, before = HAPPENED[column]
    first = [(START, "d1", *before)] if before else []
    result = year_of(moved((START, "d0", "opening", True, "eldre", OWNED), *first, (date(2023, 5, 2), "d1", *after)))
    used = {name for line in result.lines for name, number in line.moved.items() if number}
    assert used == {column}
    assert result.rows.get_column("column").to_list() == [column]


def test_a_change_between_two_forms_of_lease_is_no_movement_of_the_table() -> None:
    result = year_of(
        moved((START, "d", "opening", True, "eldre", LEASED), (date(2023, 5, 2), "d", "changed", True, "eldre", "INNLEID_FRA_PRIVATPERSON"))
    )
    assert result.rows.is_empty()


def test_the_year_of_the_first_night_begins_with_that_night_and_says_so(tmp_path: Path) -> None:
    homes = dwellings(3).with_columns(hemmelig_adresse=pl.Series([False, True, False]))
    ids = homes.get_column("leverandor_bolig_id").to_list()
    began = date(2023, 11, 1)
    history = moved(
        (began, ids[0], "opening", True, "eldre", OWNED),
        (began, "sold", "opening", True, "eldre", OWNED),
        (AS_OF, "sold", "gone", False, "eldre", OWNED),
        (AS_OF, ids[1], "new", True, "eldre", LEASED),
    )
    result = year_of(history, until=AS_OF)
    assert (result.started, result.total.opening, result.total.closing) == (began, 2, 2)
    published = publish(night(dwellings=homes, items=items(homes), movements=history), tmp_path)
    page = published.page.read_text(encoding="utf-8")
    assert "Ved oppstart 1." in page
    assert "Solgt eller gått ut (eid)" in page
    assert "Innleie avsluttet" not in page, "nothing happened in that column"
    book = openpyxl.load_workbook(published.folder / "boligmassen.xlsx")
    numbers, rows = book.worksheets
    assert [cell.value for cell in numbers[5]][2:] == [2, 0, 1, 0, 0, -1, *[0] * 6, 2]
    cells = [[cell.value for cell in row] for row in rows.iter_rows(min_row=3)]
    assert {row[1]: row[2] for row in cells} == {"sold": None, ids[1]: "Skjermet adresse"}


def test_what_an_older_ledger_did_not_keep_is_counted_backwards_and_reported() -> None:
    learned = date(2023, 3, 1)
    history = moved(
        (START, "a", "opening", True, None, OWNED),
        (START, "b", "opening", True, None, None),
        (date(2023, 2, 1), "b", "gone", False, None, None),
        (learned, "a", "learned", True, "eldre", OWNED),
    )
    result = year_of(history)
    assert _ends(result, "opening") == [("eldre", "eid", 1), ("", "ikke_oppgitt", 1)]
    assert (result.assumed, result.since) == (1, learned)
    assert {name: number for name, number in result.total.moved.items() if number} == {"other_out": -1}
    assert stock_year(history, municipality(), 2021, date(2021, 12, 31)) is None
