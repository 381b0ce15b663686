"""Which rows of two sides belong together when a whole house is looked at: one to one, with the greatest worth in all.

The Hungarian method (Kuhn 1955, with the potentials of Jonker and Volgenant). A house has a handful of rows on each side; for that
a library of numerical methods would be loaded on every night.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf


def assigned(worth: Sequence[Sequence[float]]) -> list[int | None]:
    """worth: of each row of the left side with each of the right side; -inf where the two can be no pair.

    For each of the left side its place on the right one, None where it is left alone. No pair is worth less than none.
    """
    rights = len(worth[0]) if worth else 0
    # Beside those of the right side each row has a place of its own, alone, which costs nothing.
    costs = [
        [-max(one, -_NEVER) for one in row] + [0.0 if at == own else _NEVER for own in range(len(worth))] for at, row in enumerate(worth)
    ]
    return [at if at < rights and worth[left][at] > -inf else None for left, at in enumerate(_cheapest(costs))]


_NEVER = 1e9


def _cheapest(costs: list[list[float]]) -> list[int]:
    """The column of each row, at the least cost in all. There are at least as many columns as rows."""
    rows, columns = len(costs), len(costs[0]) if costs else 0
    row_price, column_price = [0.0] * (rows + 1), [0.0] * (columns + 1)
    holder, before = [0] * (columns + 1), [0] * (columns + 1)  # row of a column, 0: none; both count from one
    for row in range(1, rows + 1):
        holder[0], column = row, 0
        least, seen = [inf] * (columns + 1), [False] * (columns + 1)
        while holder[column]:
            seen[column] = True
            at, step, following = holder[column], inf, 0
            for other in range(1, columns + 1):
                if seen[other]:
                    continue
                reduced = costs[at - 1][other - 1] - row_price[at] - column_price[other]
                if reduced < least[other]:
                    least[other], before[other] = reduced, column
                if least[other] < step:
                    step, following = least[other], other
            for other in range(columns + 1):
                if seen[other]:
                    row_price[holder[other]] += step
                    column_price[other] -= step
                else:
                    least[other] -= step
            column = following
        while column:
            holder[column], column = holder[before[column]], before[column]
    found = [0] * rows
    for column in range(1, columns + 1):
        if holder[column]:
            found[holder[column] - 1] = column - 1
    return found
