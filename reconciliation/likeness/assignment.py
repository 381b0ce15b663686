"""Which rows of two sides belong together when a whole house is looked at: one to one, with the greatest worth in all.

The Hungarian method (Kuhn 1955, with the potentials of Jonker and Volgenant), over the pairs that are worth something: most pairs of
a large house can be none. A house has a handful of rows on each side; for that a library of numerical methods would be loaded on
every night.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf


def assigned(worth: Sequence[Mapping[int, float]]) -> list[int | None]:
    """worth: of each row of the left side, those of the right side (numbered from 0) that it may belong to -> what the pair is worth.

    For each of the left side its row on the right one, None where it is left alone. No pair is worth less than none.
    """
    rights = 1 + max((right for row in worth for right in row), default=-1)
    # Each left row also has a column of its own that costs nothing and means "unpaired", so a pair that costs more is never made.
    costs = [{right: -value for right, value in row.items() if value >= 0} | {rights + at: 0.0} for at, row in enumerate(worth)]
    return [column if column < rights else None for column in _cheapest(costs)]


def _cheapest(costs: Sequence[Mapping[int, float]]) -> list[int]:
    """The column of each row, at the least cost in all; a row has the columns named in it, one of them for itself alone."""
    row_price = [0.0] * len(costs)
    column_price: dict[int, float] = {}
    holder: dict[int, int] = {}
    for row in range(len(costs)):
        before: dict[int, int | None] = {}
        least: dict[int, float] = {}
        seen: dict[int, int] = {}  # column -> the row assigned to it
        at = row
        column: int | None = None
        while True:
            for other, cost in costs[at].items():
                if other not in seen:
                    reduced = cost - row_price[at] - column_price.get(other, 0.0)
                    if reduced < least.get(other, inf):
                        least[other], before[other] = reduced, column
            # Of columns with the same distance, the first.
            step, following = min((distance, other) for other, distance in least.items())
            del least[following]
            row_price[row] += step
            for other, owner in seen.items():
                row_price[owner] += step
                column_price[other] = column_price.get(other, 0.0) - step
            for other in least:
                least[other] -= step
            column = following
            if column not in holder:
                break
            at = seen[column] = holder[column]
        while column is not None:
            earlier = before[column]
            holder[column] = row if earlier is None else holder[earlier]
            column = earlier
    found = {row: column for column, row in holder.items()}
    return [found[row] for row in range(len(costs))]
