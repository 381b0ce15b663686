"""The small declared steps from a value as written to a canonical value; a mapping names them with `as:`.

A transform is a function of one text. It returns the value, or None when the text is none: that is rule V01, and the
value stays blank. Group transforms return several canonical fields at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from connectors.config import FieldMapping
from reconciliation import tables
from reconciliation.addresses.parsing import Status, parse
from reconciliation.identifiers import parse_matrikkel, parse_unit

Transform = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one text came to. values: canonical field -> value, for those it says. rule: id of the rule it breaks."""

    values: Mapping[str, Any] = field(default_factory=dict)
    rule: str | None = None


NUMBERS = ("integer", "number")
SIGNS = {".": "S01W", "..": "S01W", "...": "S01W", ":": "S02W"}
"""What SSB writes where a table has no number (standardtegn): missing, or hidden."""
_NUMBER = re.compile(r"^[-+]?\d+(?:\.\d+)?$")
_TRUE = frozenset({"true", "ja", "j", "1", "-1", "x", "sann", "yes", "1.0"})
_FALSE = frozenset({"false", "nei", "n", "0", "usann", "no", "0.0"})
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(20_000, 80_000)
"""Serials of 1954 to 2119: a day count outside is more likely something else."""


def number(text: str) -> float | None:
    """Decimal comma or point; blanks and apostrophes between thousands; quotes around."""
    plain = re.sub(r"[\s\u00a0\u202f']", "", text)
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    return float(plain) if _NUMBER.match(plain) else None


def integer(text: str) -> int | None:
    """A whole number, however a spreadsheet shows it (`3.0`)."""
    value = number(text)
    return int(value) if value is not None and value == int(value) else None


def boolean(text: str) -> bool | None:
    plain = text.strip().lower()
    if plain in _TRUE:
        return True
    return False if plain in _FALSE else None


def day(text: str) -> date | None:
    """31.12.2023, 2023-12-31 (with or without a time), or the serial Excel counts from 1900."""
    plain = text.strip()
    if re.fullmatch(r"\d{5}(?:\.\d+)?", plain):
        serial = int(float(plain))
        return _EXCEL_EPOCH + timedelta(days=serial) if serial in _EXCEL_DAYS else None
    if iso := re.match(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$", plain):
        return _date(*(int(part) for part in iso.groups()))
    if norwegian := re.match(r"^(\d{1,2})[./](\d{1,2})[./](\d{4})(?:\s.*)?$", plain):
        dag, month, year = (int(part) for part in norwegian.groups())
        return _date(year, month, dag)
    return None


def _date(year: int, month: int, dag: int) -> date | None:
    try:
        return date(year, month, dag)
    except ValueError:
        return None


SINGLE: dict[str, tuple[Transform, str]] = {
    "text": (str.strip, "V01"),
    "upper": (lambda text: text.strip().upper(), "V01"),
    "integer": (integer, "V01"),
    "number": (number, "V01"),
    "boolean": (boolean, "V01"),
    "date": (day, "V01"),
    "unit": (parse_unit, "B01"),
}
"""Name in `as:` -> the function, and the rule that a text it cannot read breaks."""


def _address(text: str) -> Parsed:
    found = parse(text)
    broken = {Status.NOT_A_HOME: "A03", Status.UNCLEAR: "A04", Status.CADASTRAL: "A04"}.get(found.status)
    return Parsed(
        {
            "adressenavn": found.adressenavn,
            "nummer": found.nummer,
            "bokstav": found.bokstav,
            "bruksenhetsnummer": found.bruksenhetsnummer,
            "leilighetsnummer": found.leilighetsnummer,
            "ekstra_referanse": found.rom,
            "postnummer": found.postnummer,
            "poststed": found.poststed,
        },
        broken,
    )


def _matrikkel(text: str) -> Parsed:
    found = parse_matrikkel(text)
    if found is None:
        return Parsed(rule="M01")
    return Parsed(
        {
            "gardsnummer": found.gardsnummer,
            "bruksnummer": found.bruksnummer,
            "festenummer": found.festenummer,
            "seksjonsnummer": found.seksjonsnummer,
        }
    )


GROUPS: dict[str, Callable[[str], Parsed]] = {"address": _address, "matrikkel": _matrikkel}
"""Transforms that fill several canonical fields from one text."""

GROUP_FIELDS: dict[str, tuple[str, ...]] = {
    "address": (
        "adressenavn",
        "nummer",
        "bokstav",
        "bruksenhetsnummer",
        "leilighetsnummer",
        "ekstra_referanse",
        "postnummer",
        "poststed",
    ),
    "matrikkel": ("gardsnummer", "bruksnummer", "festenummer", "seksjonsnummer"),
}

NAMES = (*SINGLE, "lookup", "extract", *GROUPS)
"""Every word that `as:` takes."""


_READ_AS: dict[type[pl.DataType], Transform] = {pl.Int64: integer, pl.Float64: number, pl.Boolean: boolean, pl.Date: day}
"""What is cut out of a text is read as its field is; any other field holds text."""


def single(mapping: FieldMapping, canonical: str) -> Callable[[str], Parsed]:
    """The function that makes one canonical field from one text, as its mapping says."""
    if mapping.transform == "lookup":
        table = {str(key).strip().casefold(): value for key, value in (mapping.table or {}).items()}
        rule = "K02" if canonical == "kategori" else "V01"
        return lambda text: Parsed({canonical: table[text.strip().casefold()]}) if text.strip().casefold() in table else Parsed(rule=rule)
    if mapping.transform == "extract":
        pattern, transform = re.compile(mapping.pattern or "(.*)"), _READ_AS.get(type(tables.CONTENT[canonical]), str.strip)

        def extracted(text: str) -> Parsed:
            # No match is no value: the text is free, and most of it says nothing of this field.
            if (found := pattern.search(text)) is None or found.group(1) is None:
                return Parsed()
            value = transform(found.group(1))
            return Parsed(rule="V01") if value is None else Parsed({canonical: value})

        return extracted
    transform, rule = SINGLE[mapping.transform]

    def made(text: str) -> Parsed:
        value = transform(text)
        return Parsed(rule=rule) if value is None else Parsed({canonical: value})

    return made
