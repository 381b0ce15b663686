"""Bruksenhetsnummer: floor plan letter (H, U, L, K), two digits for the floor, two for the unit (føringsinstruks 6.1.11)."""

from __future__ import annotations

import re

_UNIT = re.compile(r"^([HULK])[\s.\-]*(\d)\s?(\d)[\s.\-]*(\d)\s?(\d)$", re.IGNORECASE)


def parse_unit(text: str) -> str | None:
    """`H 0101`, `h-0201`, `h 02 01` -> `H0201`; None when it is no such number. A missing digit is never guessed."""
    found = _UNIT.match(text.strip())
    return None if found is None else (found.group(1) + "".join(found.groups()[1:])).upper()
