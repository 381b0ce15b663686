"""Pairs that a key made although the house as a whole fits better otherwise: a number typed wrong names the home next door.

A house is one problem. Where a pair differs in something that was measured and a neighbour fits one of the two better, the rows of
both sides in the house are assigned to each other anew, by what was measured alone; the number that made a pair counts as little as
a tie. A pair that the best assignment breaks is doubted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from reconciliation.likeness.assignment import assigned
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
"""What a measure says of a pair; the numbers that name a home (house, unit, label) say nothing here."""
LEAST_GAIN = 0.5
"""How much better a neighbour fits, at least, before the house is looked at."""
OF_THE_KEY = 0.2
"""What the number that made a pair is worth in the house: it holds against a tie, and against the least gain where two change places."""
ALONE = -0.1
"""What a row without a partner is worth: a neighbour of whom nothing is known is a better partner than one that differs."""
TIE = 1e-6
"""Two assignments that differ by no more are as good as each other: what they disagree about is not told."""
MOST = 40
"""Rows of one side in a house; of a larger one only those in question and their partners are assigned anew."""


def better_elsewhere(rows: pl.DataFrame, keyed: pl.DataFrame) -> pl.DataFrame:
    """rows: prepared, of all sides, with `_side`. keyed: KEYED, rows of two sides that a key calls one, each pair once.

    DOUBTED, for either row of a pair that is doubted.
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
    """rows: as in better_elsewhere. KEYED, of the pairs those whose `_at` fits another row better than `_at_right`."""
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
        """As DOUBTED: the pairs that the best assignment, or another one that is as good, gives up for another partner of either.
        fit: left -> right -> how well the two fit, of the pairs that are possible."""
        place = {right: at for at, right in enumerate(self.rights)}
        worth = [
            {
                place[right]: value + (OF_THE_KEY if self.keyed.get(left) == right else 0.0) - ALONE
                for right, value in fit.get(left, {}).items()
            }
            for left in self.lefts
        ]
        best = assigned(worth)
        least = _total(worth, best) - TIE
        for at, left in enumerate(self.lefts):
            if (right := self.keyed.get(left)) is None:
                continue
            otherwise = best
            if best[at] == place[right]:
                otherwise = assigned([*worth[:at], _without(worth[at], place[right]), *worth[at + 1 :]]) if left in self.asked else []
                if not otherwise or _total(worth, otherwise) < least:
                    continue
            instead = {one: self.rights[to] for one, to in zip(self.lefts, otherwise, strict=True) if to is not None}
            turned = {to: one for one, to in instead.items()}
            yield from ((one, other, ways[one]) for one, other, ways in ((left, right, instead), (right, left, turned)) if one in ways)


def _without(row: Mapping[int, float], right: int) -> dict[int, float]:
    return {other: value for other, value in row.items() if other != right}


def _total(worth: Sequence[Mapping[int, float]], found: Sequence[int | None]) -> float:
    return sum(row[at] for row, at in zip(worth, found, strict=True) if at is not None)


def _gaining(rows: pl.DataFrame, flawed: pl.DataFrame) -> pl.DataFrame:
    """`_at`, `_at_right` of the flawed pairs, and `_other`: a row near `_at` on the other side that fits it better."""
    asked = flawed.select("_at").unique().sort("_at")
    near = places_in_blocks(rows, rows[asked.get_column("_at")], _PLACE, close_by())
    near = near.select(_other="_at", _at=asked.get_column("_at").gather(near.get_column("_at_right")))
    side = rows.get_column("_side")
    near = near.with_columns(_other_side=side.gather(near.get_column("_other")))
    pairs = flawed.select("_at", "_at_right", "_fit").with_columns(_other_side=side.gather(flawed.get_column("_at_right")))
    met = pairs.join(near, on=["_at", "_other_side"]).filter(pl.col("_other") != pl.col("_at_right"))
    if met.is_empty():
        return met
    fits = with_fit(met.select("_at", _at_right="_other").unique(), rows).filter("_possible")
    told = met.join(fits.select("_at", _other="_at_right", _fit_other="_fit"), on=["_at", "_other"])
    return told.filter(pl.col("_fit_other") - pl.col("_fit") >= LEAST_GAIN).select("_at", "_at_right", "_other")


_PLACE = ("nummer", "bokstav", "_ground", "_extra")


def _houses(rows: pl.DataFrame, keyed: pl.DataFrame, gaining: pl.DataFrame) -> Iterator[_House]:
    """Those in question, of each two sides. keyed: each pair from either of its rows."""
    near = _in_question(rows, keyed, gaining)
    side: dict[int, str] = dict(near.select("_at", "_side").iter_rows())
    address: dict[int, str | None] = dict(near.select("_at", "_address").iter_rows())
    pairs = keyed.filter(pl.col("_at").is_in(near.get_column("_at").implode())).select(list(KEYED))
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
            wide = {one for at in house if address[at] is not None for which in (first, second) for one in at_address[address[at], which]}
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
    here = pl.col("_at").is_in(members.implode()) | pl.col("_address").is_in(addresses.implode())
    return rows.select("_side", "_address").with_row_index("_at").filter(here)


def _fits_in(rows: pl.DataFrame, houses: Sequence[_House]) -> list[dict[int, dict[int, float]]]:
    """Of each house: left -> right -> how well the two fit, of the pairs that are possible and may be worth something."""
    lefts = pl.DataFrame({"_house": range(len(houses)), "_at": [house.lefts for house in houses]}, schema=_MEMBERS).explode("_at")
    rights = pl.DataFrame({"_house": range(len(houses)), "_at": [house.rights for house in houses]}, schema=_MEMBERS).explode("_at")
    pairs = lefts.drop_nulls().join(rights.drop_nulls().rename({"_at": "_at_right"}), on="_house")
    fits = pairs.select("_house").hstack(with_fit(pairs, rows))
    fits = fits.filter(pl.col("_possible") & (pl.col("_fit") + OF_THE_KEY - ALONE >= 0))
    found: list[dict[int, dict[int, float]]] = [{} for _ in houses]
    for house, left, right, fit in fits.select("_house", *KEYED, "_fit").iter_rows():
        found[house].setdefault(left, {})[right] = fit
    return found


_MEMBERS = {"_house": pl.UInt32(), "_at": pl.List(pl.UInt32())}


def with_fit(pairs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """KEYED with `_fit`: how well what was measured agrees; `_flawed`: something that was measured does not; `_possible`: in one
    house or on one parcel, or the rent or the section is equal: elsewhere an area or a number of rooms is equal by chance too often."""
    return side_by_side(pairs.select(list(KEYED)), rows, rows, _LOOKED_AT).lazy().select(*KEYED, *_fit()).collect()


@cache
def _fit() -> tuple[pl.Expr, ...]:
    """What with_fit tells of two rows side by side."""
    measures = [(one, _WEIGHTS[one.field]) for field in _WEIGHTS for one in COMPARISONS if one.field == field]
    (floor,) = (one for one in COMPARISONS if one.field == "etasjenummer")
    fit = pl.sum_horizontal(_weighed(one, said) for one, said in measures)
    stated = pl.col("etasjenummer").is_not_null() | side("etasjenummer").is_not_null()
    other_floor = stated & chosen(floor, lambda level: pl.lit(level.code == "different"))
    unequal = [chosen(one, lambda level: pl.lit(level.code not in ("same", "unknown"))) for one, _ in measures]
    equal = {name: pl.col(name) == side(name) for name in ("manedsleie", "seksjonsnummer", "_ground")}
    streets = SAME_STREET & pl.col("_street").is_not_null() & side("_street").is_not_null()
    streets = streets | (pl.col("_stem") == side("_stem")).fill_null(value=False)
    possible = equal["_ground"], streets & SAME_HOUSE, equal["manedsleie"], equal["seksjonsnummer"]
    return (
        (fit + pl.when(other_floor).then(-1.0).otherwise(0.0)).alias("_fit"),
        pl.any_horizontal(*unequal, other_floor).alias("_flawed"),
        pl.any_horizontal(one.fill_null(value=False) for one in possible).alias("_possible"),
    )


def _weighed(one: Comparison, said: Mapping[str, float]) -> pl.Expr:
    return chosen(one, lambda level: pl.lit(said.get(level.code, 0.0)))


_LOOKED_AT = (
    *("_street", "_stem", "_written", "_house", "_ground", "_floor", "etasjenummer"),
    *("manedsleie", "bruksareal", "antall_soverom", "seksjonsnummer"),
)
