"""Invented numbers that are well-formed and belong to no person, for the demo's files.

Synthetic national identity numbers have month + 80 and synthetic organisation numbers start with 2 or 3: the series the
tax administration keeps for test data.
"""

from __future__ import annotations

from random import Random

_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_ORGANISATION = (3, 2, 7, 6, 5, 4, 3, 2)


def _check_digit(digits: str, weights: tuple[int, ...]) -> int | None:
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    if rest == 1:
        return None
    return 0 if rest == 0 else 11 - rest


def identity_number(random: Random) -> str:
    """A national identity number of the synthetic series (month + 80), valid in both check digits."""
    while True:
        day, month, year = random.randint(1, 28), random.randint(1, 12) + 80, random.randint(30, 99)
        digits = f"{day:02d}{month:02d}{year:02d}{random.randint(0, 499):03d}"
        first = _check_digit(digits, _FIRST)
        if first is None:
            continue
        second = _check_digit(f"{digits}{first}", _SECOND)
        if second is not None:
            return f"{digits}{first}{second}"


def organisation_number(random: Random) -> str:
    """An organisation number of the synthetic series (starts with 2 or 3), valid by modulus 11."""
    while True:
        digits = f"{random.choice('23')}{random.randint(0, 9_999_999):07d}"
        check = _check_digit(digits, _ORGANISATION)
        if check is not None:
            return f"{digits}{check}"
