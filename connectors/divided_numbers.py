"""A date of birth with the last five digits apart from it: in one text, with words or another order between, or in two columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import polars as pl

from connectors.check_digits import MONTH_SERIES, is_national_identity_number

LABEL = r"(?:p(?:ers(?:on)?)?|f(?:ødsels)?|id(?:ent(?:itets)?)?)\.?\s?n(?:umme)?r"
"""What is written before the last five digits: "pnr", "pers.nr.", "personnummer", "fnr"."""
_BORN_WORD = r"(?:(?<![^\W\d_])f\.?\s?(?:dato)?|fødselsdato|fødsel|født|fødd|born)"
_MONTHS = ("jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des")
_DATE = (
    r"(?<!\d)(?:(?P<day{0}>\d{{1,2}})[./\s-]{{1,2}}(?:(?P<month{0}>\d{{1,2}})|(?P<name{0}>[a-z]{{3,9}}))[./\s-]{{1,2}}(?P<year{0}>(?:18|19|20)?\d\d)"
    r"|(?P<iso{0}>(?:18|19|20)\d\d[./-]?\d\d[./-]?\d\d)|(?P<glued{0}>\d{{4}}(?:18|19|20)\d\d|\d{{6}}(?!\d)))"
)
_TIME = r"[T\s,]{1,2}00[:.]00(?:[:.]00(?:\.0+)?)?"
_BETWEEN = rf"(?:[\W_]{{0,8}}|[^\d]{{0,20}}{LABEL}[^\d]{{0,12}}|[^\w]{{0,3}}(?:{_BORN_WORD}|og|id)[\W_]{{0,4}})"
_SERIAL = r"(?P<serial{0}>\d{{3}}[\s.]?\d\d)(?!\d|[\s.,-]*(?:kr|nok)\b|,-)"
_DIVIDED = re.compile(
    rf"(?P<before>{_BORN_WORD}[\W_]{{0,3}})?{_DATE.format(1)}(?:{_TIME})?(?P<between>{_BETWEEN}){_SERIAL.format(1)}"
    rf"|{LABEL}[\W_]{{0,6}}{_SERIAL.format(2)}[^\d]{{1,20}}{_DATE.format(2)}(?!\d)",
    re.IGNORECASE,
)

_CELL_DATE = (
    r"^(?P<day>\d{1,2})[./\s-]{1,2}(?P<month>\d{1,2})[./\s-]{1,2}(?P<year>(?:18|19|20)?\d\d)(?:[T ,]+00[:.]00.*)?$",
    r"^(?P<year>(?:18|19|20)\d\d)[./-]?(?P<month>\d\d)[./-]?(?P<day>\d\d)(?:[T ,]+00[:.]00.*)?$",
    r"^(?P<day>\d{1,2})(?P<month>\d\d)(?P<year>(?:18|19|20)?\d\d)(?:[.,]0)?$",
)
_CELL_SERIAL = rf"^(?i:\s*{LABEL}[\s.:]*)?(\d{{3}})\s?(\d\d)(?:[.,]0)?$"
_LEAST_BYTES = 5
"""No date and no five digits are shorter."""
_OF_PERSONS = re.compile(rf"{LABEL}|person|ssn", re.IGNORECASE)
_OF_BIRTH = re.compile(r"f[øo]d|f\.?\s?dato|born|birth|dob", re.IGNORECASE)
_SERIES_LEAST = 20
_SERIES_FITS = 0.1
_MOSTLY = 0.5
_WEIGHTS = ((3, 7, 6, 1, 8, 9, 4, 5, 2, 1, 0), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))


def divided_spans(text: str) -> Iterator[tuple[int, int]]:
    """Spans of a date of birth and its five digits in one text, when they are not written as one number."""
    for match in _DIVIDED.finditer(text):
        at = 1 if match["serial1"] else 2
        serial = re.sub(r"\D", "", match[f"serial{at}"])
        sure = at == 2 or bool(match["before"]) or re.search(LABEL, match["between"], re.IGNORECASE) is not None
        if any(_is_persons(born, year, serial, sure=sure) for born, year in _dates(match, at)):
            yield match.start("day1" if match["day1"] else "iso1" if match["iso1"] else "glued1") if at == 1 else match.start(), match.end()


def _dates(match: re.Match[str], at: int) -> Iterator[tuple[str, str]]:
    """Day and month as four digits, and the year as written."""
    if match[f"day{at}"]:
        month = match[f"month{at}"]
        if month is None:
            name = match[f"name{at}"][:3].lower()
            month = str(_MONTHS.index(name) + 1) if name in _MONTHS else "0"
        yield f"{int(match[f'day{at}']):02d}{int(month):02d}", match[f"year{at}"]
        return
    if iso := match[f"iso{at}"]:
        digits = re.sub(r"\D", "", iso)
        yield digits[6:] + digits[4:6], digits[:4]
    if glued := match[f"glued{at}"] or (match[f"iso{at}"] if (match[f"iso{at}"] or "").isdigit() else None):
        yield glued[:4], glued[4:]


def _is_persons(born: str, year: str, serial: str, *, sure: bool) -> bool:
    """ "01.02.2020 12345" may be a date and a rent: a century that the three digits do not fit is no person's."""
    if not is_national_identity_number(born + year[-2:] + serial):
        return False
    return sure or not year.startswith("20") or len(year) == 2 or int(born[2:]) > 12 or int(serial[:3]) >= 500


def mask_divided_columns(
    rows: pl.DataFrame, headings: Sequence[str], guarded: Collection[str], mask: str
) -> tuple[pl.DataFrame, dict[str, int]]:
    """The rows with numbers masked whose date is in one column and whose five digits in another; heading -> how many were.

    Both cells are masked. One pair in thirty fits by chance, so a column of five digits that hardly ever fit is no column of persons;
    one of the `guarded` headings (keys and numbers) is taken for one only where most of it fits, or where its heading says so.
    """
    serials = _columns_like(rows, headings, [_CELL_SERIAL])
    dates = _columns_like(rows, headings, _CELL_DATE) if serials else []
    if not dates or (serials == dates and len(serials) == 1):  # a column alone is no pair
        return rows, {}
    texts = rows.select(pl.col(heading).str.strip_chars() for heading in dict.fromkeys([*serials, *dates]))
    hits: dict[str, pl.Series] = {}
    for serial in serials:
        for born in dates:
            if born != serial and (hit := _hit(texts, born, serial, guarded=serial in guarded)) is not None:
                for heading in (born, serial):
                    hits[heading] = hit if heading not in hits else hits[heading] | hit
    masked = rows.with_columns(pl.when(hit).then(pl.lit(mask)).otherwise(heading).alias(heading) for heading, hit in hits.items())
    return masked, {heading: int(hit.sum()) for heading, hit in hits.items()}


def _columns_like(rows: pl.DataFrame, headings: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """The columns with a cell that matches one of the patterns, outer blanks ignored. Shorter cells, which most are, are skipped."""
    around = [rf"^\s*{pattern.removeprefix('^').removesuffix('$')}\s*$" for pattern in patterns]
    long = {name: pl.col(name).filter(pl.col(name).str.len_bytes() >= _LEAST_BYTES) for name in headings}
    flags = rows.select(
        pl.any_horizontal(texts.str.contains(pattern) for pattern in around).any().alias(name) for name, texts in long.items()
    )
    return [name for name in headings if flags[name][0]]


def _hit(texts: pl.DataFrame, born: str, serial: str, *, guarded: bool) -> pl.Series | None:
    """Which rows hold a person's number in those two columns; None for none of them."""
    pairs = texts.select(born=_born(born), serial=_five(serial))
    both = pairs.select(pl.all_horizontal(pl.all().is_not_null())).to_series()
    fits = pairs.select(_fits(pl.col("born") + pl.col("serial")).fill_null(value=False)).to_series()
    of_persons, of_birth = _OF_PERSONS.search(serial) is not None, _OF_BIRTH.search(born) is not None
    if of_persons and of_birth:
        return both if both.any() else None
    many, number = int(both.sum()), int(fits.sum())
    by_chance = number <= _SERIES_FITS * many if many >= _SERIES_LEAST else False
    if not number or ((number < _MOSTLY * many if guarded else by_chance) and not (of_persons or of_birth)):
        return None
    return fits


def _born(heading: str) -> pl.Expr:
    """DDMMYY of a cell that is a date; null for any other."""
    forms = [pl.col(heading).str.extract_groups(pattern) for pattern in _CELL_DATE]
    parts = [
        pl.concat_str(
            form.struct.field("day").str.zfill(2), form.struct.field("month").str.zfill(2), form.struct.field("year").str.slice(-2)
        )
        for form in forms
    ]
    return pl.coalesce(parts)


def _five(heading: str) -> pl.Expr:
    return pl.concat_str(pl.col(heading).str.extract(_CELL_SERIAL, 1), pl.col(heading).str.extract(_CELL_SERIAL, 2))


def _fits(digits: pl.Expr) -> pl.Expr:
    """`is_national_identity_number` of a column, but for the length of the month."""
    number = digits.cast(pl.Int64, strict=False)
    places = [number // 10 ** (10 - place) % 10 for place in range(11)]
    first, second = (pl.sum_horizontal(place * weight for place, weight in zip(places, weights, strict=True)) for weights in _WEIGHTS)
    day, month = number // 10**9, number // 10**7 % 100
    date_fits = (
        ((day - 1) % 40 < 31) & (day > 0) & (day <= 71) & pl.any_horizontal((month - more).is_between(1, 12) for more in MONTH_SERIES)
    )
    return date_fits & (first % 11 <= 3) & (second % 11 == 0)
