"""Selects the rows of a list: without blank lines, sums, repeated headings, and lines that a system prints around the list."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from connectors.printed_lines import ONLY_WHEN, PRINTED, is_ruler, last_words, pattern_of, printed
from connectors.raw_rows import RAW_PLACE

_TAIL = 10
"""The most last lines that may be remarks without a pattern."""


@dataclass(frozen=True, slots=True)
class SelectedRows:
    """rows: of the list itself. notes: on those left out that were not blank. The counts are of lines left out."""

    rows: pl.DataFrame
    notes: tuple[str, ...] = ()
    blank: int = 0
    again: int = 0
    totals: int = 0
    footers: int = 0


@dataclass(frozen=True, slots=True)
class Printed:
    """The source's settings for lines that are not rows. totals: first words of a total; need a key. footer: patterns."""

    totals: Sequence[str] = ()
    footer: tuple[str, ...] = ()


def kept_rows(
    rows: pl.DataFrame,
    headings: Sequence[str],
    filled_cells: Callable[[pl.DataFrame], pl.Series],
    key: Sequence[str],
    no_rows: Printed,
    place: str,
) -> SelectedRows:
    """filled_cells: gives of some rows the cells that are filled, mapped or not, as a list of texts."""
    words = "|".join(re.escape(word.strip()) for word in no_rows.totals)
    total = rf"(?i)^\s*(?:{words})(?:[\s:.=]|$)" if key and words else None
    # One look at one column settles it for nearly all rows; the few left are looked at closely.
    heading = key[0] if key else headings[0]
    suspects = rows.filter(_may_be_none(heading, total) | _may_be_printed(rows, headings, heading) | _may_be_a_remark(headings, heading))
    if no_rows.footer:
        suspects = rows
    blank = suspects.filter(pl.all_horizontal(_blank(heading) for heading in headings))
    suspects = _without(suspects, blank)
    again = suspects.filter(pl.all_horizontal(pl.col(each).str.strip_chars().str.to_lowercase() == each.lower() for each in headings))
    suspects = _without(suspects, again)
    cells = filled_cells(suspects) if suspects.height else pl.Series([], dtype=pl.List(pl.String))
    sums = _sums(suspects, cells, key, total)
    footers = _footers(rows, suspects, cells, heading if key else None, pattern_of(no_rows.footer))
    footers = _without(footers, sums)
    gone = [*blank["row"], *again["row"], *sums["row"], *footers["row"]]
    notes = (
        *note_of(again["row"].to_list(), "row(s) of headings", place),
        *note_of(sums["row"].to_list(), "total row(s)", place),
        *note_of(footers["row"].to_list(), PRINTED_LINES, place),
    )
    kept = rows.filter(~pl.col("row").is_in(gone)) if gone else rows
    return SelectedRows(kept, notes, blank.height, again.height, sums.height, footers.height)


PRINTED_LINES = "line(s) printed around the list"


def _without(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(~pl.col("row").is_in(others["row"].implode())) if others.height else rows


def without_blank(rows: pl.DataFrame, headings: Sequence[str]) -> pl.DataFrame:
    """Without the rows in which no mapped heading has anything but white space."""
    blank: pl.Series | None = None
    for heading in headings:
        empty = (rows.get_column(heading).str.strip_chars() == "").fill_null(value=True)
        blank = empty if blank is None else blank & empty
        if not blank.any():  # a key on every row settles it with one look
            return rows
    return rows if blank is None else rows.filter(~blank)


def _blank(heading: str) -> pl.Expr:
    return pl.col(heading).str.strip_chars().fill_null("") == ""


def _may_be_none(heading: str, total: str | None) -> pl.Expr:
    blank_or_heading = rf"(?i)^\s*(?:{re.escape(heading)}\s*|[-=_+*]{{2,}}\s*)?$"
    return pl.col(heading).str.contains(f"{blank_or_heading}|{total}" if total else blank_or_heading).fill_null(value=True)


def _may_be_printed(rows: pl.DataFrame, headings: Sequence[str], heading: str) -> pl.Expr:
    """A printed line fills two cells at most, so it leaves one of the next three blank; and few rows do, where those are filled in."""
    others = [each for each in headings if each != heading][:3]
    if others and not any(rows[each].null_count() for each in others):
        return pl.lit(value=False)
    left_blank = pl.any_horizontal(pl.col(each).is_null() for each in others) if others else pl.lit(value=True)
    return pl.when(left_blank).then(pl.col(heading)).str.contains(PRINTED).fill_null(value=False)


def _may_be_a_remark(headings: Sequence[str], heading: str) -> pl.Expr:
    """One of the last lines, with nothing under any other heading."""
    others = [pl.col(each).is_null() for each in headings if each != heading]
    return (pl.int_range(pl.len()) >= pl.len() - _TAIL) & pl.all_horizontal(others or [pl.lit(value=True)])


def _sums(rows: pl.DataFrame, cells: pl.Series, key: Sequence[str], total: str | None) -> pl.DataFrame:
    """A total is a row whose first filled cell starts with such a word, while no key says that it is a dwelling after all."""
    if total is None or rows.is_empty():
        return rows.clear()
    no_key = pl.all_horizontal(_blank(part) | pl.col(part).str.contains(total) for part in key)
    return rows.filter(no_key & cells.list.first().str.contains(total).fill_null(value=False))


def _footers(rows: pl.DataFrame, suspects: pl.DataFrame, cells: pl.Series, key: str | None, declared: str | None) -> pl.DataFrame:
    """A printed line fills one cell, or a second one with a date, an hour or a count; none of the list's other keys looks like it.

    key: heading of the first part of the key; None for a list without.
    """
    if suspects.is_empty():
        return suspects
    ruler = cells.list.eval(is_ruler(pl.element())).list.all() & (cells.list.len() > 0)
    looked = suspects.with_columns(
        _first=cells.list.first(), _others=cells.list.slice(1).list.join(" "), _filled=cells.list.len(), _ruler=ruler
    )
    first = pl.col("_first")
    alone = pl.col("_filled") == 1
    beside = (pl.col("_filled") == 2) & pl.col("_others").str.contains(ONLY_WHEN)
    known = (printed(first, None) & (alone | beside)) | pl.col("_ruler")
    if declared:
        known |= (first + " " + pl.col("_others")).str.contains(declared)
    printed_rows = looked.filter(known.fill_null(value=False))
    if key is not None:
        others = _without(rows, printed_rows)[key].drop_nulls()
        # A list whose keys look so has rows under them, not footers.
        if printed_rows.height and not declared and others.str.contains(PRINTED).any():
            printed_rows = printed_rows.clear()
        tail = _tail(looked, printed_rows, rows)
        if tail.height:
            others = _without(_without(rows, tail), printed_rows)[key].drop_nulls()
            remark = last_words(first, others, rows.width - len(RAW_PLACE))
            remark &= alone & (pl.col(key).str.strip_chars() == first)
            printed_rows = pl.concat([printed_rows, tail.filter(remark.fill_null(value=False))]).unique("row", maintain_order=True)
    return printed_rows.drop("_first", "_others", "_filled", "_ruler")


def _tail(looked: pl.DataFrame, printed_rows: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The lines after the last one that fills more than one cell."""
    last = looked.filter(pl.col("_filled") > 1)["row"].max()
    lowest = rows["row"][-_TAIL] if rows.height >= _TAIL else 0
    after = max(int(str(last)) if last is not None else 0, int(lowest) - 1)
    return _without(looked.filter((pl.col("row") > after) & (pl.col("_filled") == 1)), printed_rows)


def note_of(numbers: Sequence[int], what: str, place: str) -> tuple[str, ...]:
    """At most one sentence for operators: how many lines were left out as `what`, and the numbers of the first five."""
    shown = ", ".join(str(row) for row in numbers[:5]) + (", ..." if len(numbers) > 5 else "")
    return (f"{place}: {len(numbers)} {what} left out (row {shown})",) if numbers else ()
