"""Which lines of a list are rows of it: blank lines, sums and headings are not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import polars as pl


def kept_rows(
    rows: pl.DataFrame,
    headings: Sequence[str],
    first_filled: Callable[[pl.DataFrame], pl.Series],
    key: Sequence[str],
    totals: Sequence[str],
    place: str,
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The rows of the list itself, and notes on those left out that were not blank.

    first_filled: gives of some rows the first filled cell, mapped or not. totals: words that a total begins with; of no use without a key.
    """
    words = "|".join(re.escape(word.strip()) for word in totals)
    total = rf"(?i)^\s*(?:{words})(?:[\s:.=]|$)" if key and totals else None
    # One look at one column settles it for nearly all rows; the few left are looked at closely.
    heading = key[0] if key else headings[0]
    odd = rows.filter(_may_be_none(heading, total))
    if odd.is_empty():
        return rows, ()
    blank = odd.filter(pl.all_horizontal(_blank(heading) for heading in headings))
    odd = odd.filter(~pl.col("row").is_in(blank["row"].implode())) if blank.height else odd
    again = odd.filter(pl.all_horizontal(pl.col(each).str.strip_chars().str.to_lowercase() == each.lower() for each in headings))
    sums = _sums(odd.filter(~pl.col("row").is_in(again["row"].implode())) if again.height else odd, first_filled, key, total)
    gone = [*blank["row"], *again["row"], *sums["row"]]
    notes = (*_note(again, "row(s) of headings", place), *_note(sums, "total row(s)", place))
    return rows.filter(~pl.col("row").is_in(gone)) if gone else rows, notes


def without_blank(rows: pl.DataFrame, headings: Sequence[str]) -> pl.DataFrame:
    """Without the rows in which no mapped heading has anything but white space."""
    blank: pl.Series | None = None
    for heading in headings:
        here = (rows.get_column(heading).str.strip_chars() == "").fill_null(value=True)
        blank = here if blank is None else blank & here
        if not blank.any():  # a key on every row settles it with one look
            return rows
    return rows if blank is None else rows.filter(~blank)


def _blank(heading: str) -> pl.Expr:
    return pl.col(heading).str.strip_chars().fill_null("") == ""


def _may_be_none(heading: str, total: str | None) -> pl.Expr:
    blank_or_heading = rf"(?i)^\s*(?:{re.escape(heading)}\s*)?$"
    return pl.col(heading).str.contains(f"{blank_or_heading}|{total}" if total else blank_or_heading).fill_null(value=True)


def _sums(rows: pl.DataFrame, first_filled: Callable[[pl.DataFrame], pl.Series], key: Sequence[str], total: str | None) -> pl.DataFrame:
    """A total is a row whose first filled cell starts with such a word, while no key says that it is a dwelling after all."""
    if total is None:
        return rows.clear()
    rows = rows.filter(pl.all_horizontal(_blank(part) | pl.col(part).str.contains(total) for part in key))
    return rows.filter(first_filled(rows).str.contains(total).fill_null(value=False)) if rows.height else rows


def _note(left_out: pl.DataFrame, what: str, place: str) -> tuple[str, ...]:
    numbers = left_out["row"].to_list()
    shown = ", ".join(str(row) for row in numbers[:5]) + (", ..." if len(numbers) > 5 else "")
    return (f"{place}: {len(numbers)} {what} left out (row {shown})",) if numbers else ()
