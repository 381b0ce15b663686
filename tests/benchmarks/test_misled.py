"""In a small municipality that is made to mislead, nothing is taken for another home where anything in the rows tells."""

from __future__ import annotations

import pytest

from benchmarks.matching.adversary import adversary_world
from benchmarks.matching.misled import as_rows, misled


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_wrong_where_anything_tells_and_no_home_has_two_questions(seed: int) -> None:
    measured = misled(adversary_world(600, 0.05, seed))
    assert (measured.wrong_merges_told, measured.wrong_matches_told) == (0, 0)
    assert measured.questions <= measured.in_doubt * measured.dwellings
    assert measured.offered >= 0.98
    assert as_rows("a town", 600, 0.05, measured)[0]["met"]
