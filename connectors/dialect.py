"""Separator, quote and heading line of delimited text, found by which choice shows the headings we expect."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from operator import itemgetter

from connectors.headings import visible_text

SEPARATORS = (";", "\t", ",", "|")
QUOTES = ('"', "'")
LONGEST_RECORD = 100
"""Lines one record may span. A quote that is open for longer was never meant to open anything."""
_HEADER_WITHIN = 30
_SAMPLE = 200
_MOST = 0.5
_ABOUT_A_ROW = 0.75
"""Most separators per line break inside a value, as a share of a row's separators; with more it is no text that a person wrote."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """header: 0-based index of the line the headings start on; body: of the first line after them.

    spaced: whether a separator with a blank behind it separates values in this file. Where none does, it is prose.
    """

    separator: str
    quote: str
    header: int
    body: int
    headings: tuple[str, ...]
    spaced: bool = True


def detect(lines: Sequence[str], known: Sequence[str], separator: str | None, quote: str | None, header_row: int | None) -> Dialect:
    """The dialect whose heading line holds most of the known headings; then the one most lines agree with in width."""
    separators = (separator,) if separator else SEPARATORS
    quotes = QUOTES if quote is None else (quote,)
    stated = _stated_separator(lines)
    if stated and not separator:
        separators = (stated,)
    lookups = [header_row - 1] if header_row else [index for index, line in enumerate(lines[:_HEADER_WITHIN]) if line.strip()]
    pairs = [pair for pair in product(separators, quotes) if pair[1] in (quote, QUOTES[0]) or _quotes_values(lines, *pair)]
    named = {visible_text(heading) for heading in known} - {""}
    choices: list[tuple[int, Dialect]] = []
    for index in lookups or [0]:
        if 0 <= index < len(lines):
            choices += [(len(named.intersection(choice.headings)), choice) for choice in (_choice(lines, index, *pair) for pair in pairs)]
        if named and choices and max(choices, key=itemgetter(0))[0] == len(named):  # no later line has more
            break
    if not choices:
        return Dialect(separators[0], quotes[0], 0, 1, ())
    best = max(score for score, _ in choices)
    candidates = [choice for score, choice in choices if score == best]
    if best:
        candidates = [choice for choice in candidates if choice.header == candidates[0].header]

    def fit(choice: Dialect) -> tuple[bool, tuple[float, float], int]:
        agreement = _agreement(lines, choice)
        # One column agrees with every line, so a separator that most lines have goes before it.
        return len(choice.headings) > 1 and max(agreement) >= _MOST, agreement, len(choice.headings)

    best_choice = max(candidates, key=fit)
    return replace(best_choice, spaced=_spaced(lines, best_choice))


def _spaced(lines: Sequence[str], choice: Dialect) -> bool:
    sample = lines[choice.header : choice.body + _SAMPLE]
    return any(choice.separator + " " in line for line in sample if not choice.quote or choice.quote not in line)


def _stated_separator(lines: Sequence[str]) -> str | None:
    """Excel's own first line `sep=;`."""
    stated = re.fullmatch(r"\s*sep=(.)\s*", lines[0], re.IGNORECASE) if lines else None
    return stated.group(1) if stated else None


def _quotes_values(lines: Sequence[str], separator: str, quote: str) -> bool:
    """Whether any value is quoted from end to end so: an apostrophe in a street's name is no sign of it."""
    s, q = re.escape(separator), re.escape(quote)
    whole = re.compile(f"(?:^|{s}){q}[^{q}]*{q}(?:{s}|$)")
    return any(whole.search(line) for line in lines[:_SAMPLE])


def _choice(lines: Sequence[str], index: int, separator: str, quote: str) -> Dialect:
    record = record_at(lines, index, separator, quote, lines[index].count(separator) + 1)
    headings = tuple(visible_text(field) for field in record.values or [])
    while len(headings) > 1 and not headings[-1]:
        headings = headings[:-1]
    return Dialect(separator, quote, index, record.after, headings)


def _agreement(lines: Sequence[str], choice: Dialect) -> tuple[float, float]:
    """Share of the next lines that have as many values as there are headings, and with empty ones behind not counted. 0 without any."""
    width, index, seen, exact, roughly = len(choice.headings), choice.body, 0, 0, 0
    while index < len(lines) and seen < _SAMPLE:
        line = lines[index]
        record = record_at(lines, index, choice.separator, choice.quote, width)
        fields, index = record.values, record.after
        if line.strip():
            seen += 1
            exact += fields is not None and len(fields) == width
            roughly += fields is not None and len(fields) >= width and not any(map(str.strip, fields[width:]))
    return (exact / seen, roughly / seen) if seen else (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class RecordStart:
    """The record that starts on a line. values: None when it cannot be split. after: 0-based index of the line after it.

    swallows: it spans lines, and a value of it holds what looks like whole rows.
    """

    values: list[str] | None
    after: int
    swallows: bool = False


def record_at(lines: Sequence[str], index: int, separator: str, quote: str, width: int, *, spaced: bool = True) -> RecordStart:
    """width: how many values a record should have. spaced: see Dialect."""
    if not quote or quote not in lines[index]:
        return RecordStart(lines[index].split(separator), index + 1)
    whole = whole_record(separator, quote)
    text = lines[index]
    for after in range(index + 1, min(len(lines), index + LONGEST_RECORD) + 1):
        if whole.fullmatch(text):
            if after > index + 1 and _swallows_rows(text, separator, quote, width, spaced=spaced):
                return RecordStart(None, after, swallows=True)
            reader = csv.reader([text], delimiter=separator, quotechar=quote)
            # csv splits what it is handed on nothing but its own rules, so line breaks inside quotes come back.
            return RecordStart(next(reader), after)
        if after < len(lines):
            text += "\n" + lines[after]
    return RecordStart(None, index + 1)


def _swallows_rows(record: str, separator: str, quote: str, width: int, *, spaced: bool) -> bool:
    """Whether a stray quote opened a value of this record: it spans lines, and text follows its closing quote or it holds about as
    many separators for each line break as a row has."""
    s, q = re.escape(separator), re.escape(quote)
    separates = re.compile(s if spaced else rf"{s}(?![ \t])")
    row_has = max(1, math.ceil(_ABOUT_A_ROW * (width - 1)))
    for inside, behind in re.findall(f"(?:^|{s}){q}((?:[^{q}]|{q}{q})*+){q}([^{s}]*+)|(?:^|{s})(?!{q})[^{s}]*+", record):
        breaks = sum(bool(line.strip()) for line in inside.split("\n")[1:]) or inside.count("\n")
        if breaks and (behind.strip() or (width > 1 and len(separates.findall(inside)) >= row_has * breaks)):
            return True
    return False


def whole_record(separator: str, quote: str) -> re.Pattern[str]:
    """Matches a record in which every quote that opens a value is closed. Possessive, so it never backtracks."""
    s, q = re.escape(separator), re.escape(quote)
    value = f"(?:{q}(?:[^{q}]|{q}{q})*+{q}[^{s}]*+|(?!{q})[^{s}]*+)"
    return re.compile(f"{value}(?:{s}{value})*+")
