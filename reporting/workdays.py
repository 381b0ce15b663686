"""Working days in Norway: Monday to Friday without public holidays."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays
import numpy as np
import numpy.typing as npt


@cache
def _holidays(first_year: int, last_year: int) -> npt.NDArray[np.datetime64]:
    days = holidays.country_holidays("NO", years=range(first_year, last_year + 1))
    return np.array(sorted(days), dtype="datetime64[D]")


def working_days_between(start: date, end: date) -> int:
    """Working days after `start`, up to and with `end`; negative when `end` is before `start`."""
    if end < start:
        return -working_days_between(end, start)
    day = timedelta(days=1)
    return int(np.busday_count(start + day, end + day, holidays=_holidays(start.year, end.year + 1)))


def add_working_days(start: date, days: int) -> date:
    """The date that many working days after `start`. 0 gives `start` itself."""
    if days == 0:
        return start
    last_year = start.year + days // 240 + 2
    first = np.busday_offset(start, 0, roll="backward", holidays=_holidays(start.year - 1, last_year))
    result: date = np.busday_offset(first, days, holidays=_holidays(start.year - 1, last_year)).astype(object)
    return result
