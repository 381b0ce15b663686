"""A deviation on an impossible bruksenhetsnummer says why it is impossible and which number may be meant; that is never used unasked."""

from __future__ import annotations

import polars as pl

from language import message, stored
from reconciliation.identifiers.units import meant_unit, units_in, without_floor, without_letter
from reconciliation.reading.deviations import with_reason


def impossible_units(rows: pl.DataFrame, heading: str | None, canonical: str) -> pl.DataFrame:
    """DEVIATIONS of rows that carry PLACE, `value` and `rule` B01 or V01."""
    judged = rows.with_columns(reason=pl.Series([_why(value) for value in rows["value"]], dtype=pl.String))
    parts = [with_reason(part, str(rule), heading, canonical) for (rule,), part in judged.group_by("rule", maintain_order=True)]
    return pl.concat(parts) if parts else with_reason(judged, "B01", heading, canonical)


def _why(value: str) -> str | None:
    if unit := meant_unit(value):
        return stored(message("row_numbers.meant_unit", unit=unit))
    if units := units_in(value):
        sentence = message("row_numbers.several_units", units=units) if len(units) > 1 else message("row_numbers.meant_unit", unit=units[0])
        return stored(sentence)
    if without_letter(value):
        return stored(message("row_numbers.no_letter"))
    return stored(message("row_numbers.no_floor")) if without_floor(value) else None
