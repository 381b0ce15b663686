"""Transforms from a value as written to a canonical value; a mapping names them with `as:`.

A transform is a function of one text. It returns the value, or None when the text cannot be read, which is a deviation of rule V01 and
leaves the value blank. Group transforms return several canonical fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import polars as pl

from connectors.date_order import Order
from connectors.field_mapping import FieldMapping
from kobo_client.contract import BY_NAME
from kobo_client.scrubbing import in_print
from reconciliation.identifiers import is_unlinked, parse_matrikkel, parse_unit
from reconciliation.model import tables
from reconciliation.reading.dates import NoDate, TwoDates, moment, read_day
from reconciliation.reading.numbers import TwoNumbers, integer, read_number

Transform = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Parsed:
    """Result of a group transform. values: canonical field -> value, for those in the text. rule: id of the rule that it breaks."""

    values: Mapping[str, Any] = field(default_factory=dict)
    rule: str | None = None


NUMBERS = ("integer", "number")
DATES = ("date", "timestamp")
SIGNS = {".": "S01W", "..": "S01W", "...": "S01W", ":": "S02W"}
"""What SSB writes where a table has no number (standardtegn): missing, or hidden."""
_TRUE = frozenset({"true", "ja", "j", "1", "-1", "x", "sann", "yes", "y", "1.0", "-1.0", "✓", "✔"})
_FALSE = frozenset({"false", "nei", "n", "0", "usann", "no", "0.0"})


def boolean(text: str) -> bool | None:
    """True or False for the words in _TRUE and _FALSE, in any case; None for any other text."""
    plain = text.strip().lower()
    if plain in _TRUE:
        return True
    return False if plain in _FALSE else None


SINGLE: dict[str, tuple[Transform, str]] = {
    # As the register's own text is read: else an invisible character would differ every night.
    "text": (lambda text: in_print(text.strip()), "V01"),
    "upper": (lambda text: in_print(text.strip()).upper(), "V01"),
    "integer": (integer, "V01"),
    "number": (read_number, "V01"),
    "boolean": (boolean, "V01"),
    "date": (read_day, "V01"),
    "timestamp": (moment, "V01"),
    "unit": (parse_unit, "B01"),
}
"""Name in `as:` -> the function, and the rule that a text it cannot read breaks."""


def _matrikkel(home: str, text: str) -> Parsed:
    parsed = parse_matrikkel(text, home)
    if is_unlinked(text):
        return Parsed()
    if parsed is None:
        return Parsed(rule="M01")
    return Parsed(
        {
            "gardsnummer": parsed.gardsnummer,
            "bruksnummer": parsed.bruksnummer,
            "festenummer": parsed.festenummer,
            "seksjonsnummer": parsed.seksjonsnummer,
        }
    )


GROUPS: dict[str, Callable[[str, str], Parsed]] = {"matrikkel": _matrikkel}
"""Transforms that fill several canonical fields out of the municipality's number and one text; that of an address needs the whole row."""

_READ_AS: dict[type[pl.DataType], Transform] = {pl.Int64: integer, pl.Float64: read_number, pl.Boolean: boolean, pl.Datetime: moment}
"""An extracted text is read by the field's type; fields of other types are text."""


def single(mapping: FieldMapping, canonical: str, decimal: str | None = None, order: Order | None = "day") -> Callable[[str], Parsed]:
    """The function that makes one canonical field from one text, as its mapping says. decimal: the mark its column writes, order: what
    comes first in its dates, if known."""
    if mapping.transform == "lookup":
        table = {str(key).strip().casefold(): value for key, value in (mapping.table or {}).items()}
        rule = "K02" if canonical == "kategori" else "V01"
        return lambda text: Parsed({canonical: table[text.strip().casefold()]}) if text.strip().casefold() in table else Parsed(rule=rule)
    if mapping.transform == "extract":
        pattern, transform = re.compile(mapping.pattern or "(.*)"), _READ_AS.get(type(tables.CONTENT[canonical]), str.strip)

        def extracted(text: str) -> Parsed:
            # No match means no value: most of a free text is about other things.
            if (match := pattern.search(text)) is None or match.group(1) is None:
                return Parsed()
            return _made(transform, match.group(1), canonical, "V01")

        return extracted
    transform, rule = SINGLE[mapping.transform]
    if canonical in BY_NAME and BY_NAME[canonical].values:
        transform = partial(_one_of, BY_NAME[canonical].values, transform)
    if mapping.transform in NUMBERS:
        transform = partial(transform, decimal=decimal)
    if mapping.transform in DATES:
        transform = partial(transform, order=order)
    return lambda text: _made(transform, text, canonical, rule)


def _one_of(words: tuple[str, ...], transform: Transform, text: str) -> str | None:
    """A word that the register does not have would be refused there, row by row; here its owner gets the list of valid words."""
    value = transform(text)
    return value if value in words else None


def _made(transform: Transform, text: str, canonical: str, rule: str) -> Parsed:
    try:
        value = transform(text)
    except TwoNumbers:
        return Parsed(rule="V03")
    except TwoDates:
        return Parsed(rule="V04W")
    except NoDate:
        return Parsed()
    return Parsed(rule=rule) if value is None else Parsed({canonical: value})
