"""The register's entries are data from outside: their text passes the same mask of national identity numbers as the sources' rows."""

from __future__ import annotations

import polars as pl

from connectors.personal_numbers import mask_column, with_suspects


def masked_entries(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries of the register with every national identity number in their text masked. koboIds are uuids, and stay."""
    texts = [name for name, kind in entries.schema.items() if kind == pl.String and name != "kobo_id"]
    found = with_suspects(entries, texts) if entries.height and texts else []
    return entries.with_columns(mask_column(entries.get_column(name))[0].alias(name) for name in found)
