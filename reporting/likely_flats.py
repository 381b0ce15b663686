"""Which dwellings of a house may be shown as one flat: rows of several lists that fit each other and nothing else there.

Stricter than what is asked about: two stand together only where something measured is equal, nothing measured differs, and neither has
a second one in the other's list that fits. Labels say nothing: two owners may number the same flats in opposite order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from reconciliation.likeness.contradiction import FLOOR, RENT, ROOMS, agrees, differs, in_pair, same_area

MEASURES = ("etasjenummer", "bruksareal", "antall_soverom", "manedsleie", "seksjonsnummer")
_Home = tuple[int, str]


@dataclass(frozen=True, slots=True)
class MeasuredHome:
    """house: its number. lists: sources that it has rows in. measures: as MEASURES; None where no row has one."""

    house: int
    dwelling: str
    lists: frozenset[str]
    measures: Sequence[float | None]


def likely_flats(homes: Sequence[MeasuredHome]) -> Mapping[_Home, _Home]:
    """(house, dwelling) -> the first of those that it stands together with."""
    lists = {(home.house, home.dwelling): home.lists for home in homes}
    fitting: dict[tuple[_Home, str], set[_Home]] = defaultdict(set)
    clash, fitting_pairs = set(), []
    for house, left, right, fits, clashes in _pairs(homes).iter_rows():
        pair = ((house, left), (house, right))
        if clashes:
            clash.add(frozenset(pair))
        if fits:
            fitting_pairs.append(pair)
            for first, other in (pair, pair[::-1]):
                for source in lists[other]:
                    fitting[first, source].add(other)
    group = {home: [home] for home in lists}
    for pair in fitting_pairs:
        only = all(fitting[first, source] == {other} for first, other in (pair, pair[::-1]) for source in lists[other])
        ours, theirs = (group[home] for home in pair)
        if not only or ours is theirs:
            continue
        sources = [source for home in (*ours, *theirs) for source in lists[home]]
        if len(set(sources)) == len(sources) and not any(frozenset((mine, other)) in clash for mine in ours for other in theirs):
            joined = [*ours, *theirs]
            group |= dict.fromkeys(joined, joined)
    return {home: min(members) for home, members in group.items()}


def _pairs(homes: Sequence[MeasuredHome]) -> pl.DataFrame:
    """Dwellings of one house that share no list. fits: something measured is equal and nothing differs. clashes: something differs."""
    schema: dict[str, Any] = {"house": pl.Int64(), "dwelling": pl.String(), "lists": pl.List(pl.String())}
    rows = [(home.house, home.dwelling, sorted(home.lists), *home.measures) for home in homes]
    measured = pl.DataFrame(rows, schema=schema | dict.fromkeys(MEASURES, pl.Float64()), orient="row").rename({"etasjenummer": FLOOR.field})
    theirs = measured.rename({name: f"{name}_theirs" for name in measured.columns if name != "house"})
    apart = pl.col("lists").list.set_intersection("lists_theirs").list.len() == 0
    pairs = measured.join(theirs, on="house").filter((pl.col("dwelling") < pl.col("dwelling_theirs")) & apart)
    area = in_pair("bruksareal")
    against = [differs(in_pair, measure) for measure in (ROOMS, FLOOR, RENT)]
    clashes = pl.any_horizontal(*against, area.known & ~same_area(in_pair), in_pair("seksjonsnummer").several).fill_null(value=False)
    fits = ~clashes & (same_area(in_pair) | agrees(in_pair, RENT))
    return pairs.select("house", "dwelling", "dwelling_theirs", fits=fits, clashes=clashes).sort("house", "dwelling", "dwelling_theirs")
