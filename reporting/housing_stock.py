"""The year's movements of the municipality's stock of dwellings, as annual reports print them: by category and tenure, from the ledger.

opening + movements = closing, in each line: the movements are rows of the ledger, and both ends are counted from the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from reconciliation.model.movement_kinds import RIGHT_OF_DISPOSAL, MovementKind
from reconciliation.model.municipality import Municipality
from reporting.kostra import COMPANY, LEASED_PREFIX, OWNED

TENURES = ("eid", "innleid", "disposisjonsrett", "ikke_oppgitt")
"""As KOSTRA has them; their words are texts `kostra_rules.<code>`."""
COLUMNS = (
    *("acquired", "leased_in", "other_in", "back_in_use", "sold", "lease_ended", "other_out", "out_of_use"),
    *("category_changed", "tenure_changed", "corrections"),
)
"""Kinds of movement; the last is a correction of what was known of a dwelling. Words: texts `housing_stock_columns.<code>`."""
NO_CATEGORY = ""
_CELL = ("category", "tenure")

MOVED: dict[str, pl.DataType] = {
    "as_of": pl.Date(),
    "leverandor_bolig_id": pl.String(),
    "column": pl.String(),
    "kind": pl.String(),
    "category_before": pl.String(),  # null: it was not in the stock
    "tenure_before": pl.String(),
    "category": pl.String(),  # null: it is not in the stock any more
    "tenure": pl.String(),
}
"""The rows behind the numbers, oldest first."""


@dataclass(frozen=True, slots=True)
class Line:
    """category: a key of the municipality's, or NO_CATEGORY. tenure: of TENURES. moved: column -> dwellings, those that left below zero."""

    category: str
    tenure: str
    opening: int
    moved: Mapping[str, int]
    closing: int


@dataclass(frozen=True, slots=True)
class StockYear:
    """until: the last date that is counted. started: the first night of all, when that is in this year: then `opening` is of that night.

    lines: sorted by the municipality's categories. rows: MOVED. assumed: dwellings whose category an older ledger did not store, counted
    by the category that became known later; since: the first night on which it was known.
    """

    year: int
    until: date
    started: date | None
    lines: tuple[Line, ...]
    rows: pl.DataFrame
    assumed: int = 0
    since: date | None = None

    @property
    def total(self) -> Line:
        """The sums of all lines, as one line without category and tenure."""
        moved = {column: sum(line.moved.get(column, 0) for line in self.lines) for column in COLUMNS}
        return Line("", "", sum(line.opening for line in self.lines), moved, sum(line.closing for line in self.lines))


def stock_year(movements: pl.DataFrame, municipality: Municipality, year: int, until: date) -> StockYear | None:
    """movements: the ledger's MOVEMENTS. None when the ledger has nothing for that year."""
    first, last = date(year, 1, 1), min(until, date(year, 12, 31))
    dates = movements.get_column("as_of")
    if dates.is_empty() or last < first or dates.to_list()[0] > last:
        return None
    began = dates.to_list()[0]
    # Categories that became known later are used in every year: one year's closing must be the next one's opening.
    known = _with_sides(movements, municipality).filter(pl.col("as_of") <= last)
    started = began if began >= first else None
    on_opening = (pl.col("as_of") < first) | (pl.col("kind") == MovementKind.OPENING.value)
    changed = pl.col("was_in_stock") != pl.col("stands")
    for name in _CELL:
        changed = changed | (pl.col("stands") & pl.col(name).ne_missing(pl.col(f"{name}_before")))
    moved = known.filter(~on_opening & changed)
    opening, closing = _counted(known.filter(on_opening)), _counted(known)
    by_column = _by_column(moved)
    cells = sorted({*opening, *closing, *(cell for cell, _ in by_column)}, key=lambda cell: _order(cell, municipality))
    lines = tuple(
        Line(*cell, opening.get(cell, 0), {column: by_column.get((cell, column), 0) for column in COLUMNS}, closing.get(cell, 0))
        for cell in cells
    )
    unkept, learned = known.filter("unkept"), known.filter(pl.col("kind") == MovementKind.LEARNED.value).get_column("as_of")
    assumed = unkept.filter(pl.col("category") != NO_CATEGORY).get_column("leverandor_bolig_id").n_unique()
    return StockYear(year, last, started, lines, _rows(moved), assumed, None if learned.is_empty() else learned.to_list()[0])


def _with_sides(movements: pl.DataFrame, municipality: Municipality) -> pl.DataFrame:
    """Each movement with the state before it: was_in_stock, category_before, tenure_before, and the column it counts in.

    Values that an older ledger did not store are taken from the dwelling's next row; `unkept` marks those rows.
    """
    owned = [OWNED, *([COMPANY] if municipality.kostra.municipal_company == "owned" else [])]
    form = pl.col("tenure").fill_null(strategy="backward").over("leverandor_bolig_id").fill_null("")
    tenure = (
        pl.when(form == RIGHT_OF_DISPOSAL)
        .then(pl.lit("disposisjonsrett"))
        .when(form.is_in(owned))
        .then(pl.lit("eid"))
        .when(form.str.starts_with(LEASED_PREFIX))
        .then(pl.lit("innleid"))
        .otherwise(pl.lit("ikke_oppgitt"))
    )
    category = pl.col("category").fill_null(strategy="backward").over("leverandor_bolig_id").fill_null(NO_CATEGORY)
    known = movements.with_columns(unkept=pl.col("category").is_null(), category=category, tenure=tenure)
    sides = [pl.col(name).shift(1).over("leverandor_bolig_id").alias(f"{name}_before") for name in _CELL]
    was_in_stock = pl.col("stands").shift(1, fill_value=False).over("leverandor_bolig_id")
    return known.with_columns(*sides, was_in_stock=was_in_stock).with_columns(column=_column())


def _column() -> pl.Expr:
    kind, came, left = pl.col("kind"), ~pl.col("was_in_stock"), ~pl.col("stands")
    by_tenure = {"eid": ("acquired", "sold"), "innleid": ("leased_in", "lease_ended")}

    def of(side: int, tenure: str, otherwise: str) -> pl.Expr:
        return pl.col(tenure).replace_strict({name: pair[side] for name, pair in by_tenure.items()}, default=otherwise)

    recategorised = came | (pl.col("category") != pl.col("category_before"))
    return (
        pl.when(came & (kind == MovementKind.NEW.value))
        .then(of(0, "tenure", "other_in"))
        .when(came & (kind == MovementKind.BACK_IN_USE.value))
        .then(pl.lit("back_in_use"))
        .when(kind.is_in([MovementKind.INTO_SCOPE.value, MovementKind.OUT_OF_SCOPE.value]))
        .then(pl.lit("category_changed"))
        .when(left & (kind == MovementKind.GONE.value))
        .then(of(1, "tenure_before", "other_out"))
        .when(left & (kind == MovementKind.OUT_OF_USE.value))
        .then(pl.lit("out_of_use"))
        .when(kind == MovementKind.CHANGED.value)
        .then(pl.when(recategorised).then(pl.lit("category_changed")).otherwise(pl.lit("tenure_changed")))
        .otherwise(pl.lit("corrections"))
    )


def _counted(known: pl.DataFrame) -> dict[tuple[str, str], int]:
    """Dwellings in the stock after these movements, by category and tenure."""
    last = known.group_by("leverandor_bolig_id").last().filter("stands")
    return {(category, tenure): count for category, tenure, count in last.group_by(_CELL).len().iter_rows()}


def _by_column(moved: pl.DataFrame) -> dict[tuple[tuple[str, str], str], int]:
    """(cell, column) -> those that came into the cell, less those that left it."""
    left = moved.filter("was_in_stock").select(
        pl.col("category_before", "tenure_before").name.replace("_before", ""), "column", by=pl.lit(-1)
    )
    came = moved.filter("stands").select("category", "tenure", "column", by=pl.lit(1))
    summed = pl.concat([left, came]).group_by("category", "tenure", "column").agg(pl.col("by").sum())
    return {((category, tenure), column): number for category, tenure, column, number in summed.iter_rows()}


def _rows(moved: pl.DataFrame) -> pl.DataFrame:
    in_stock, was_in_stock = pl.col("stands"), pl.col("was_in_stock")
    sides = [pl.when(in_stock).then(name).alias(name) for name in _CELL]
    before = [pl.when(was_in_stock).then(f"{name}_before").alias(f"{name}_before") for name in _CELL]
    return moved.with_columns(*sides, *before).select(pl.col(name).cast(kind) for name, kind in MOVED.items())


def _order(cell: tuple[str, str], municipality: Municipality) -> tuple[int, str, int]:
    """As the municipality's file lists its categories; others after them."""
    known = list(municipality.categories)
    category, tenure = cell
    return (known.index(category) if category in known else len(known), category, TENURES.index(tenure))
