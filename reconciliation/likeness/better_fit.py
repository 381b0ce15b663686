"""Keyed pairs that the measures of the whole house contradict: a number typed wrong can name the home next door.

Where a measured field of a pair differs and another row of the house fits one of the two better, the rows of both sides in that house
are assigned to each other again, one to one, by what was measured. The number that made the pair adds no more than OF_THE_KEY. A pair
that the best assignment does not contain is doubted: a person is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from reconciliation.likeness.assignment import Assignment
from reconciliation.likeness.blocks import close_by, places_in_blocks
from reconciliation.likeness.comparison import COMPARISONS, SAME_HOUSE, SAME_STREET, side_by_side
from reconciliation.likeness.levels import Comparison, chosen, side
from reconciliation.model.known_decisions import groups_of

KEYED = {"_at": pl.UInt32(), "_at_right": pl.UInt32()}
"""A pair by the numbers of its rows in the frame."""
DOUBTED = {**KEYED, "_other": pl.UInt32()}
"""Also the row that fits `_at` better than `_at_right` does; the two are of one side."""

_WEIGHTS: dict[str, dict[str, float]] = {
    "manedsleie": {"same": 2.0, "close": 0.5, "different": -1.0},
    "bruksareal": {"same": 1.0, "close": 0.5, "different": -1.0},
    "antall_soverom": {"same": 1.0, "different": -1.0},
    "seksjonsnummer": {"same": 2.0, "different": -2.0},
    "gardsnummer": {"same": 0.0, "different": -2.0},
}
"""Field -> level of its comparison -> points. The numbers that name a home (house, unit, label) give none here."""
LEAST_GAIN = 0.5
"""Points by which another row must fit better before the house is assigned again."""
OF_THE_KEY = 0.2
"""Points for the pair that a key made: it wins a tie, and wins against LEAST_GAIN where two rows would change places."""
ALONE = -0.1
"""Points of a row without a partner: fewer than for a partner of whom nothing is known (0), more than for one that differs."""
MOST = 40
"""Rows of one side in a house; of a larger one only those in question and their partners are assigned anew."""


def better_elsewhere(rows: pl.DataFrame, keyed: pl.DataFrame) -> pl.DataFrame:
    """The pairs that the best assignment of their house does not contain. Shape: DOUBTED, a row for each of the two.

    rows: prepared, of all sides, with `_side`. keyed: KEYED, pairs that a key made, of two sides, each once.
    """
    pairs = keyed.select(list(KEYED)).unique()
    flawed = _both_ways(with_fit(pairs, rows).filter("_flawed"))
    gaining = flawed if flawed.is_empty() else _gaining(rows, flawed)
    if gaining.is_empty():
        return pl.DataFrame(schema=DOUBTED)
    houses = list(_houses(rows, _both_ways(pairs), gaining))
    broken = [row for house, fit in zip(houses, _fits_in(rows, houses), strict=True) for row in house.broken(fit)]
    return pl.DataFrame(broken, schema=DOUBTED, orient="row").unique()


def fitting_another(rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs whose `_at` fits another row better than `_at_right`. Shape: KEYED. rows: as in better_elsewhere."""
    flawed = with_fit(pairs, rows).filter("_flawed")
    return flawed.select(list(KEYED)) if flawed.is_empty() else _gaining(rows, flawed).select(list(KEYED)).unique()


def _both_ways(pairs: pl.DataFrame) -> pl.DataFrame:
    """Each pair from either of its rows, in order."""
    turned = pairs.rename({"_at": "_at_right", "_at_right": "_at"}).select(pairs.columns)
    return pl.concat([pairs, turned]).unique().sort(list(KEYED))


@dataclass(frozen=True, slots=True)
class _House:
    """Rows of two sides, and the pairs among them that a key made, left -> right. asked: the lefts of those that gain elsewhere."""

    lefts: list[int]
    rights: list[int]
    keyed: dict[int, int]
    asked: frozenset[int]

    def broken(self, fit: Mapping[int, Mapping[int, float]]) -> Iterator[tuple[int, int, int]]:
        """(row, partner by key, better partner) of the pairs that the best assignment, or another one that is as good, does not contain.

        fit: left -> right -> points, of the pairs that are possible.
        """
        place = {right: at for at, right in enumerate(self.rights)}
        worth = [
            {
                place[right]: value + (OF_THE_KEY if self.keyed.get(left) == right else 0.0) - ALONE
                for right, value in fit.get(left, {}).items()
            }
            for left in self.lefts
        ]
        best = Assignment(worth)
        left_of = {to: at for at, to in enumerate(best.partners) if to is not None}
        for at, left in enumerate(self.lefts):
            if (right := self.keyed.get(left)) is None:
                continue
            instead = best.partners[at], left_of.get(place[right])
            if instead[0] == place[right]:
                if left not in self.asked or (other := best.otherwise(at)) is None:
                    continue
                instead = other
            to, taker = instead
            if to is not None:
                yield left, right, self.rights[to]
            if taker is not None:
                yield right, left, self.lefts[taker]


def _gaining(rows: pl.DataFrame, flawed: pl.DataFrame) -> pl.DataFrame:
    """`_at`, `_at_right` of the flawed pairs, and `_other`: a row near `_at` on the other side that fits it better."""
    asked = flawed.select("_at").unique().sort("_at")
    close = places_in_blocks(rows, rows[asked.get_column("_at")], close_by())
    close = close.select(_other="_at", _at=asked.get_column("_at").gather(close.get_column("_at_right")))
    side = rows.get_column("_side")
    close = close.with_columns(_other_side=side.gather(close.get_column("_other")))
    pairs = flawed.select("_at", "_at_right", "_fit").with_columns(_other_side=side.gather(flawed.get_column("_at_right")))
    candidates = pairs.join(close, on=["_at", "_other_side"]).filter(pl.col("_other") != pl.col("_at_right"))
    if candidates.is_empty():
        return candidates
    fits = with_fit(candidates.select("_at", _at_right="_other").unique(), rows).filter("_possible")
    compared = candidates.join(fits.select("_at", _other="_at_right", _fit_other="_fit"), on=["_at", "_other"])
    return compared.filter(pl.col("_fit_other") - pl.col("_fit") >= LEAST_GAIN).select("_at", "_at_right", "_other")


def _houses(rows: pl.DataFrame, keyed: pl.DataFrame, gaining: pl.DataFrame) -> Iterator[_House]:
    """Those in question, of each two sides. keyed: each pair from either of its rows."""
    around = _in_question(rows, keyed, gaining)
    side: dict[int, str] = dict(around.select("_at", "_side").iter_rows())
    address: dict[int, str | None] = dict(around.select("_at", "_address").iter_rows())
    pairs = keyed.filter(pl.col("_at").is_in(around.get_column("_at").implode())).select(list(KEYED))
    partners = {(at, side[right]): right for at, right in pairs.iter_rows() if right in side}
    at_address: dict[tuple[str | None, str], list[int]] = defaultdict(list)
    for at, where in address.items():
        at_address[where, side[at]].append(at)
    asked: dict[tuple[str, str], set[int]] = defaultdict(set)
    linked: set[tuple[str, str]] = set()
    gained = {at for pair in gaining.select("_at", "_at_right").iter_rows() for at in pair}
    for pair in gaining.iter_rows():
        first, second = sorted((side[pair[0]], side[pair[1]]))
        asked[first, second] |= set(pair)
        linked |= {(str(pair[0]), str(at)) for at in pair} | {(str(at), where) for at in pair if (where := address[at]) is not None}
    head = groups_of(linked)
    for (first, second), members in sorted(asked.items()):
        groups: dict[str, set[int]] = defaultdict(set)
        for at in members:
            groups[head[str(at)]] |= {at, *(partners[at, which] for which in (first, second) if (at, which) in partners)}
        for _, house in sorted(groups.items()):
            wide = {row for at in house if address[at] is not None for which in (first, second) for row in at_address[address[at], which]}
            most = max(sum(side[at] == which for at in house | wide) for which in (first, second))
            lefts, rights = (
                sorted(at for at in (house if most > MOST else house | wide) if side[at] == which) for which in (first, second)
            )
            paired = {left: partners[left, second] for left in lefts if partners.get((left, second)) in rights}
            yield _House(lefts, rights, paired, frozenset(gained.intersection(paired)))


def _in_question(rows: pl.DataFrame, keyed: pl.DataFrame, gaining: pl.DataFrame) -> pl.DataFrame:
    """`_at`, `_side`, `_address` of the rows in question, their partners, and all at the addresses of these."""
    asked = pl.concat(gaining.get_column(name) for name in gaining.columns)
    members = pl.concat([asked, keyed.filter(pl.col("_at").is_in(asked.implode())).get_column("_at_right")]).unique()
    addresses = rows.get_column("_address").gather(members).drop_nulls().unique()
    wanted = pl.col("_at").is_in(members.implode()) | pl.col("_address").is_in(addresses.implode())
    return rows.select("_side", "_address").with_row_index("_at").filter(wanted)


def _fits_in(rows: pl.DataFrame, houses: Sequence[_House]) -> list[dict[int, dict[int, float]]]:
    """Of each house: left -> right -> how well the two fit, of the pairs that are possible and may be worth something."""
    lefts = pl.DataFrame({"_house": range(len(houses)), "_at": [house.lefts for house in houses]}, schema=_MEMBERS).explode("_at")
    rights = pl.DataFrame({"_house": range(len(houses)), "_at": [house.rights for house in houses]}, schema=_MEMBERS).explode("_at")
    pairs = lefts.drop_nulls().join(rights.drop_nulls().rename({"_at": "_at_right"}), on="_house")
    fits = pairs.select("_house").hstack(with_fit(pairs, rows))
    fits = fits.filter(pl.col("_possible") & (pl.col("_fit") + OF_THE_KEY - ALONE >= 0))
    points: list[dict[int, dict[int, float]]] = [{} for _ in houses]
    for house, left, right, fit in fits.select("_house", *KEYED, "_fit").iter_rows():
        points[house].setdefault(left, {})[right] = fit
    return points


_MEMBERS = {"_house": pl.UInt32(), "_at": pl.List(pl.UInt32())}


def with_fit(pairs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """KEYED with `_fit`: points of what was measured; `_flawed`: a measured field differs; `_possible`: both in one house or on one
    parcel, or with equal rent or section number, since areas and numbers of rooms are often equal by chance."""
    return side_by_side(pairs.select(list(KEYED)), rows, rows, _LOOKED_AT).lazy().select(*KEYED, *_fit()).collect()


@cache
def _fit() -> tuple[pl.Expr, ...]:
    """The columns that with_fit adds, on rows side by side."""
    measures = [(comparison, _WEIGHTS[comparison.field]) for field in _WEIGHTS for comparison in COMPARISONS if comparison.field == field]
    (floor,) = (comparison for comparison in COMPARISONS if comparison.field == "etasjenummer")
    fit = pl.sum_horizontal(_weighed(comparison, weights) for comparison, weights in measures)
    stated = pl.col("etasjenummer").is_not_null() | side("etasjenummer").is_not_null()
    other_floor = stated & chosen(floor, lambda level: pl.lit(level.code == "different"))
    unequal = [chosen(comparison, lambda level: pl.lit(level.code not in ("same", "swapped", "unknown"))) for comparison, _ in measures]
    equal = {name: pl.col(name) == side(name) for name in ("manedsleie", "seksjonsnummer", "_ground")}
    streets = SAME_STREET & pl.col("_street").is_not_null() & side("_street").is_not_null()
    streets = streets | (pl.col("_stem") == side("_stem")).fill_null(value=False)
    possible = equal["_ground"], streets & SAME_HOUSE, equal["manedsleie"], equal["seksjonsnummer"]
    return (
        (fit + pl.when(other_floor).then(-1.0).otherwise(0.0)).alias("_fit"),
        pl.any_horizontal(*unequal, other_floor).alias("_flawed"),
        pl.any_horizontal(condition.fill_null(value=False) for condition in possible).alias("_possible"),
    )


def _weighed(comparison: Comparison, weights: Mapping[str, float]) -> pl.Expr:
    return chosen(comparison, lambda level: pl.lit(weights.get(level.code, 0.0)))


_LOOKED_AT = (
    *("_street", "_stem", "_written", "_house", "_ground", "gardsnummer", "bruksnummer", "_floor", "etasjenummer"),
    *("manedsleie", "bruksareal", "antall_soverom", "seksjonsnummer"),
)
