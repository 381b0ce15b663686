"""Numbers as they are written in Norway, in bokmål and nynorsk alike."""

from __future__ import annotations

from datetime import date

NARROW = "\N{NO-BREAK SPACE}"
"""Between thousands, and between a number and its noun."""


def number(value: float, decimals: int = 0) -> str:
    """1 090, 81,4, −3: non-breaking thousands, decimal comma, a true minus sign."""
    written = f"{abs(value):,.{decimals}f}".replace(",", NARROW).replace(".", ",")
    nothing = not written.strip("0,")
    return f"−{written}" if value < 0 and not nothing else written


def percent(share: float) -> str:
    """81 %: a share between 0 and 1. Never 100 % before all is done, never 0 % once something is."""
    shown = share if share in (0, 1) else min(max(share, 0.01), 0.99)
    return f"{number(shown * 100, 0)}{NARROW}%"


def short_day(value: date) -> str:
    """9.1.2024, for narrow columns."""
    return f"{value.day}.{value.month}.{value.year}"
