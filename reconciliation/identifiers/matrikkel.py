"""Matrikkelnummer: gardsnummer, bruksnummer, and where there are any festenummer and seksjonsnummer."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Matrikkelnummer:
    """festenummer and seksjonsnummer are None when absent; sources write 0 for that."""

    gardsnummer: int
    bruksnummer: int
    festenummer: int | None = None
    seksjonsnummer: int | None = None


_PLAIN = re.compile(r"^(?:\d{4}\s*[-:]\s*)?(\d{1,5})\s*[/.,]\s*(\d{1,4})(?:\s*[/.]\s*(\d{1,4}))?(?:\s*[/.]\s*(\d{1,4}))?$")
_GAB = re.compile(r"^\d{4}(\d{5})(\d{4})(\d{4})(\d{3})$")
_NAMED = {
    "gardsnummer": re.compile(r"\bg(?:å|a)?r?d?s?nr\.?\s*:?\s*(\d{1,5})", re.IGNORECASE),
    "bruksnummer": re.compile(r"\bbr?u?k?s?nr\.?\s*:?\s*(\d{1,4})", re.IGNORECASE),
    "festenummer": re.compile(r"\bf(?:este)?nr\.?\s*:?\s*(\d{1,4})", re.IGNORECASE),
    "seksjonsnummer": re.compile(r"\bs(?:eksjons)?nr\.?\s*:?\s*(\d{1,4})", re.IGNORECASE),
}


def parse_matrikkel(text: str) -> Matrikkelnummer | None:
    """`12/345`, `12/345/0/7`, `17/235, snr.2`, `12.345`, `.12.345`, `gnr 12 bnr 345`, the 20 digits of GAB. None when it
    is none of these, or not linked (twenty zeros)."""
    plain = text.strip().lstrip(".").strip()
    if gab := _GAB.match(plain):
        return _made(*(int(part) for part in gab.groups()))
    named = {name: int(found.group(1)) for name, pattern in _NAMED.items() if (found := pattern.search(plain))}
    if "gardsnummer" in named and "bruksnummer" in named:
        return _made(named["gardsnummer"], named["bruksnummer"], named.get("festenummer", 0), named.get("seksjonsnummer", 0))
    for pattern in _NAMED.values():
        plain = pattern.sub("", plain)
    found = _PLAIN.match(plain.strip(" ,;"))
    if found is None:
        return None
    gard, bruk, feste, seksjon = (int(part) if part else 0 for part in found.groups())
    return _made(gard, bruk, feste or named.get("festenummer", 0), seksjon or named.get("seksjonsnummer", 0))


def _made(gard: int, bruk: int, feste: int, seksjon: int) -> Matrikkelnummer | None:
    return Matrikkelnummer(gard, bruk, feste or None, seksjon or None) if gard and bruk else None
