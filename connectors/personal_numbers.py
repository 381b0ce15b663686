"""National identity numbers are masked where they enter: every series, with separators and lost zeros (law 10).

Only numbers whose date and control digits fit are masked, so that ids and accounts stay readable.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import polars as pl

from connectors.check_digits import is_national_identity_number
from connectors.divided_numbers import LABEL, divided_spans, mask_divided_columns

MASK = "***********"
_GAP_LENGTH = 6
_PREFILTER = rf"(?:\d\D*){{9}}|(?i:{LABEL}[^0-9a-z]{{0,{_GAP_LENGTH}}}\d{{5}})"
"""A cheap first look that polars does on whole columns: nine digits, or five after "pnr"."""
_FEWEST_DIGITS = 10
_DIGITS = re.compile(r"\d+")
_GAP = re.compile(rf"[\W_]{{1,{_GAP_LENGTH}}}|[\W_]{{0,{_GAP_LENGTH}}}{LABEL}[\W_]{{0,{_GAP_LENGTH}}}", re.IGNORECASE)
"""Whatever is no letter and no digit, and "pnr" between a date of birth and what follows."""
_OTHERS = re.compile(
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"  # UUID: some fit by chance, and it names no person
    r"|(?<![^\W\d_])[HULK][\s.-]?\d{4}(?!\d)"  # bruksenhetsnummer, perhaps with a date behind it
    r"|(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?![\d:])"  # time of day
    r"|(?<!\d)\d{4}[\s/-]\d{1,5}/\d{1,4}(?:/\d{1,4}){0,2}(?!\d)"  # kommunenummer and gnr/bnr/fnr/snr
    rf"|(?<!\d)\d{{1,2}}([./-])\d{{1,2}}\1(?:19|20)\d{{2}}(?!\d|[\W_]{{0,4}}(?:{LABEL}[\W_]{{0,4}})?\d{{5}}(?!\d))"  # date
    r"|(?<!\d)[49]\d\d \d\d \d{3}(?=\s*(?:[^\d\s]|$)|\s+(?:[49]\d\d \d\d \d{3}|\d\d \d\d \d\d \d\d)(?!\d))"  # telephone
    r"|(?<!\d)\d{4}\.\d{2}\.\d{5}(?!\d)"  # bank account as banks write it; its control digit is that of a person's number
    r"|\b(?:bank)?konto(?:n(?:umme)?r)?[\s.:]{1,3}\d{4}[\s.]?\d{2}[\s.]?\d{5}(?!\d)"
    r"|\bNO\d{2}\s?\d{4}\s?\d{4}\s?\d{3}(?!\d)",  # IBAN
    re.IGNORECASE,
)
"""Numbers that are known to be something else; one in nine accounts would fit."""
_DOLLY = 65
_DIGITS_OF_NUMBER = 11
_ID_SERIES_LEAST = 20
_ID_SERIES_FAIL = 0.9


def mask_text(text: str) -> str:
    """The text with every national identity number in it replaced by MASK."""
    for spans_of in (divided_spans, _spans):
        for start, end in reversed(list(spans_of(text))):
            text = text[:start] + MASK + text[end:]
    return text


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Spans of groups of digits with short gaps between them that together have 11 (or 10) digits."""
    others = {position for match in _OTHERS.finditer(text) for position in range(*match.span())}
    groups = [match.span() for match in _DIGITS.finditer(text) if match.start() not in others]
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
        if len(digits) > _DIGITS_OF_NUMBER:
            break
        if is_national_identity_number(digits) or (position - first <= 1 and _lost_its_zero(digits)):
            end = stop
    return end


def _lost_its_zero(digits: str) -> bool:
    """A spreadsheet that took the number for a number has lost the zero of days 01-09. Not Dolly's: +47 4xxxxxxx would be one."""
    whole = "0" + digits
    return len(whole) == 11 and digits[0] != "0" and is_national_identity_number(whole) and not 1 <= int(whole[2:4]) - _DOLLY <= 12


def with_suspects(rows: pl.DataFrame, headings: Sequence[str]) -> list[str]:
    """The String columns in which anything looks like a number of a person; the others need no masking."""
    long = {heading: pl.col(heading).filter(pl.col(heading).str.len_bytes() >= _FEWEST_DIGITS) for heading in headings}
    suspects = rows.select(texts.str.contains(_PREFILTER).any() for texts in long.values())
    return [heading for heading in long if suspects[heading][0]]


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


def mask_rows(
    rows: pl.DataFrame, headings: Sequence[str], keys: Collection[str], numbers: Collection[str]
) -> tuple[pl.DataFrame, dict[str, int]]:
    """The rows with every number of a person masked in those columns, and heading -> in how many of its values there was one.

    keys: headings that name a row. numbers: headings that are read as numbers.
    """
    masked: dict[str, int] = {}
    columns = []
    for heading in with_suspects(rows, headings):
        column, count = mask_column(rows[heading], is_key=heading in keys)
        columns.append(column)
        if count:
            masked[heading] = count
    rows, divided = mask_divided_columns(rows.with_columns(columns), headings, {*keys, *numbers}, MASK)
    return rows, masked | {heading: count + masked.get(heading, 0) for heading, count in divided.items()}
