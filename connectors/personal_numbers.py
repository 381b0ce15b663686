"""National identity numbers are masked where they enter: every series, with separators and lost zeros (law 10).

Series and rules: Skatteetaten's fødselsnummer and D-number (day + 40); test series month + 40 (NAV), + 65 (Dolly) and
+ 80 (Tenor), alone or with day + 40; control digits as today and as from 2032, when the first may miss by 0-3 (as NAV's
fnrvalidator 2.2.1). Only numbers whose date and control digits fit are masked, so that ids and accounts stay readable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import polars as pl

MASK = "***********"
_SEPARATOR = r"[\s.\-/_·•,:'’‐-―−]"
_PREFILTER = r"\d(?:[\s.\-/_·•,:'’‐-―−]{0,3}\d){9}"
"""A cheap first look that polars does on whole columns: ten digits near each other."""
_FEWEST_DIGITS = 10
_DIGITS = re.compile(r"\d+")
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
"""Random digits between letters; in a column of thousands some fit by chance, and a UUID names no person."""
_GAP = re.compile(_SEPARATOR + r"{1,3}")
_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_MONTH_SERIES = (0, 40, 65, 80)
_ID_SERIES_LEAST = 20
_ID_SERIES_FAIL = 0.9


def is_national_identity_number(digits: str) -> bool:
    """Whether 11 digits have a date and control digits that fit in one of the series."""
    if len(digits) != 11 or not digits.isascii() or not digits.isdigit():
        return False
    number = [int(digit) for digit in digits]
    return _date_fits(digits) and _sum(number, _FIRST) % 11 in (0, 1, 2, 3) and _sum(number, _SECOND) % 11 == 0


def _sum(number: list[int], weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(number, weights, strict=False))


def _date_fits(digits: str) -> bool:
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    day -= 40 if day > 40 else 0
    return any(1 <= month - series <= 12 and _is_date(2000 + year, month - series, day) for series in _MONTH_SERIES)


def _is_date(year: int, month: int, day: int) -> bool:
    # 1900 was no leap year and 2000 was: two digits cannot tell, so the 29th of February passes in both.
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def mask_text(text: str) -> str:
    """The text with every national identity number in it replaced by MASK."""
    spans = list(_spans(text))
    for start, end in reversed(spans):
        text = text[:start] + MASK + text[end:]
    return text


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where numbers stand: groups of digits with short gaps between them that together have 11 (or 10) digits."""
    random = [match.span() for match in _UUID.finditer(text)]
    groups = [match.span() for match in _DIGITS.finditer(text) if not any(start <= match.start() < end for start, end in random)]
    taken = 0
    for first, (start, _) in enumerate(groups):
        if start < taken:
            continue
        end = _end_of_number(text, groups, first)
        if end is not None:
            taken = end
            yield start, end


def _end_of_number(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    digits, end = "", None
    for position in range(first, len(groups)):
        start, stop = groups[position]
        if position > first and not _GAP.fullmatch(text, groups[position - 1][1], start):
            break
        digits += "".join(str(int(digit)) for digit in text[start:stop])
        if len(digits) > 11:
            break
        # A spreadsheet that took the number for a number has lost the zero of days 01-09.
        lost_zero = len(digits) == 10 and position - first <= 1 and digits[0] != "0"
        if is_national_identity_number(digits) or (lost_zero and is_national_identity_number("0" + digits)):
            end = stop
    return end


def mask_column(values: pl.Series, *, is_key: bool = False) -> tuple[pl.Series, int]:
    """The column masked, and how many of its values were.

    A long column of ids holds a few that fit by chance: one in a hundred, one in thirty when all begin like a date.
    Where nearly all of its whole-cell numbers fail the check it is an id series and stays: of 10 digits in any column (a
    lost zero is only a guess), of 11 digits in a key column only (Facilit's section numbers can have 11).
    """
    long = values.filter(values.str.len_bytes() >= _FEWEST_DIGITS)
    suspects = long.filter(long.str.contains(_PREFILTER)).unique()
    ids = _id_series(suspects, 10) | (_id_series(suspects, 11) if is_key else set())
    changed = {text: masked for text in suspects.to_list() if text not in ids and (masked := mask_text(text)) != text}
    if not changed:
        return values, 0
    count = int(values.is_in(list(changed)).sum())
    return values.replace(changed), count


def _id_series(suspects: pl.Series, width: int) -> set[str]:
    """The whole-cell numbers of that width, when they are many and nearly all fail the check."""
    whole = set(suspects.filter(suspects.str.contains(rf"^\s*\d{{{width}}}\s*$")).to_list())
    failing = sum(not is_national_identity_number(text.strip().zfill(11)) for text in whole)
    return whole if len(whole) >= _ID_SERIES_LEAST and failing >= _ID_SERIES_FAIL * len(whole) else set()
