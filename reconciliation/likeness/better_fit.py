"""Pairs that a key made although the house as a whole fits better otherwise: a number typed wrong names the home next door.

A house is one problem. Where a pair differs in something that was measured and a neighbour fits one of the two better, the rows of
both sides in the house are assigned to each other anew, by what was measured alone; the number that made a pair counts as little as
a tie. A pair that the best assignment breaks is doubted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf

import polars as pl

from reconciliation.likeness.assignment import assigned
from reconciliation.likeness.blocks import close_by, pairs_in_blocks
from reconciliation.likeness.comparison import compare_rows
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
MOST = 40
"""Rows of one side in a house; of a larger one only those in question and their partners are assigned anew."""


def better_elsewhere(rows: pl.DataFrame, keyed: pl.DataFrame) -> pl.DataFrame:
    """rows: prepared, of all sides, with `_side`. keyed: KEYED, rows of two sides that a key calls one, each pair once.

    DOUBTED, for either row of a pair that is doubted.
    """
    turned = keyed.select(_at="_at_right", _at_right="_at")
    both = pl.concat([keyed.select(list(KEYED)), turned]).unique()
    seen = with_fit(both, rows)
    flawed = seen.filter("_flawed")
    gaining = flawed if flawed.is_empty() else _gaining(rows, flawed)
    if gaining.is_empty():
        return pl.DataFrame(schema=DOUBTED)
    houses = list(_houses(rows, seen, gaining))
    pairs = [(left, right) for house in houses for left in house.lefts for right in house.rights]
    fits = with_fit(pl.DataFrame(pairs, schema=KEYED, orient="row").unique(), rows)
    fit = {(left, right): value for left, right, value in fits.filter("_possible").select(*KEYED, "_fit").iter_rows()}
    return pl.DataFrame([row for house in houses for row in house.broken(fit)], schema=DOUBTED, orient="row").unique()


def fitting_another(rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """rows: as in better_elsewhere. KEYED, of the pairs those whose `_at` fits another row better than `_at_right`."""
    flawed = with_fit(pairs, rows).filter("_flawed")
    return flawed.select(list(KEYED)) if flawed.is_empty() else _gaining(rows, flawed).select(list(KEYED)).unique()


@dataclass(frozen=True, slots=True)
class _House:
    """Rows of two sides, and the pairs among them that a key made, left -> right."""

    lefts: list[int]
    rights: list[int]
    keyed: dict[int, int]

    def broken(self, fit: Mapping[tuple[int, int], float]) -> Iterator[tuple[int, int, int]]:
        """As DOUBTED: the pairs that the best assignment gives up for another partner of either. fit: of the possible pairs."""
        worth = [
            [fit.get((left, right), -inf) + (OF_THE_KEY if self.keyed.get(left) == right else 0.0) - ALONE for right in self.rights]
            for left in self.lefts
        ]
        best = {left: self.rights[at] for left, at in zip(self.lefts, assigned(worth), strict=True) if at is not None}
        turned = {right: left for left, right in best.items()}
        for left, right in self.keyed.items():
            if best.get(left) != right:
                yield from (
                    (one, other, instead[one]) for one, other, instead in ((left, right, best), (right, left, turned)) if one in instead
                )


def _gaining(rows: pl.DataFrame, flawed: pl.DataFrame) -> pl.DataFrame:
    """`_at`, `_at_right` of the flawed pairs, and `_other`: a row near `_at` on the other side that fits it better."""
    number = pl.int_range(pl.len()).cast(pl.String())
    named = rows.with_columns(leverandor_bolig_id=number, kobo_id=number)
    asked = flawed.select("_at").unique().sort("_at")
    near = pairs_in_blocks(named, named[asked.get_column("_at")], carry=_PLACE, keep=close_by())
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


def _houses(rows: pl.DataFrame, seen: pl.DataFrame, gaining: pl.DataFrame) -> Iterator[_House]:
    """Those in question, of each two sides."""
    side, address = rows.get_column("_side").to_list(), rows.get_column("_address").to_list()
    partners: dict[tuple[int, str], int] = {(at, side[right]): right for at, right in seen.select("_at", "_at_right").iter_rows()}
    at_address: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, (where, which) in enumerate(zip(address, side, strict=True)):
        if where is not None:
            at_address[where, which].append(at)
    asked: dict[tuple[str, str], set[int]] = defaultdict(set)
    linked: list[tuple[str, str]] = []
    for pair in gaining.iter_rows():
        first, second = sorted((side[pair[0]], side[pair[1]]))
        asked[first, second] |= set(pair)
        linked += [(str(pair[0]), str(at)) for at in pair] + [(str(at), address[at]) for at in pair if address[at] is not None]
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
            yield _House(lefts, rights, {left: partners[left, second] for left in lefts if partners.get((left, second)) in rights})


def with_fit(pairs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """KEYED with `_fit`: how well what was measured agrees; `_flawed`: something that was measured does not; `_possible`: in one
    house or on one parcel, or the rent or the section is equal: elsewhere an area or a number of rooms is equal by chance too often."""
    seen = compare_rows(pairs, rows, rows)
    levels = {name: pl.col(f"_level_{name}").cast(pl.String()) for name in _WEIGHTS}
    fit = pl.sum_horizontal(levels[name].replace_strict(said, default=0.0, return_dtype=pl.Float64()) for name, said in _WEIGHTS.items())
    floors = pl.col("etasjenummer"), pl.col("etasjenummer_theirs")
    stated = floors[0].is_not_null() | floors[1].is_not_null()
    floor = pl.when(stated & (pl.col("_level_etasjenummer") == "different")).then(-1.0).otherwise(0.0)
    flawed = pl.any_horizontal(~levels[name].is_in(["same", "unknown"]) for name in _WEIGHTS)
    named = (levels["manedsleie"] == "same") | (levels["seksjonsnummer"] == "same")
    here = (levels["gardsnummer"] == "same") | ((pl.col("_level_adressenavn") == "same") & (pl.col("_level_nummer") == "same"))
    return seen.select(*KEYED, _fit=fit + floor, _flawed=flawed | (floor < 0), _possible=here | named)
