"""What the rehearsal register refuses, read from the contract table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from kobo_client.contract import FIELDS, Kind, RegisterField

Fault = dict[str, str]
LONGEST = 200
LARGEST = 2_147_483_647
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


def _text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST and value == value.strip() and not _UNPRINTABLE.search(value)


def _integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LARGEST


def _date(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


_TYPES: dict[Kind, tuple[Callable[[Any], bool], str]] = {
    Kind.TEXT: (_text, f"tekst på 1 til {LONGEST} tegn"),
    Kind.ENUM: (_text, "en av de lovlige verdiene"),
    Kind.UUID: (_text, "en uuid"),
    Kind.INTEGER: (_integer, "et helt tall, 0 eller mer"),
    Kind.NUMBER: (_number, "et tall, 0 eller mer"),
    Kind.DATE: (_date, "en dato som 2023-12-31"),
    Kind.BOOLEAN: (lambda value: isinstance(value, bool), "true eller false"),
}


@cache
def _by_path() -> dict[str, RegisterField]:
    return {field.path: field for field in FIELDS}


@cache
def _parents() -> frozenset[str]:
    return frozenset(path.split(".")[0] for path in _by_path() if "." in path)


def flatten(body: Mapping[str, Any]) -> dict[str, Any]:
    """path -> value; objects that the contract knows are opened one level. Nulls count as absent."""
    flat: dict[str, Any] = {}
    for name, value in body.items():
        if value is None:
            continue
        if name in _parents() and isinstance(value, Mapping):
            flat.update({f"{name}.{inner}": item for inner, item in value.items() if item is not None})
        else:
            flat[name] = value
    return flat


def faults_in_create(body: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with a POST body; empty when nothing is."""
    flat = flatten(body)
    faults = _shape_faults(flat)
    if "koboId" in flat:
        faults.append(_fault("koboId", "gis av Kobo og kan ikke sendes inn"))
    faults += [_fault(field.path, "mangler") for field in FIELDS if field.required and field.path not in flat]
    return faults


def faults_in_change(body: Mapping[str, Any], entry: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with a PUT body on that entry. An entry without a supplier id takes the one it is given (adoption)."""
    flat, existing = flatten(body), flatten(entry)
    faults = _shape_faults(flat)
    ours = existing.get("leverandorBoligId")
    if "leverandorBoligId" not in flat:
        faults.append(_fault("leverandorBoligId", "mangler"))
    elif ours is not None and flat["leverandorBoligId"] != ours:
        faults.append(_fault("leverandorBoligId", "er ikke boligens"))
    for field in FIELDS:
        if field.updatable:
            if field.required and field.path not in flat:
                faults.append(_fault(field.path, "mangler"))
        elif field.name != "leverandor_bolig_id" and field.path in flat and flat[field.path] != existing.get(field.path):
            faults.append(_fault(field.path, "kan ikke oppdateres"))
    return faults


def _shape_faults(flat: Mapping[str, Any]) -> list[Fault]:
    faults = []
    for path, value in flat.items():
        field = _by_path().get(path)
        if field is None:
            faults.append(_fault(path if len(path) < 60 else path[:60], "er ukjent"))
            continue
        right, wanted = _TYPES[field.kind]
        if not right(value):
            faults.append(_fault(path, f"må være {wanted}"))
        elif field.values and value not in field.values:
            faults.append(_fault(path, f"må være en av {', '.join(field.values)}"))
        elif field.pattern and not re.fullmatch(field.pattern, value, re.ASCII):
            faults.append(_fault(path, f"har ikke riktig format ({field.pattern})"))
    return faults


def _fault(path: str, wrong: str) -> Fault:
    return {"felt": path.encode("utf-8", "replace").decode(), "melding": f"{path.encode('utf-8', 'replace').decode()} {wrong}"}
