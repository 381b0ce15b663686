"""National identity numbers that belong to no person, built while the tests run."""

from __future__ import annotations

from itertools import product

FIRST, SECOND = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def identity_number(day: int = 1, month: int = 1, year: int = 90, *, day_plus: int = 0, month_plus: int = 80, first_rest: int = 0) -> str:
    """The first number of that date whose control digits exist. first_rest: 0 today, 0-3 from 2032."""
    for serial in range(100, 1000):
        head = f"{day + day_plus:02d}{month + month_plus:02d}{year:02d}{serial}"
        for k1, k2 in product(range(10), repeat=2):
            digits = [int(digit) for digit in f"{head}{k1}{k2}"]
            first = sum(w * d for w, d in zip(FIRST, digits, strict=False)) + digits[9]
            second = sum(w * d for w, d in zip(SECOND, digits, strict=False)) + digits[10]
            if first % 11 == first_rest and second % 11 == 0:
                return f"{head}{k1}{k2}"
    raise AssertionError("no such number")
