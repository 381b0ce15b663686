"""postnummer and poststed in their two columns: side by side, in one cell, or swapped."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from reconciliation.identifiers.units import LOOKALIKE

_BEFORE = r"(?:n(?:or?)?[\s-]*(?=\d))?"
_CODE = re.compile(rf"{_BEFORE}(\d{{1,4}})(?:[.,]0+)?", re.IGNORECASE)
_DIVIDED = re.compile(r"(\d\d)[\s.-](\d\d)|(\d)[\s.](\d{3})")
"""99 10, and 9.910 as a spreadsheet writes thousands."""
_CODE_THEN_PLACE = re.compile(rf"{_BEFORE}(\d{{4}}|\d{{3}}(?=\s))[\s,.:/-]*\(?([^\W\d][^\d]*?)\)?", re.IGNORECASE)
_PLACE_THEN_CODE = re.compile(r"([^\W\d][^\d]*?)[\s,.:/(-]+(?:no?-)?(\d{4})\)?", re.IGNORECASE)
_SEVERAL = re.compile(r"\d{4}\s*(?:[/,;&+–-]|og|eller)\s*\d{4}", re.IGNORECASE)
_BOX = re.compile(r"(?:post\s?)?\bboks\b|post\s?boks|postb\b|\bpb\b", re.IGNORECASE)
_OLD_DISTRICT = re.compile(r"[^\W\d]{3,}\s\d{1,2}")
"""OSLO 5, as places were written before there were postnumre."""
_LOST_ZERO = 3
"""Digits that are left when a spreadsheet drops the leading zero; a shorter number may be something else."""


@dataclass(frozen=True, slots=True)
class Post:
    """What two cells say. fault: a key of `post_cells`, with what is `meant` where that may be known; misplaced: a number or a name
    is in the column of the other."""

    postnummer: str | None = None
    poststed: str | None = None
    fault: str | None = None
    meant: str | None = None
    misplaced: bool = False


@lru_cache(maxsize=1 << 12)
def read_post(code_cell: str | None, place_cell: str | None) -> Post:
    """`481.0`, `9910 Fjordvik`, `N-9910` and `9910Fjordvik` in either column, and the two swapped. A lone `50` is never filled up."""
    code, place = _read(code_cell), _read(place_cell)
    if code.postnummer and place.fault in ("no_code", "digits_missing"):
        # The postnummer is known: a digit in the name of the place ("OSLO 5") is no reason to doubt it.
        text = (place_cell or "").strip()
        place = Post(poststed=text if re.search(r"[^\W\d_]", text) else None)
    wrong = next((cell for cell in (code, place) if cell.fault), None)
    named = place.poststed or code.poststed
    if wrong is not None:
        return Post(None, named, wrong.fault, wrong.meant)
    if code.postnummer and place.postnummer and code.postnummer != place.postnummer:
        return Post(None, named, "two_codes", f"{code.postnummer}, {place.postnummer}")
    alone = (code.poststed and not code.postnummer) or (place.postnummer and not place.poststed)
    number = code.postnummer or place.postnummer
    return Post(number, named, misplaced=bool(alone and number))


def _read(cell: str | None) -> Post:
    text = unicodedata.normalize("NFKC", cell or "").strip(" \t'\"*,;.:")
    if match := _CODE.fullmatch(text):
        return _of_digits(match[1])
    if match := _DIVIDED.fullmatch(text):
        return Post("".join(part for part in match.groups() if part))
    if _BOX.search(text):
        return Post(fault="box_code")
    for pattern, code_at, place_at in ((_CODE_THEN_PLACE, 1, 2), (_PLACE_THEN_CODE, 2, 1)):
        if match := pattern.fullmatch(text):
            return Post(match[code_at].zfill(4), match[place_at].strip())
    if _SEVERAL.search(text):
        return Post(fault="two_codes", meant=", ".join(re.findall(r"\d{4}", text)))
    if not re.search(r"\d", text):
        return Post(poststed=text if re.search(r"[^\W\d_]", text) else None)
    if _OLD_DISTRICT.fullmatch(text):
        return Post(poststed=text)
    meant = text.translate(LOOKALIKE)
    return Post(fault="no_code", meant=meant if meant != text and re.fullmatch(r"\d{4}", meant) else None)


def _of_digits(digits: str) -> Post:
    if not int(digits):
        return Post()
    if len(digits) < _LOST_ZERO:
        return Post(fault="digits_missing", meant=digits.zfill(4))
    return Post(digits.zfill(4))
