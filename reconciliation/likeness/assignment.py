"""Which rows of two sides belong together in a whole house: one to one, with the greatest total worth.

The Hungarian method (Kuhn 1955) by shortest paths with prices (Jonker and Volgenant 1987), over the pairs that are worth something: most
pairs of a large house can be none. A house has a handful of rows on each side; for that a library of numerical methods would be loaded
on every night.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from math import inf

TIGHT = 1e-9
"""Sums of worths that differ by no more are equal."""


class Assignment:
    """The best assignment of a left side to a right one.

    worth: of each row of the left side, those of the right side (numbered from 0) that it may belong to -> what the pair is worth.
    partners: for each row of the left side its row on the right one, None where it has none. No pair is worth less than none.
    """

    def __init__(self, worth: Sequence[Mapping[int, float]]) -> None:
        self._rights = 1 + max((right for row in worth for right in row), default=-1)
        # Each left row also has a column of its own that costs nothing and means "unpaired", so a pair that costs more is never made.
        self._costs = [
            {right: -value for right, value in row.items() if value >= 0} | {self._rights + left: 0.0} for left, row in enumerate(worth)
        ]
        # Prices: no column costs a row less than the two prices together, and its own column costs it exactly that.
        self._row_price = [0.0] * len(worth)
        self._column_price: dict[int, float] = {}
        self._row_of: dict[int, int] = {}
        for left in range(len(worth)):
            self._place(left)
        self._column_of = {row: column for column, row in self._row_of.items()}
        self._rows_for: dict[int, list[int]] = {}
        for left, row in enumerate(self._costs):
            for column in row:
                self._rows_for.setdefault(column, []).append(left)
        self.partners = [self._right(self._column_of[left]) for left in range(len(worth))]

    def otherwise(self, left: int) -> tuple[int | None, int | None] | None:
        """Another assignment that is worth as much, in which the row and the one it is paired with are not together: whom each of the
        two has instead. None where there is none, or the row is unpaired.

        Exchanges that change nothing go along columns that cost exactly their prices: round to the row's own column, or to a column
        that is free, while its own column is passed on until it reaches a free one too.
        """
        own = self._column_of[left]
        if self._right(own) is None:
            return None
        from_row = _reached([left], lambda row: (self._row_of[to] for to in self._tight(row) if to in self._row_of and to != own))
        if round_trip := [row for row in from_row if row != left and own in self._tight(row)]:
            last = round_trip[0]
            return self._right(self._column_of[_first_step(from_row, last)]), last
        ends = ((row, to) for row in from_row for to in self._tight(row) if to not in self._row_of)
        row, to = next(ends, (None, None))
        if row is None or to is None:
            return None
        instead = to if row == left else self._column_of[_first_step(from_row, row)]
        if self._column_price.get(own, 0.0) >= -TIGHT:
            return self._right(instead), None
        takers = _reached(self._takers(own, left), lambda taker: self._takers(self._column_of[taker], left))
        free = next((taker for taker in takers if self._column_price.get(self._column_of[taker], 0.0) >= -TIGHT), None)
        return None if free is None else (self._right(instead), _first(takers, free))

    def _right(self, column: int) -> int | None:
        return column if column < self._rights else None

    def _tight(self, row: int) -> Iterable[int]:
        """Columns that cost the row exactly the two prices."""
        price = self._row_price[row] + TIGHT
        return [column for column, cost in self._costs[row].items() if cost - self._column_price.get(column, 0.0) <= price]

    def _takers(self, column: int, but: int) -> list[int]:
        """Rows that could have the column at its price: all but its own one and `but`."""
        own = self._row_of.get(column)
        return [row for row in self._rows_for[column] if row not in (own, but) and column in self._tight(row)]

    def _place(self, row: int) -> None:
        """Gives the row a column, by the cheapest way of letting others change theirs."""
        distance: dict[int, float] = {}
        before: dict[int, int | None] = {}
        settled: dict[int, float] = {}
        waiting: list[tuple[float, bool, int]] = []
        at, column, way = row, None, 0.0
        while True:
            price = self._row_price[at]
            for other, cost in self._costs[at].items():
                further = way + cost - price - self._column_price.get(other, 0.0)
                if other not in settled and further < distance.get(other, inf):
                    distance[other], before[other] = further, column
                    # Of columns with the same distance, first one that is free, then the first.
                    heappush(waiting, (further, other in self._row_of, other))
            way, taken_by, column = heappop(waiting)
            while column in settled or way > distance[column]:
                way, taken_by, column = heappop(waiting)
            if not taken_by:
                break
            settled[column] = way
            at = self._row_of[column]
        self._row_price[row] += way
        for other, nearer in settled.items():
            self._row_price[self._row_of[other]] += way - nearer
            self._column_price[other] = self._column_price.get(other, 0.0) - (way - nearer)
        while column is not None:
            earlier = before[column]
            self._row_of[column] = row if earlier is None else self._row_of[earlier]
            column = earlier


def _reached(starts: Iterable[int], onward: Callable[[int], Iterable[int]]) -> dict[int, int | None]:
    """Row -> the row that it was reached from, in the order in which they are reached."""
    reached: dict[int, int | None] = dict.fromkeys(starts)
    queue = list(reached)
    for row in queue:
        for other in onward(row):
            if other not in reached:
                reached[other] = row
                queue.append(other)
    return reached


def _first_step(reached: Mapping[int, int | None], row: int) -> int:
    """The row that comes right after the start on the way to `row`."""
    while (before := reached[row]) is not None and reached[before] is not None:
        row = before
    return row


def _first(reached: Mapping[int, int | None], row: int) -> int:
    """The start on the way to `row`."""
    while (before := reached[row]) is not None:
        row = before
    return row
