"""The register's entries are data from outside: their text passes the same mask of national identity numbers as the sources' rows.

Line breaks, marks that turn the reading direction and other signs that are not printed become spaces, and a text has an end.
"""

from __future__ import annotations

import polars as pl

from connectors.personal_numbers import mask_column, mask_text, with_suspects
from kobo_client.scrubbing import in_print

LONGEST = 2_000
"""Characters kept of one value; the longest that we write ourselves have some hundreds."""
_UNPRINTED = r"[\p{C}\p{Z}--\x20]"


def kept_text(text: str) -> str:
    """One value of an entry as it may be kept."""
    return mask_text(in_print(text))[:LONGEST]


def masked_entries(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries of the register with every text as it may be kept. koboIds are uuids, and stay."""
    texts = [name for name, kind in entries.schema.items() if kind == pl.String and name != "kobo_id"]
    if not entries.height or not texts:
        return entries
    printed = entries.with_columns(_printed(entries.get_column(name)) for name in texts)
    suspects = with_suspects(printed, texts)
    masked = printed.with_columns(mask_column(printed.get_column(name))[0].alias(name) for name in suspects)
    return masked.with_columns(pl.col(name).str.head(LONGEST) for name in texts)


def _printed(values: pl.Series) -> pl.Series:
    odd = values.filter(values.str.contains(_UNPRINTED)).unique().to_list()
    return values.replace({text: in_print(text) for text in odd}) if odd else values
