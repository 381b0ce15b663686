"""A row as someone typed it into a legacy system, before it is written in that system's shape."""

from __future__ import annotations

from dataclasses import dataclass

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class TypedRow:
    """values: the system's own headings. rules: ids of the rules that must reject it, in order.

    dwelling: id of the truth, None for what is no dwelling (a garage, a store room).
    unit: the canonical bruksenhetsnummer that can be read from it; None when it says none.
    tied: false when nothing on the row tells which of several dwellings at its address it is.
    """

    source: str
    sheet: str | None
    key: str | None
    dwelling: str | None
    values: dict[str, Value]
    rules: tuple[str, ...] = ()
    dirt: str | None = None
    out_of_scope: str | None = None
    unit: str | None = None
    tied: bool = True
