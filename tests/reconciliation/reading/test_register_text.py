"""The register's own entries pass the mask of national identity numbers before anything is made of them."""

from __future__ import annotations

import polars as pl

from connectors.personal_numbers import MASK
from reconciliation.reading.register_text import LONGEST, kept_text, masked_entries
from reconciliation.reading.transforms import SINGLE
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


def test_signs_that_are_not_printed_go_and_a_text_has_an_end() -> None:
    entries = pl.DataFrame({"kobo_id": ["a", "b"], "adressenavn": ["Fjord\u202eveien\u2028\x85 3\u00a0B", "a" * 5_000]})
    read = masked_entries(entries).get_column("adressenavn").to_list()
    assert read[0] == "Fjord veien 3 B"
    assert len(read[1]) == LONGEST
    assert [kept_text(text) for text in entries.get_column("adressenavn")] == read, "what is read again before a write compares equal"


def test_a_sign_that_is_not_printed_differs_on_no_side() -> None:
    text, _ = SINGLE["text"]
    assert text(" Rom\u00a02\n") == kept_text("Rom\u00a02") == "Rom 2"
