"""Numbers, dates and plurals as they are written in bokmål."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

MONTHS = (
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
)
WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
NARROW = "\N{NO-BREAK SPACE}"
"""Between thousands, and between a number and its noun."""


def number(value: float, decimals: int = 0) -> str:
    """1 090, 81,4, −3: non-breaking thousands, decimal comma, a true minus sign."""
    text = f"{abs(value):,.{decimals}f}".replace(",", NARROW).replace(".", ",")
    nothing = not text.strip("0,")
    return f"−{text}" if value < 0 and not nothing else text


def percent(share: float, decimals: int = 0) -> str:
    """81 %: a share between 0 and 1. Never 100 % before all is done, never 0 % once something is."""
    least = 10.0 ** -(decimals + 2)
    shown = share if share in (0, 1) else min(max(share, least), 1 - least)
    return f"{number(shown * 100, decimals)}{NARROW}%"


def day(value: date, year: int | None = None) -> str:
    """9. januar; with the year when it is not `year`."""
    text = f"{value.day}.{NARROW}{MONTHS[value.month - 1]}"
    return text if value.year == year else f"{text} {value.year}"


def short_day(value: date) -> str:
    """9.1.2024, for narrow columns."""
    return f"{value.day}.{value.month}.{value.year}"


def weekday(value: date) -> str:
    return WEEKDAYS[value.weekday()]


def count(value: int, one: str, many: str) -> str:
    """1 bolig, 2 boliger, 1 090 boliger."""
    return f"{number(value)}{NARROW}{one if value == 1 else many}"


def listed(parts: Sequence[str]) -> str:
    """a, b og c."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} og {parts[-1]}"
