"""Matrikkelnummer: gardsnummer, bruksnummer, and where there are any festenummer and seksjonsnummer."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from reconciliation.identifiers.kommune import kommune_table


@dataclass(frozen=True, slots=True)
class Matrikkelnummer:
    """festenummer and seksjonsnummer are None when absent; sources write 0 for that."""

    gardsnummer: int
    bruksnummer: int
    festenummer: int | None = None
    seksjonsnummer: int | None = None


LABEL = r"(?:g(?:\.?\s?nr)?\.?\s?/?\s?b\.?\s?nr|matr(?:ikkel)?(?:\.?\s?n(?:umme)?r)?|eiendom)\b\.?\s*:?\s*"
"""Labels that may precede the number: `gnr/bnr`, `gbnr.`, `matrikkelnr:`."""
_LABEL = re.compile(rf"^{LABEL}(?=\d)", re.IGNORECASE)
_PART = r"\s*[/.]\s*"
_PLAIN = re.compile(rf"^(\d{{1,5}})\s*[/.,]\s*(\d{{1,4}})(?:{_PART}(\d{{1,4}}|-?))?(?:{_PART}(\d{{1,4}}))?$")
_MUNICIPALITY = re.compile(r"^(\d{4})(?:\s*[-:]\s*|\s+)(?=\d+\s*[/.,]|g)", re.IGNORECASE)
_MUNICIPALITY_TOO = re.compile(r"^(\d{4})\s*/\s*(?=\d+\s*/\s*\d)")
"""`3420/12/345`: only where the first number is one of a municipality, since gnr/bnr/fnr looks the same."""
_GAB = re.compile(r"^\d{4}[\s-]?(\d{5})[\s-]?(\d{4})[\s-]?(\d{4})[\s-]?(\d{3})$")
_DATE = re.compile(r"^(?:[0-3]?\d([./-])[01]?\d\1(?:19|20)\d\d|(?:19|20)\d\d([./-])[01]?\d\2[0-3]?\d|[0-3]\d\.0\d\.\d\d)$")
"""A date, which spreadsheets make of 12/3."""
_NUMBER = r"\.?\s*(?:n(?:umme)?r)?\.?\s*:?\s*"
_NAMED = {
    "gardsnummer": re.compile(rf"\bg(?:(?:å|aa?)rds?)?{_NUMBER}(\d{{1,5}})\b", re.IGNORECASE),
    "bruksnummer": re.compile(rf"\bb(?:ruks)?{_NUMBER}(\d{{1,4}})\b", re.IGNORECASE),
    "festenummer": re.compile(rf"\bf(?:este)?{_NUMBER}(\d{{1,4}})\b", re.IGNORECASE),
    "seksjonsnummer": re.compile(rf"\bs(?:eksj?(?:on)?s?)?{_NUMBER}(\d{{1,4}})\b", re.IGNORECASE),
}


def parse_matrikkel(text: str, home: str = "") -> Matrikkelnummer | None:
    """`12/345`, `12/345/0/7`, `17/235, snr.2`, `12.345`, `.12.345`, `gnr 12 bnr 345`, `3420-12/345`, the 20 digits of GAB.

    home: kommunenummer of the municipality, which may be in front as any other (`3420/12/345`).

    None for any other text, for several properties, for a date, and for "not linked" (twenty zeros): a text is never read in part."""
    plain = unicodedata.normalize("NFKC", text).strip().lstrip(".").strip(" ,;.")
    if gab := _GAB.match(plain):
        return _made(*(int(part) for part in gab.groups()))
    if _DATE.match(plain):
        return None
    plain = _without_municipality(_LABEL.sub("", plain), home)
    named: dict[str, int] = {}
    for name, pattern in _NAMED.items():
        if match := pattern.search(plain):
            named[name] = int(match.group(1))
            plain = f"{plain[: match.start()]} {plain[match.end() :]}"
    feste, seksjon = named.get("festenummer", 0), named.get("seksjonsnummer", 0)
    if "gardsnummer" in named and "bruksnummer" in named:
        return None if re.search(r"\d", plain) else _made(named["gardsnummer"], named["bruksnummer"], feste, seksjon)
    plain = plain.strip(" ,;.")
    number = _PLAIN.match(plain)
    if number is None or "gardsnummer" in named or "bruksnummer" in named:
        return None
    gard, bruk, third, fourth = (int(part) if part and part != "-" else 0 for part in number.groups())
    return _made(gard, bruk, third or feste, fourth or seksjon)


def is_unlinked(text: str) -> bool:
    """Whether it is how systems write "not linked": nothing but zeros (the twenty of GAB, `0/0`), or dashes in their place."""
    return re.fullmatch(r"[0–-][0\s/.,–-]*", text.strip()) is not None


def _without_municipality(text: str, home: str) -> str:
    if stated := _MUNICIPALITY.match(text):
        return text[stated.end() :]
    stated = _MUNICIPALITY_TOO.match(text)
    return text[stated.end() :] if stated and (stated.group(1) == home or stated.group(1) in kommune_table().known) else text


def _made(gard: int, bruk: int, feste: int, seksjon: int) -> Matrikkelnummer | None:
    return Matrikkelnummer(gard, bruk, feste or None, seksjon or None) if gard and bruk else None
