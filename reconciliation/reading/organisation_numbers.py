"""eier_organisasjonsnummer of each row; one whose check digit does not fit is a deviation, as it names no organisation or another."""

from __future__ import annotations

import polars as pl

from reconciliation.identifiers.organisation import is_blank_organisation, parse_organisation
from reconciliation.reading.deviations import with_reason

_NAME = "eier_organisasjonsnummer"


def with_organisation_numbers(rows: pl.DataFrame, heading: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """rows: SOURCE_ROWS with the number as written. Deviations: O01 for what is none."""
    written = rows.get_column(_NAME)
    distinct = written.drop_nulls().unique()
    parsed = {text: parse_organisation(text) for text in distinct}
    wrong = [text for text, number in parsed.items() if number is None and not is_blank_organisation(text)]
    broken = rows.filter(written.is_in(wrong)).with_columns(value=_NAME, reason=pl.lit(None, pl.String))
    read = rows.with_columns(written.replace_strict(parsed, default=None, return_dtype=pl.String).alias(_NAME)) if parsed else rows
    return read, with_reason(broken, "O01", heading, _NAME)
