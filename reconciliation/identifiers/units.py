"""Bruksenhetsnummer: floor plan letter (H, U, L, K), two digits for the floor, two for the unit (føringsinstruks 6.1.11)."""

from __future__ import annotations

import re
import unicodedata

_UNIT = re.compile(r"^([HULK])[\s._/\-]*(\d)\s?(\d)[\s._\-]*(\d)\s?(\d)$", re.IGNORECASE)
_LABEL = re.compile(r"^(?:b(?:ruks)?enhet(?:s?(?:nummer|nr))?|bolig(?:nummer|nr)|bnr|leil(?:ighet)?)\b[\s.:]*(?=[HULK])", re.IGNORECASE)


def parse_unit(text: str) -> str | None:
    """`H 0101`, `h-0201`, `h 02 01`, `Bolignr. H0201` -> `H0201`; None when it is no such number. A missing digit is never guessed."""
    plain = unicodedata.normalize("NFKC", text).strip(" \t\r\n'\"#().,;:")
    found = _UNIT.match(_LABEL.sub("", plain))
    return None if found is None else (found.group(1) + "".join(found.groups()[1:])).upper()
