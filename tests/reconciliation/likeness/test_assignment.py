"""The best assignment is the one that trying all of them finds."""

from __future__ import annotations

from itertools import permutations
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.likeness.assignment import assigned

WORTH = st.sampled_from([-inf, -1.5, -0.1, 0.0, 0.3, 1.0, 2.2])
HOUSES = st.integers(1, 4).flatmap(lambda rights: st.lists(st.lists(WORTH, min_size=rights, max_size=rights), min_size=1, max_size=4))


def total(worth: list[list[float]], chosen: tuple[int | None, ...] | list[int | None]) -> float:
    return sum(worth[left][right] for left, right in enumerate(chosen) if right is not None)


@given(HOUSES)
def test_no_other_assignment_is_worth_more(worth: list[list[float]]) -> None:
    found = assigned([{right: one for right, one in enumerate(row) if one > -inf} for row in worth])
    taken = [right for right in found if right is not None]
    assert len(found) == len(worth)
    assert len(set(taken)) == len(taken)
    places: list[int | None] = [*range(len(worth[0])), *[None] * len(worth)]
    best = max(total(worth, chosen) for chosen in set(permutations(places, len(worth))))
    assert abs(total(worth, found) - best) < 1e-9


def test_nobody_is_assigned_where_there_is_nobody() -> None:
    assert assigned([]) == []
    assert assigned([{}, {}]) == [None, None]
