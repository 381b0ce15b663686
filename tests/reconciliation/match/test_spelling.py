"""Two spellings of a street at one house: when they are one, and when they stay two."""

from __future__ import annotations

import polars as pl
import pytest

from reconciliation.likeness.place import with_place
from reconciliation.likeness.street_spelling import one_spelling
from tests.strategies import standing_rows

GROUND = {"gardsnummer": 5, "bruksnummer": 7}

ONE = {
    "another form of the same word, nothing known of the ground": ("Strandvegen", "Strandveien", False),
    "one letter wrong on the same ground": ("Kirkesvingen", "Kirkesvnigen", True),
    "the last two letters swapped on the same ground": ("Kirkesvingen", "Kirkesvingne", True),
    "cut off within its form on the same ground": ("Torvvegen", "Torvv.", True),
    "cut off within a longer form on the same ground": ("Torvterrasse", "Torvterr.", True),
}

TWO = {
    "one letter wrong on unknown ground": ("Kirkesvingen", "Kirkesvnigen", False),
    "cut off on unknown ground": ("Torvvegen", "Torvv.", False),
    "cut off before its form": ("Torvvegen", "Tor", True),
    "the form left out": ("Torvvegen", "Torv", True),
    "another street's form": ("Torvvegen", "Torvgata", True),
    "blocks named by their last letter": ("Feltstubben A", "Feltstubben B", True),
    "a number of another street": ("Feltgata 1", "Feltgata 2", True),
    "short names": ("Bakken", "Bekken", True),
}


def spellings(name: str, other: str, same_ground: bool) -> int:
    place = GROUND if same_ground else {}
    written = [{"source": "fdv", "source_key": str(key), "adressenavn": name, **place} for key in range(2)]
    rows = standing_rows(*written, {"source": "eiendom", "source_key": "1", "adressenavn": other, **place})
    settled = one_spelling(with_place(rows.with_columns(postnummer=pl.lit("2413"))))
    assert settled.get_column("source_key").to_list() == rows.get_column("source_key").to_list()
    return settled.get_column("_address").n_unique()


@pytest.mark.parametrize("case", ONE.values(), ids=ONE.keys())
def test_spellings_that_are_one_street(case: tuple[str, str, bool]) -> None:
    assert spellings(*case) == 1


@pytest.mark.parametrize("case", TWO.values(), ids=TWO.keys())
def test_spellings_that_stay_two(case: tuple[str, str, bool]) -> None:
    assert spellings(*case) == 2
