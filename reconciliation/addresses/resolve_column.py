"""A whole column resolved: each distinct text once, rows in their order."""

from __future__ import annotations

import polars as pl

from reconciliation.addresses.address_register import AddressRegister
from reconciliation.addresses.resolving import resolve_text
from reconciliation.addresses.verdicts import COLUMNS


def resolve_column(
    register: AddressRegister, texts: pl.Series, postnummer: pl.Series | None = None, poststed: pl.Series | None = None
) -> pl.DataFrame:
    """One row of `verdicts.COLUMNS` per text, in the texts' order. postnummer and poststed: columns of their own, as long."""
    asked = pl.DataFrame(
        {
            "text": texts.cast(pl.String),
            "code": _or_null(postnummer, texts.len()),
            "place": _or_null(poststed, texts.len()),
        }
    )
    distinct = asked.unique(maintain_order=True)
    answers = [resolve_text(register, *row) for row in distinct.iter_rows()]
    made = [pl.Series(name, [getattr(answer, name) for answer in answers], dtype=kind) for name, kind in COLUMNS.items()]
    lookup = distinct.with_columns(made)
    return asked.join(lookup, on=["text", "code", "place"], how="left", nulls_equal=True, maintain_order="left").select(list(COLUMNS))


def _or_null(column: pl.Series | None, height: int) -> pl.Series:
    return pl.Series([None] * height, dtype=pl.String) if column is None else column.cast(pl.String)
