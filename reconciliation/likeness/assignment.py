"""Which rows of two sides belong together when a whole house is looked at: one to one, with the greatest worth in all.

The Hungarian method (Kuhn 1955, with the potentials of Jonker and Volgenant), over the pairs that are worth something: most pairs of
a large house can be none. A house has a handful of rows on each side; for that a library of numerical methods would be loaded on
every night.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush


def assigned(worth: Sequence[Mapping[int, float]]) -> list[int | None]:
    """worth: of each row of the left side, those of the right side (numbered from 0) that it may belong to -> what the pair is worth,
    to three decimals.

    For each of the left side its row on the right one, None where it is left alone. No pair is worth less than none.
    """
    rights = 1 + max((right for row in worth for right in row), default=-1)
    # Beside those of the right side each row has a place of its own, alone, which costs nothing; a pair that costs more is never made.
    costs = [{right: -round(1000 * one) for right, one in row.items() if one >= 0} | {rights + at: 0} for at, row in enumerate(worth)]
    return [column if column < rights else None for column in _cheapest(costs)]


def _cheapest(costs: Sequence[Mapping[int, int]]) -> list[int]:
    """The column of each row, at the least cost in all; a row has the columns named in it, one of them for itself alone.

    Costs are whole numbers, so that equal sums are equal in whatever order they are added.
    """
    row_price = [0] * len(costs)
    column_price: dict[int, int] = defaultdict(int)
    holder: dict[int, int] = {}
    for row in range(len(costs)):
        # The cheapest way from the row to a free column, over columns whose rows would change places.
        far: dict[int, int] = {}
        before: dict[int, int | None] = {}
        reached: dict[int, int] = {}
        heap: list[tuple[int, int]] = []
        at, distance, column = row, 0, None
        while True:
            start = distance - row_price[at]
            for other, cost in costs[at].items():
                way = start + cost - column_price[other]
                if other not in far or way < far[other]:
                    far[other], before[other] = way, column
                    heappush(heap, (way, other))
            distance, column = heappop(heap)
            while column in reached:
                distance, column = heappop(heap)
            if column not in holder:
                break
            reached[column] = distance
            at = holder[column]
        row_price[row] += distance
        for other, way in reached.items():
            row_price[holder[other]] += distance - way
            column_price[other] -= distance - way
        while column is not None:
            earlier = before[column]
            holder[column] = row if earlier is None else holder[earlier]
            column = earlier
    found = {row: column for column, row in holder.items()}
    return [found[row] for row in range(len(costs))]
