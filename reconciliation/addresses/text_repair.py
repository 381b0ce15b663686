"""A cell as it was typed, pasted or wrongly decoded -> one line of normal text."""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_MISREAD = re.compile("[ÃÂ][\u0080-\u00bf\u0152-\u0192\u02c6-\u2122]")
"""UTF-8 that was read as a Western code page: Ã¥ for å."""
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_IN_A_PLACE = re.compile(r"(?<=\d)(\s?[^\W\d_])?\s+i\s+(?=\w{2}|\d)")
"""Storgata 12 B i Fjordvik."""
_BLANKS = re.compile(r"[^\S\r\n]+")
_LINES = re.compile(r"\s*[;|\r\n]+\s*")
_AROUND = ' ,;:!*_"«»“”•>'
_BEFORE = _AROUND + "-"
"""Removed at the beginning only: a dash behind a number says that more belongs to it."""
_DASHED_CODE = re.compile(r"\s+[-/]\s+(?=\d{4}\s+[^\W\d])|(?<=\d)(?:\s?\.\s*|-)(?=\d{4}\s+[^\W\d]{2})")
""" "Storgata 4 - 9910 Fjordvik", "Storgata 4. 9910 Fjordvik"."""
_COUNTRY = re.compile(r",?\s*(?<!\w)(?:norge|noreg|norway|norwegen)\W*$", re.IGNORECASE)
_COUNTRY_CODE = re.compile(r"(?<!\w)(?:no?-\s?|nor?\s)(?=\d{4}\b)|(?<=,)\s*n\s?(?=\d{4}\b)|(?<!\w)n(?=\d{4}\s+[^\W\d])", re.IGNORECASE)
_LAST_STOP = re.compile(r"(\d\s?[^\W\d_]?)[\s.]*\.$")


LONGEST = 400
"""Characters; a longer text is a remark, and slow to parse."""


def repaired_text(text: str) -> str:
    """Composed letters, one blank between words, a comma between lines, no quotes around, no country. May be empty."""
    plain = unicodedata.normalize("NFC", _UNSEEN.sub("", _decoded(text)))
    plain = _LINES.sub(", ", _DASHES.sub("-", _BLANKS.sub(" ", plain).strip()))
    plain = re.sub(r"\s+", " ", plain).lstrip(_BEFORE).rstrip(_AROUND)
    plain = _COUNTRY_CODE.sub(" ", _DASHED_CODE.sub(", ", _COUNTRY.sub("", plain)))
    if plain[-1:] == "'" and plain[:1] == "'":
        plain = plain[1:-1]
    plain = _IN_A_PLACE.sub(lambda match: f"{match[1] or ''}, ", plain)
    return _LAST_STOP.sub(r"\1", plain).strip(_AROUND)


_AS_DOS = str.maketrans({"¢": "ø", "¥": "Ø"})
"""What a Danish or Norwegian DOS wrote for ø and Ø, read as an American one; no street has either sign."""


def _decoded(text: str) -> str:
    """The text read again as what it was, where all of it can be."""
    if not _MISREAD.search(text):
        return text.translate(_AS_DOS)
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text
