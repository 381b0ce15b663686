"""Conversion between canonical names and the register's JSON bodies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from kobo_client.contract import FIELDS, STAMP, Kind, RegisterField

MOMENT = len("2023-12-04T10:00:00")
EDITED = "sist_endret"
"""Name of the moment an entry was last edited; None when the answer does not have it."""
DELETED = "slettet"
"""Our assumption: a soft-deleted entry is still read, with this flag."""


def _integer(value: Any) -> int:
    return int(value)


def _number(value: Any) -> float | int:
    number = float(value)
    return int(number) if number.is_integer() else number


_WRITE: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: str,
    Kind.ENUM: str,
    Kind.UUID: str,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: bool,
    Kind.DATE: str,
}


def _read_integer(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _read_number(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _read_date(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


_READ: dict[Kind, Callable[[Any], Any]] = {Kind.INTEGER: _read_integer, Kind.NUMBER: _read_number, Kind.DATE: _read_date}


@cache
def _paths(version: str) -> tuple[tuple[RegisterField, str | None, str], ...]:
    """(field, parent object or None, key) in table order."""
    rows = []
    for field in FIELDS:
        if version in field.versions:
            parent, _, key = field.path_in(version).rpartition(".")
            rows.append((field, parent or None, key))
    return tuple(rows)


def to_body(values: Mapping[str, Any], version: str = "V1") -> dict[str, Any]:
    """Canonical values -> POST body. Blanks and names the contract does not know are left out; koboId is given by Kobo."""
    body: dict[str, Any] = {}
    for field, parent, key in _paths(version):
        value = values.get(field.name)
        if value is None or value == "" or field.kind is Kind.UUID:
            continue
        target = body if parent is None else body.setdefault(parent, {})
        target[key] = _WRITE[field.kind](value)
    return body


def from_body(body: Mapping[str, Any], version: str = "V1") -> dict[str, Any]:
    """Answer -> every canonical name (None when absent), `kobo_id`, `leverandor_bolig_id` and `slettet`.

    Unknown names in an answer are ignored: the register may get new fields. A value of a wrong type is returned as it is.
    """
    values: dict[str, Any] = {}
    for field, parent, key in _paths(version):
        holder = body if parent is None else body.get(parent)
        value = holder.get(key) if isinstance(holder, Mapping) else None
        read = _READ.get(field.kind)
        values[field.name] = value if read is None or value is None else read(value)
    values[DELETED] = bool(body.get(DELETED))
    values[EDITED] = edited_at(body)
    return values


def edited_at(body: Mapping[str, Any]) -> str | None:
    """When the entry was last edited; None where the answer does not tell."""
    stamp = body.get(STAMP)
    moment = stamp.get("tidspunkt") if isinstance(stamp, Mapping) else None
    return moment[:MOMENT] if isinstance(moment, str) and moment else None


def updatable_body(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """PUT body of canonical values: our id and all updatable fields.

    All of them, so that the result is the same whether the register replaces the entry or merges the body. No protected fields (law 8).
    """
    return to_body({field.name: wanted.get(field.name) for field in FIELDS if field.updatable or field.name == "leverandor_bolig_id"})


def for_version(body: Mapping[str, Any], version: str) -> dict[str, Any]:
    """A V1 body in that version's spelling."""
    return dict(body) if version == "V1" else to_body(from_body(body), version)
