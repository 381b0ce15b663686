"""Which lines of a list are rows of it: blank lines, sums and headings are not."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl


def blank_rows(headings: Sequence[str]) -> pl.Expr:
    """True where no mapped heading has anything but white space."""
    return pl.all_horizontal([pl.col(heading).str.strip_chars().fill_null("") == "" for heading in headings])


def total_rows(first_filled: pl.Expr, key: Sequence[str], words: Sequence[str]) -> pl.Expr:
    """True where the first filled cell starts with such a word and no key says that the row is a dwelling after all."""
    if not words:
        return pl.lit(False)
    pattern = "(?i)^\\s*(?:" + "|".join(re.escape(word.strip()) for word in words) + r")(?:[\s:.=]|$)"
    is_word = first_filled.str.contains(pattern).fill_null(False)
    without_key = [(pl.col(part).str.strip_chars().fill_null("") == "") | pl.col(part).str.contains(pattern) for part in key]
    return is_word & pl.all_horizontal(without_key)


def headings_again(headings: Sequence[str]) -> pl.Expr:
    """True where the headings stand once more, as printouts have them on each page."""
    return pl.all_horizontal([pl.col(heading).str.strip_chars().str.to_lowercase() == heading.lower() for heading in headings])


def without(rows: pl.DataFrame, hits: pl.Expr, what: str, place: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The rows that are left, and a note on those that are not. what: what they are called."""
    left_out = rows.filter(hits)["row"].to_list()
    if not left_out:
        return rows, ()
    numbers = ", ".join(str(row) for row in left_out[:5]) + (", ..." if len(left_out) > 5 else "")
    return rows.filter(~hits.fill_null(value=False)), (f"{place}: {len(left_out)} {what} left out (row {numbers})",)
