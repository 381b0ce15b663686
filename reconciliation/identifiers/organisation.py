"""Organisasjonsnummer: nine digits of which the last is a check digit (mod 11, weights 3 2 7 6 5 4 3 2; Brønnøysundregistrene)."""

from __future__ import annotations

import re

from stdnum.exceptions import ValidationError
from stdnum.no import orgnr

_AROUND = re.compile(r"^(?:no\b|no(?=\d)|org(?:anisasjons)?\.?\s?n(?:umme)?r)?[\s.:]*|[.,]0+$|\s*mva$", re.IGNORECASE)
_DIGITS = re.compile(r"(\d{3})[\s.]?(\d{3})[\s.]?(\d{3})")


def parse_organisation(text: str) -> str | None:
    """`974 760 673`, `NO974760673MVA`, `974760673.0` -> 974760673; None when it is none, or its check digit is another."""
    digits = _DIGITS.fullmatch(_bare(text))
    try:
        return str(orgnr.validate("".join(digits.groups()))) if digits and not is_blank_organisation(text) else None
    except ValidationError:
        return None


def is_blank_organisation(text: str) -> bool:
    """Whether nothing but zeros is there, as systems write "none"."""
    return re.fullmatch(r"[0\s]+", _bare(text)) is not None


def _bare(text: str) -> str:
    return _AROUND.sub("", text.strip()).strip()
