"""Separator, quote and heading line of delimited text, found by which choice shows the headings we expect."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from connectors.headings import plain

SEPARATORS = (";", "\t", ",", "|")
QUOTES = ('"', "'")
LONGEST_RECORD = 100
"""Lines one record may span. A quote that is open for longer was never meant to open anything."""
_HEADER_WITHIN = 30
_SAMPLE = 200
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Dialect:
    """header: 0-based index of the line the headings start on; body: of the first line after them."""

    separator: str
    quote: str
    header: int
    body: int
    headings: tuple[str, ...]


def detect(lines: Sequence[str], known: Sequence[str], separator: str | None, quote: str | None, header_row: int | None) -> Dialect:
    """The dialect whose heading line holds most of the known headings; then the one most lines agree with in width."""
    separators = (separator,) if separator else SEPARATORS
    quotes = QUOTES if quote is None else (quote,)
    stated = _stated_separator(lines)
    if stated and not separator:
        separators = (stated,)
    lookups = [header_row - 1] if header_row else [index for index, line in enumerate(lines[:_HEADER_WITHIN]) if line.strip()]
    pairs = [(one, other) for one in separators for other in quotes if other in (quote, QUOTES[0]) or _quotes_values(lines, one, other)]
    named = {plain(heading) for heading in known} - {""}
    choices: list[tuple[int, Dialect]] = []
    for index in lookups or [0]:
        if 0 <= index < len(lines):
            choices += [(len(named.intersection(choice.headings)), choice) for choice in (_choice(lines, index, *pair) for pair in pairs)]
        if named and choices and max(choices, key=itemgetter(0))[0] == len(named):  # no later line has more
            break
    if not choices:
        return Dialect(separators[0], quotes[0], 0, 1, ())
    best = max(found for found, _ in choices)
    candidates = [choice for found, choice in choices if found == best]
    if best:
        candidates = [choice for choice in candidates if choice.header == candidates[0].header]

    def fit(choice: Dialect) -> tuple[bool, tuple[float, float], int]:
        agreement = _agreement(lines, choice)
        # One column agrees with every line, so a separator that most lines have goes before it.
        return len(choice.headings) > 1 and max(agreement) >= _MOST, agreement, len(choice.headings)

    return max(candidates, key=fit)


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
    fields, after = record_at(lines, index, separator, quote)
    headings = tuple(plain(field) for field in fields or [])
    while len(headings) > 1 and not headings[-1]:
        headings = headings[:-1]
    return Dialect(separator, quote, index, after, headings)


def _agreement(lines: Sequence[str], choice: Dialect) -> tuple[float, float]:
    """Share of the next lines that have as many values as there are headings, and with empty ones behind not counted. 0 without any."""
    width, index, seen, exact, roughly = len(choice.headings), choice.body, 0, 0, 0
    while index < len(lines) and seen < _SAMPLE:
        line = lines[index]
        fields, index = record_at(lines, index, choice.separator, choice.quote)
        if line.strip():
            seen += 1
            exact += fields is not None and len(fields) == width
            roughly += fields is not None and len(fields) >= width and not any(map(str.strip, fields[width:]))
    return (exact / seen, roughly / seen) if seen else (0.0, 0.0)


def record_at(lines: Sequence[str], index: int, separator: str, quote: str) -> tuple[list[str] | None, int]:
    """The values of the record that starts on a line, and the index after it; None when its quote is never closed."""
    if not quote or quote not in lines[index]:
        return lines[index].split(separator), index + 1
    whole = whole_record(separator, quote)
    text = lines[index]
    for after in range(index + 1, min(len(lines), index + LONGEST_RECORD) + 1):
        if whole.fullmatch(text):
            reader = csv.reader([text], delimiter=separator, quotechar=quote)
            # csv splits what it is handed on nothing but its own rules, so line breaks inside quotes come back.
            return next(reader), after
        if after < len(lines):
            text += "\n" + lines[after]
    return None, index + 1


def whole_record(separator: str, quote: str) -> re.Pattern[str]:
    """Matches a record in which every quote that opens a value is closed. Possessive, so it never backtracks."""
    s, q = re.escape(separator), re.escape(quote)
    value = f"(?:{q}(?:[^{q}]|{q}{q})*+{q}[^{s}]*+|(?!{q})[^{s}]*+)"
    return re.compile(f"{value}(?:{s}{value})*+")
