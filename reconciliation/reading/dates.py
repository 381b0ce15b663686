"""Days and moments as people and programs write them. Local time, as the clock on the wall; one with an offset becomes that of Norway."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.date_order import Order

_NORWAY = ZoneInfo("Europe/Oslo")
_MONTHS = (
    ("januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"),
    ("jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des"),
)
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - the clock on the wall has no zone
_EXCEL_DAYS = range(20_000, 80_000)
"""Serials of 1954 to 2119: a day count outside is more likely something else."""
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_NAMED = (
    re.compile(r"(?P<day>\d{1,2})[. -]*(?P<name>[a-zé]+)\.?[ -]*(?P<year>\d{4}|\d{2})(?!\d)"),
    re.compile(r"(?P<name>[a-zé]+)\.? (?P<day>\d{1,2})(?:, ?| )(?P<year>\d{4})(?!\d)"),
)
_ENGLISH = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_WEEKDAY = re.compile(
    r"(?:(?:man|tirs?|ons|tors?|fre|lør|søn)(?:dag)?|mon|tue|wed|thu|fri|sat|sun|måndag|tysdag|laurdag|sundag)"
    r"\.?,? (?:den )?(?=[\da-z])"
)
_SHORT = re.compile(r"(?P<day>\d{1,2})(?P<mark>[./-])\s?(?P<month>\d{1,2})(?P=mark)\s?(?P<year>\d{4}|\d{2})(?!\d)")
_MIXED = re.compile(r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})[ -]\s?(?P<year>\d{4}|\d{2})(?!\d)")
"""31/12-2024, 31/12 2024: the day first in every list that writes so."""
_GLUED = re.compile(r"(?P<day>\d\d)(?P<month>\d\d)(?P<year>(?:19|20)\d\d)(?!\d)")
_SIX = re.compile(r"(\d\d)(\d\d)(\d\d)")
_DAYS = (
    re.compile(r"(?P<year>\d{4})(?P<mark>[-./])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>0\d|1[0-2])(?P<day>[0-2]\d|3[01])(?!\d)"),
    re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>0\d|1[0-2])(?P<day>[0-2]\d|3[01])(?=\d{6}$)"),
    _GLUED,
    re.compile(r"(?P<day>\d)(?P<month>0\d|1[0-2])(?P<year>(?:19|20)\d\d)(?!\d)"),
    _MIXED,
    _SHORT,
)
_NO_DATE = re.compile(
    r"(?:(?:9999|0001|0000|2999|3000)[-./]\d\d?[-./]\d\d?|\d\d?[-./]\d\d?[-./](?:9999|0001|0000|2999|3000)|1900-0?1-0?[01]|0?[01][./]0?[01][./]1900"
    r"|00[./-]00[./-]00|0(?:[.,]0+)?|2958465(?:[.,]\d+)?"
    r"|1899-12-3[01]|1753-01-01|01[./]01[./]1753|2079-06-06|99991231|29991231|00010101|00000000|19000101|3112(?:9999|2999))(?:[ t].*)?"
)
"""What systems write for "no end" and "unknown"; spreadsheets show and count day nought and the last day that they have."""
_ZONE = r"\s*(?P<zone>z|[+-]\d\d(?::?\d\d)?)?"
_TIMES = (
    re.compile(
        r"(?:t|,?\s*(?:kl\.?\s*)?)(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
        rf"\s*(?P<half>[ap])?(?(half)\.?m\.?){_ZONE}"
    ),
    re.compile(rf"t?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?P<part>)(?P<half>)?{_ZONE}"),
)
_ONLY_ZONE = re.compile(r"z|[+-]\d\d:\d\d")
_AROUND = re.compile(r"\(?(.*?)\.?\)?")
_HYPHENS = str.maketrans("‐‑–—−", "-----")
_CENTURY_FROM = 69
"""Two-digit years from here on are of the 1900s."""


class TwoDates(ValueError):
    """The text may be either of two days: which number is the month is unknown."""


class NoDate(ValueError):
    """The text is what a system writes where it has no date."""


def moment(text: str, order: Order | None = "day") -> datetime | None:
    """order: whether day or month comes first in 03/08/2020; None when unknown. Raises TwoDates and NoDate.

    29.03.2023 22:05:36.367, 2023-03-29T22:05:36.367, 31. desember 2023, 45291.5 (Excel): a day without a time begins at midnight."""
    return _read(text, order, any_rest=False)


def read_day(text: str, order: Order | None = "day") -> date | None:
    """The same forms, with any text after the day."""
    day = _read(text, order, any_rest=True)
    return day.date() if day else None


def _read(text: str, order: Order | None, *, any_rest: bool) -> datetime | None:
    plain = " ".join(text.translate(_HYPHENS).split()).casefold()
    if bare := _AROUND.fullmatch(plain):
        plain = _WEEKDAY.sub("", bare[1], count=1)
    if _NO_DATE.fullmatch(plain):
        raise NoDate(text)
    if _SERIAL.fullmatch(plain):
        return _from_excel(float(plain.replace(",", ".")))
    if six := _SIX.fullmatch(plain):
        return _of_six(*six.groups())
    day, on = _day_in(plain, order)
    if day is None or on is None:
        return None
    rest = plain[day.end() :]
    if not rest or _ONLY_ZONE.fullmatch(rest):
        return on
    if time := next((time for form in _TIMES if (time := form.fullmatch(rest))), None):
        return _at(on, time)
    return on if any_rest and rest[0] in " t" else None


def _from_excel(serial: float) -> datetime | None:
    if int(serial) not in _EXCEL_DAYS:
        return None
    # Excel's fraction of a day holds milliseconds and no more.
    return _EXCEL_EPOCH + timedelta(milliseconds=round(serial * 86_400_000))


def _of_six(first: str, second: str, third: str) -> datetime | None:
    """Six digits: the day first, or the year. Raises TwoDates where both are days."""
    days = {_date(third, int(second), first), _date(first, int(second), third)} - {None}
    if len(days) > 1:
        raise TwoDates(first + second + third)
    return days.pop() if days else None


def _day_in(plain: str, order: Order | None) -> tuple[re.Match[str] | None, datetime | None]:
    for form in _NAMED:
        if named := form.match(plain):
            return named, _date(named["year"], month, named["day"]) if (month := _month(named["name"])) else None
    for form in _DAYS:
        if match := form.match(plain):
            first, second = match["day"], match["month"]
            if form in (_SHORT, _GLUED):
                first, second = _ordered(match, order)
            return match, _date(match["year"], int(second), first)
    return None, None


def _month(name: str) -> int | None:
    if name in _ENGLISH or name in (short := [month[:3] for month in _ENGLISH]):
        return (_ENGLISH if name in _ENGLISH else short).index(name) + 1
    return next((names.index(name) + 1 for names in (*_MONTHS, (*[""] * 8, "sept")) if name in names), None)


def _ordered(match: re.Match[str], order: Order | None) -> tuple[str, str]:
    """Day and month. A number beyond twelve is a day wherever it is."""
    first, second = match["day"], match["month"]
    if int(second) > 12 >= int(first):
        return second, first
    if int(first) > 12 or int(first) == int(second):
        return first, second
    if order is None:
        raise TwoDates(match.group())
    return (first, second) if order == "day" else (second, first)


def _date(year: str, month: int, day_of: str) -> datetime | None:
    full = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= _CENTURY_FROM else 2000)
    try:
        return datetime(full, month, int(day_of))  # noqa: DTZ001
    except ValueError:
        return None


def _at(on: datetime, time: re.Match[str]) -> datetime | None:
    part = (time["part"] or "0")[:6].ljust(6, "0")
    hour = int(time["hour"])
    if time["half"]:
        hour = 24 if hour > 12 else hour % 12 + (12 if time["half"] == "p" else 0)
    try:
        with_time = on.replace(hour=hour, minute=int(time["minute"]), second=int(time["second"] or 0), microsecond=int(part))
    except ValueError:
        return None
    if time["zone"] is None:
        return with_time
    digits = re.sub(r"\D", "", time["zone"]).ljust(4, "0")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4])) * (-1 if time["zone"].startswith("-") else 1)
    return (with_time - ahead).replace(tzinfo=UTC).astimezone(_NORWAY).replace(tzinfo=None)
