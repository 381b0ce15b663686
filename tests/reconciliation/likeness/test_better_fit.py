"""The house as a whole says which pairs of a key are doubted; in whatever order the pairs are given."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import polars as pl

from reconciliation.likeness.better_fit import KEYED, better_elsewhere
from reconciliation.likeness.comparison import prepared
from reconciliation.likeness.place import with_place
from tests.strategies import standing_rows


def rows(*values: dict[str, Any]) -> pl.DataFrame:
    """Flats of one house, prepared; `source` names their side."""
    numbered = [{"source_key": str(at), "gardsnummer": 1, "bruksnummer": 7} | row for at, row in enumerate(values)]
    return prepared(with_place(standing_rows(*numbered)).with_columns(_side="source"))


def pairs(*places: tuple[int, int]) -> pl.DataFrame:
    return pl.DataFrame(places, schema=KEYED, orient="row")


def test_a_pair_is_doubted_where_the_two_rows_beside_it_fit_better() -> None:
    here = rows(
        {"source": "fdv", "manedsleie": 5000.0},
        {"source": "fdv", "manedsleie": 7000.0},
        {"source": "omsorg", "manedsleie": 7000.0},
        {"source": "omsorg", "manedsleie": 5000.0},
    )
    doubted = better_elsewhere(here, pairs((0, 2), (1, 3)))
    assert doubted.sort(doubted.columns).rows() == [(0, 2, 3), (1, 3, 2), (2, 0, 1), (3, 1, 0)]
    assert better_elsewhere(here, pairs((0, 3), (1, 2))).is_empty()


def test_a_row_that_keys_pair_with_several_is_judged_alike_in_any_order() -> None:
    # The parcel and the address of the first row name different rows of the other side, and neither fits it best.
    here = rows(
        {"source": "fdv", "manedsleie": 5000.0},
        *({"source": "omsorg", "manedsleie": rent} for rent in (7000.0, 8000.0, 9000.0, 5000.0)),
    )
    doubted = {
        tuple(better_elsewhere(here, pairs(*((0, other) for other in order))).sort("_at", "_at_right").rows())
        for order in permutations((1, 2, 3))
        for _ in range(5)
    }
    assert len(doubted) == 1


def test_a_pair_is_doubted_where_another_assignment_of_the_house_is_as_good() -> None:
    """The register's flat on the third floor was typed H0104, and the rooms of another one were typed wrong: what was measured fits
    the house as well one way as the other."""
    here = rows(
        {"source": "fdv", "bruksenhetsnummer": "H0104", "etasjenummer": 1, "manedsleie": 7300.0, "antall_soverom": 1},
        {"source": "fdv", "bruksenhetsnummer": "H0301", "etasjenummer": 3, "manedsleie": 6150.0, "antall_soverom": 0},
        {"source": "fdv", "bruksenhetsnummer": "H0304", "etasjenummer": 3, "manedsleie": 6600.0, "antall_soverom": 1},
        {"source": "kobo", "bruksenhetsnummer": "H0104", "manedsleie": 6600.0, "antall_soverom": 1},
        {"source": "kobo", "bruksenhetsnummer": "H0301", "manedsleie": 6150.0, "antall_soverom": 1},
    )
    doubted = better_elsewhere(here, pairs((0, 3), (1, 4))).select("_at", "_at_right").rows()
    assert {(0, 3), (1, 4)} <= {(min(pair), max(pair)) for pair in doubted}
