"""Bruksenhetsnummer: floor plan letter (H, U, L, K), two digits for the floor, two for the unit (føringsinstruks 6.1.11)."""

from __future__ import annotations

import re
import unicodedata

_UNIT = re.compile(r"^([HULK])[\s._/\-]*(\d)\s?(\d)[\s._\-]*(\d)\s?(\d)$", re.IGNORECASE)
_FLOOR = re.compile(r"(?!00)\d\d(?!00)\d\d")
"""Floors and units are counted from 01."""
_INSIDE = re.compile(r"(?<!\w)[HULK][\s-]?\d{4}(?!\d)", re.IGNORECASE)
LOOKALIKE = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "|": "1"})
"""Letters that are written, or read by a scanner, for digits."""
_MEANT = re.compile(r"([HULK])[\s._/-]*((?:[\dOolI|][\s._-]*){3,4})", re.IGNORECASE)
_LABEL = re.compile(r"^(?:b(?:ruks)?enhet(?:s?(?:nummer|nr))?|bolig(?:nummer|nr)|bnr|leil(?:ighet)?)\b[\s.:]*(?=[HULK])", re.IGNORECASE)


def parse_unit(text: str) -> str | None:
    """`H 0101`, `h-0201`, `h 02 01`, `Bolignr. H0201` -> `H0201`; None when it is no such number. A missing digit is never guessed."""
    plain = unicodedata.normalize("NFKC", text).strip(" \t\r\n'\"#().,;:")
    match = _UNIT.match(_LABEL.sub("", plain))
    unit = None if match is None else (match.group(1) + "".join(match.groups()[1:])).upper()
    return unit if unit and _FLOOR.fullmatch(unit[1:]) else None


def meant_unit(text: str) -> str | None:
    """What a text that is no unit number may mean, for a person: `HO101` and `H0lO2` with letters for digits, `H302` with a zero lost."""
    match = _MEANT.fullmatch(_LABEL.sub("", text.strip()))
    if match is None:
        return None
    numbers = re.sub(r"\D", "", match.group(2).translate(LOOKALIKE))
    return parse_unit(f"{match.group(1)}{numbers.zfill(4)}") if parse_unit(text) is None else None


def units_in(text: str) -> list[str]:
    """The unit numbers inside a longer text, each once, in its order."""
    return list(dict.fromkeys(unit for written in _INSIDE.findall(text) if (unit := parse_unit(written))))


def without_letter(text: str) -> bool:
    """Whether it may be the digits of a unit number alone: `0101`, `101`, `101.0`."""
    return re.fullmatch(r"0?[1-9]\d\d(?:[.,]0)?|[1-9]\d[0-9][1-9]", text.strip()) is not None


def without_floor(text: str) -> bool:
    """Whether it has the form of a unit number on floor 00, or of unit 00, which do not exist."""
    return parse_unit(text) is None and _UNIT.match(_LABEL.sub("", text.strip())) is not None
