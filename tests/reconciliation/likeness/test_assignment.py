"""The best assignment, and another one that is as good, are those that trying all of them finds."""

from __future__ import annotations

from itertools import permutations
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.likeness.assignment import Assignment

WORTH = st.sampled_from([-inf, -1.5, -0.1, 0.0, 0.3, 1.0, 2.2])
HOUSES = st.integers(1, 4).flatmap(lambda rights: st.lists(st.lists(WORTH, min_size=rights, max_size=rights), min_size=1, max_size=4))


def total(worth: list[list[float]], chosen: tuple[int | None, ...] | list[int | None]) -> float:
    return sum(worth[left][right] for left, right in enumerate(chosen) if right is not None)


@given(HOUSES)
def test_no_other_assignment_is_worth_more(worth: list[list[float]]) -> None:
    assignment = Assignment([{right: points for right, points in enumerate(row) if points > -inf} for row in worth])
    partners = assignment.partners
    taken = [right for right in partners if right is not None]
    assert len(partners) == len(worth)
    assert len(set(taken)) == len(taken)
    places: list[int | None] = [*range(len(worth[0])), *[None] * len(worth)]
    every = set(permutations(places, len(worth)))
    best = max(total(worth, chosen) for chosen in every)
    assert abs(total(worth, partners) - best) < 1e-9
    for left, right in enumerate(partners):
        if right is None:
            continue
        as_good = [chosen for chosen in every if chosen[left] != right and total(worth, chosen) > best - 1e-9]
        otherwise = assignment.otherwise(left)
        pairs = {(chosen[left], chosen.index(right) if right in chosen else None) for chosen in as_good}
        assert otherwise in pairs if pairs else otherwise is None


def test_nothing_is_assigned_where_a_side_is_empty() -> None:
    assert Assignment([]).partners == []
    assert Assignment([{}, {}]).partners == [None, None]
    assert Assignment([{}]).otherwise(0) is None
