"""The units that the official register has at the address of a row without a unit number, as the night's warnings list them (rule B06W)."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

import polars as pl

from language.messages import Message, messages_in

_RULE, _KEY = "B06W", "row_numbers.units_there"


def units_offered(deviations: pl.DataFrame | None, rows: Container[str]) -> Mapping[str, Sequence[str]]:
    """ "source:key" of a row -> bruksenhetsnummer, in order. deviations: DEVIATIONS. rows: the "source:key" that are asked about."""
    if deviations is None:
        return {}
    broken = deviations.filter((pl.col("rule") == _RULE) & pl.col("source_key").is_not_null())
    keyed = ((f"{source}:{key}", message) for source, key, message in broken.select("source", "source_key", "message").iter_rows())
    return {key: list(units) for key, message in keyed if key in rows and (units := _units_in(message))}


def _units_in(message: str) -> Sequence[str]:
    for part in messages_in(message):
        if isinstance(part, Message) and part.key == _KEY:
            units = part.values["units"]
            return [str(unit) for unit in units] if isinstance(units, list) else []
    return []
