"""The register's own entries pass the mask of national identity numbers before anything is made of them."""

from __future__ import annotations

import polars as pl

from connectors.personal_numbers import MASK
from reconciliation.reading.register_text import masked_entries
from tests.connectors.identity_numbers import identity_number


def test_an_identity_number_in_an_entry_is_masked_and_all_else_stays() -> None:
    number = identity_number()
    entries = pl.DataFrame(
        {
            "kobo_id": ["0b7e5d7c-1111-4222-8333-123456789012", "0b7e5d7c-1111-4222-8333-123456789013"],
            "ekstra_referanse": [f"Leietaker {number[:6]} {number[6:]}", "Rom 2"],
            "nummer": [7, 9],
        }
    )
    masked = masked_entries(entries)
    assert masked.get_column("ekstra_referanse").to_list() == [f"Leietaker {MASK}", "Rom 2"]
    assert masked.drop("ekstra_referanse").equals(entries.drop("ekstra_referanse"))
