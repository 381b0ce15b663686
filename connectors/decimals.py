"""Whether a source writes decimal comma or decimal point, by the values in which only one is possible."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import polars as pl

from connectors.source_config import AnySource

_NUMBERS = ("number", "integer")


def _only(mark: str, other: str) -> str:
    """A pattern for numbers in which `mark` can only be the decimal mark. other: the thousands mark."""
    m, o, blank = re.escape(mark), re.escape(other), r"[ '\x{a0}\x{202f}]"
    forms = (
        rf"\d{{1,3}}(?:{o}\d{{3}})+{m}\d",
        rf"\d{{1,3}}(?:{blank}\d{{3}})+{m}[\d-]",
        rf"\d+{m}(?:\d{{1,2}}|\d{{4,}})(?:[^\d.,]|$)",
        rf"0{m}\d",
        rf"\d+{m}[-–]",
        rf"\d{{1,3}}(?:{o}\d{{3}}){{2,}}(?:[^\d{o}]|$)",
    )
    return rf"(?:^|[^\d.,])(?:{'|'.join(forms)})"


_FORMS = {",": _only(",", "."), ".": _only(".", ",")}


def decimals_of(rows: pl.DataFrame, source: AnySource) -> dict[str, str | None]:
    """Heading of each column that numbers are read from -> `,` or `.`; None when nothing in the source tells.

    rows: one String column per heading. A column's own values come first, then those of the source's other columns of numbers.
    """
    headings = dict.fromkeys(_of_numbers(source))
    if source.decimal is not None:
        return dict.fromkeys(headings, source.decimal)
    # Each form has at least three characters and a mark; most columns of numbers have no mark at all.
    long = {heading: pl.col(heading).filter(pl.col(heading).str.len_bytes() > 2) for heading in headings}
    marked = rows.select(texts.filter(texts.str.contains("[.,]")).unique().implode() for texts in long.values())
    marks = {heading: _marks(marked[heading][0]) for heading in headings}
    everywhere = _only_mark(frozenset().union(*marks.values()))
    # Databases and services hand over most numbers as numbers, and those have a point.
    otherwise = everywhere if everywhere or source.kind in ("csv", "excel") or any(marks.values()) else "."
    return {heading: _only_mark(used) if used else otherwise for heading, used in marks.items()}


def decimal_notes(decimals: Mapping[str, str | None]) -> tuple[str, ...]:
    """Notes for operators: which headings have which mark."""
    names = {",": "decimal comma", ".": "decimal point"}
    headings_of = {names[mark]: [heading for heading, each in decimals.items() if each == mark] for mark in names}
    return tuple(f"{name} under {', '.join(headings)}" for name, headings in headings_of.items() if headings)


def _of_numbers(source: AnySource) -> Iterator[str]:
    for mapping in source.fields.values():
        if mapping.transform in _NUMBERS:
            yield from (heading for heading in (mapping.column, *mapping.columns) if heading)


def _marks(distinct: pl.Series) -> frozenset[str]:
    return frozenset(mark for mark, pattern in _FORMS.items() if distinct.len() and distinct.str.contains(pattern).any())


def _only_mark(marks: frozenset[str]) -> str | None:
    return next(iter(marks)) if len(marks) == 1 else None
