"""Two lists call one room of a shared flat by two words: the number names the lease."""

from __future__ import annotations

import polars as pl
import pytest

from reconciliation.identifiers.lease_reference import compared_lease


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        *((text, "2") for text in ("2", "Rom 2", "rom2", "ROM NR. 2", "Hybel 02", "R2", " 2 ")),
        *((text, "2B") for text in ("Rom 2B", "2 b")),
        *((text, "B") for text in ("Rom B", "b")),
        *((text, text.upper()) for text in ("Rom 2 nord", "Plan 2", "Rom", "0", "1-2")),
        ("", None),
    ],
)
def test_what_rooms_are_called_makes_no_other_lease(text: str, compared: str | None) -> None:
    assert pl.DataFrame({"ekstra_referanse": [text]}).select(compared_lease("ekstra_referanse")).to_series().to_list() == [compared]
