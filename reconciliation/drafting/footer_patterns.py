"""Lines of a list that are not rows and match no built-in pattern: proposes a pattern for each, for the source's `footer`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from connectors.row_selection import Printed, kept_rows

TOTALS = ("sum", "sum:", "totalt", "total", "i alt", "grand total", "delsum")
"""What a total begins with, where a source says nothing else."""
_TAIL = 10
_MOST_WORDS = 3
_FEW_CELLS = 3
_LETTERS = re.compile(r"[A-Za-zÆØÅæøå]{2}")


@dataclass(frozen=True, slots=True)
class Lines:
    """rows: the list without these lines. patterns: of the removed lines that no built-in pattern matches."""

    rows: pl.DataFrame
    patterns: tuple[str, ...] = ()


def without_footers(rows: pl.DataFrame, key: Sequence[str], broken: Collection[int] = ()) -> Lines:
    """rows: one String column per heading. key: headings of the key; without a key only lines that fill a single cell are recognised.
    broken: places of rows whose line could not be split and is in the first column.

    A line is proposed as a footer when it is broken or nearly blank, is among the last ten or begins as another such line does, begins with
    words, and has nothing of the shape of the list's keys. The pattern is its first words, so that no name gets into a configuration.
    """
    if rows.is_empty():
        return Lines(rows)
    placed = rows.with_row_index("row", 1).with_columns(pl.col("row").cast(pl.Int64))
    known = kept_rows(placed, rows.columns, _filled, list(key), Printed(TOTALS), "").rows
    cells = [[text.strip() for text in row if text and text.strip()] for row in known.drop("row").iter_rows()]
    taken_apart = [row - 1 not in broken for row in known["row"]]
    keys = known[key[0]].to_list() if key else []
    patterns = _patterns(cells, _odd(cells, taken_apart, keys))
    gone = sorted({place for places in patterns.values() for place in places})
    remaining = known.filter(~pl.int_range(pl.len()).is_in(gone)) if gone else known
    return Lines(remaining.drop("row"), tuple(patterns))


def _odd(cells: Sequence[Sequence[str]], taken_apart: Sequence[bool], keys: Sequence[str | None]) -> dict[int, str]:
    """Place -> first words of the lines that do not look like rows. keys: values of the key column, in the same order."""
    counts = sorted(map(len, cells))
    usual = counts[len(counts) // 2] if counts else 0
    shapes = {_shape(key) for key, row in zip(keys, cells, strict=False) if key and 2 * len(row) > usual}
    return {
        place: _start(row[0])
        for place, row in enumerate(cells)
        if row
        and (not taken_apart[place] or (len(row) <= _FEW_CELLS and 2 * len(row) <= usual))
        and _LETTERS.match(row[0])
        and _shape(row[0]) not in shapes
    }


def _patterns(cells: Sequence[Sequence[str]], odd: Mapping[int, str]) -> dict[str, list[int]]:
    """Pattern -> places of the lines that it matches. A pattern that would match a row as well is left out."""
    by_pattern: dict[str, list[int]] = {}
    for start in dict.fromkeys(odd.values()):
        places = [place for place, first_words in odd.items() if first_words == start]
        if start and (len(places) > 1 or places[0] >= len(cells) - _TAIL):
            pattern = "^" + re.escape(start).replace("\\ ", " ")
            matched = {place for place, row in enumerate(cells) if re.search(pattern, " ".join(row), re.IGNORECASE)}
            if matched <= odd.keys():
                by_pattern[pattern] = places
    return by_pattern


def _filled(rows: pl.DataFrame) -> pl.Series:
    cells = [[text.strip() for text in row if text and text.strip()] for row in rows.drop("row").iter_rows()]
    return pl.Series(cells, dtype=pl.List(pl.String))


def _shape(text: str) -> str:
    """The shape of a key: the same for K104 and B7."""
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", text.strip()))


def _start(text: str) -> str:
    """The first words: up to a colon, a separator or a word with a digit."""
    words: list[str] = []
    for word in re.split(r"[;,|\t]", text)[0].split()[:_MOST_WORDS]:
        if any(sign.isdigit() for sign in word):
            break
        words.append(word)
        if word.endswith(":"):
            break
    return " ".join(words)
