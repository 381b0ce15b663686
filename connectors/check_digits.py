"""Whether a number is a national identity number, by its date and both control digits.

Series: Skatteetaten's fødselsnummer and D-number (day + 40); test numbers with month + 40 (NAV), + 65 (Dolly) or + 80 (Tenor), each also
with day + 40. Control digits: today's weighted sums must be 0 modulo 11. From 2032 the first may also be 1, 2 or 3, and such numbers are
recognised already (the rule of NAV's fnrvalidator 2.2.1).
"""

from __future__ import annotations

from datetime import date

# Weights of the digits in the sum that each control digit makes 0 modulo 11.
_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
MONTH_SERIES = (0, 40, 65, 80)


def is_national_identity_number(digits: str) -> bool:
    """Whether 11 digits have a date and control digits that fit in one of the series."""
    if len(digits) != 11 or not digits.isascii() or not digits.isdigit():
        return False
    number = [int(digit) for digit in digits]
    # _FIRST has ten weights: zip leaves out the second control digit.
    return _date_fits(digits) and _sum(number, _FIRST) % 11 in (0, 1, 2, 3) and _sum(number, _SECOND) % 11 == 0


def _sum(number: list[int], weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(number, weights, strict=False))


def _date_fits(digits: str) -> bool:
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    day -= 40 if day > 40 else 0
    return any(1 <= month - series <= 12 and _is_date(2000 + year, month - series, day) for series in MONTH_SERIES)


def _is_date(year: int, month: int, day: int) -> bool:
    # 1900 was no leap year and 2000 was. The century is not in the two digits, so the 29th of February passes in both.
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
