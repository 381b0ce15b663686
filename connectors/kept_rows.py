"""Which lines of a list are rows of it: blank lines, sums and headings are not."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl


def without_blank(rows: pl.DataFrame, headings: Sequence[str]) -> pl.DataFrame:
    """Without the rows in which no mapped heading has anything but white space."""
    blank: pl.Series | None = None
    for heading in headings:
        here = (rows.get_column(heading).str.strip_chars() == "").fill_null(value=True)
        blank = here if blank is None else blank & here
        if not blank.any():  # a key on every row settles it with one look
            return rows
    return rows if blank is None else rows.filter(~blank)


def without_totals(
    rows: pl.DataFrame, first_filled: pl.Expr, key: Sequence[str], words: Sequence[str], place: str
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The rows that are left, and a note on those that are not.

    A total is a row whose first filled cell starts with such a word, while no key says that it is a dwelling after all.
    """
    if not words:
        return rows, ()
    pattern = "(?i)^\\s*(?:" + "|".join(re.escape(word.strip()) for word in words) + r")(?:[\s:.=]|$)"
    without_key = pl.all_horizontal(
        (pl.col(part).str.strip_chars().fill_null("") == "") | pl.col(part).str.contains(pattern) for part in key
    )
    # Nearly every row has its key: the first filled cell is looked for in the few that have none.
    left_out = rows.filter(without_key).filter(first_filled.str.contains(pattern).fill_null(value=False))
    return _without(rows, left_out, "total row(s)", place)


def without_headings(rows: pl.DataFrame, headings: Sequence[str], place: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Without the rows in which the headings stand once more, as printouts have them on each page; and a note on those."""
    again = rows
    for heading in headings:
        again = again.filter(pl.col(heading).str.strip_chars().str.to_lowercase() == heading.lower())
        if again.is_empty():  # the first heading settles it nearly always
            break
    return _without(rows, again, "row(s) of headings", place)


def _without(rows: pl.DataFrame, left_out: pl.DataFrame, what: str, place: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    numbers = left_out.get_column("row").to_list()
    if not numbers:
        return rows, ()
    shown = ", ".join(str(row) for row in numbers[:5]) + (", ..." if len(numbers) > 5 else "")
    return rows.filter(~pl.col("row").is_in(numbers)), (f"{place}: {len(numbers)} {what} left out (row {shown})",)
