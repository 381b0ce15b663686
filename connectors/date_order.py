"""Whether a column writes the day or the month first, by the values in which only one order is possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import polars as pl

from connectors.source_config import AnySource

Order = Literal["day", "month"]
_WRITTEN = r"^\s*(\d{1,2})([./-])\s?(\d{1,2})[./-]\s?(?:\d{4}|\d{2})(?:\D|$)"
_GLUED = r"^\s*(\d\d)()(\d\d)(?:19|20)\d\d(?:\D|$)"
"""14012026; what can only begin with the year is not of this form."""


def date_orders_of(rows: pl.DataFrame, source: AnySource) -> dict[str, Order | None]:
    """Heading of each column that dates are read from -> what comes first; None when nothing in the column tells, or both are there."""
    headings = dict.fromkeys(_of_dates(source))
    if source.date_order is not None:
        return dict.fromkeys(headings, source.date_order)
    return {heading: _order(rows[heading]) for heading in headings}


def date_notes(orders: Mapping[str, Order | None]) -> tuple[str, ...]:
    """Notes for operators: columns with the month first."""
    months = [heading for heading, order in orders.items() if order == "month"]
    return (f"month before day under {', '.join(months)}",) if months else ()


def _of_dates(source: AnySource) -> Iterator[str]:
    for mapping in source.fields.values():
        if mapping.transform in ("date", "timestamp"):
            yield from (heading for heading in (mapping.column, *mapping.columns) if heading)


def _order(texts: pl.Series) -> Order | None:
    distinct = texts.unique()
    written = pl.concat([distinct.str.extract_groups(form).struct.unnest() for form in (_WRITTEN, _GLUED)]).drop_nulls()
    first, mark, second = (written[name] for name in written.columns)
    first, second = first.cast(pl.Int64), second.cast(pl.Int64)
    day_first, month_first = bool(((first > 12) & (second <= 12)).any()), bool(((second > 12) & (first <= 12)).any())
    if day_first != month_first:
        return "day" if day_first else "month"
    if day_first or written.is_empty() or not mark.is_in([".", ""]).all():
        return None
    return "day"
