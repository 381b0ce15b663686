"""Homes whose key is another one tonight: those that the rest of their row tells, and those whose key a new home has taken.

A key is only a name for a row. Where the row of a home is there under another key, the home is known under that one from now on; where its
key names another home, the home of before keeps its id under a key that no source has (`retired_key`), and the row is a home like any new
one. Nothing is guessed: what the rows leave open is asked about (N05W).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import polars as pl

from reconciliation.model.tables import CONTENT
from reconciliation.reading.measured_apart import MEASURES, apart, telling_equal
from reconciliation.reading.read_comparison import NOT_COMPARED, where_they_are

_DOOR = ("bruksenhetsnummer", "leilighetsnummer", "ekstra_referanse")
_HOUSE = ("nummer", "bokstav")


@dataclass(frozen=True, slots=True)
class FollowedKeys:
    """renamed: key of a home until tonight -> its key from now on. listed_still: keys that name another home, because another list has the
    home of before as it was -> these lists. decided: keys that are gone -> the new key at the same place and door, of homes that may have
    been measured anew: what people decided about the row is said of that one, and holds again where nothing else has changed."""

    renamed: Mapping[str, str] = field(default_factory=dict)
    listed_still: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decided: Mapping[str, str] = field(default_factory=dict)


def retired_key(key: str, leverandor_bolig_id: str) -> str:
    """What a dwelling is remembered by when its key names another one; the same key may be used again by several."""
    return f"{key}#{leverandor_bolig_id}"


def key_of_retired(remembered: pl.Expr, leverandor_bolig_id: pl.Expr) -> pl.Expr:
    """The key that the source has, of a key by which a dwelling is remembered."""
    return remembered.str.strip_suffix(pl.concat_str(pl.lit("#"), leverandor_bolig_id))


def followed_keys(
    before: pl.DataFrame,
    tonight: pl.DataFrame,
    moved: pl.DataFrame,
    other_homes: Collection[str],
    listed_still: Mapping[str, tuple[str, ...]],
    ids: Mapping[str, str],
) -> FollowedKeys:
    """before, tonight: rows of one source. moved: `old`, `new` of ReadComparison. other_homes: keys of another home now, by an answer.
    listed_still: of `still_listed`. ids: key -> leverandor_bolig_id of every key of the source that a night has remembered.

    A pair of `moved` is followed where the row tells it and both its keys are accounted for: the old one is gone, or has another home
    that is followed too or is new; the new one was not there, or its home of before is followed or known to be another.
    """
    freed = {*other_homes, *listed_still}
    known, here = set(before["source_key"]), set(tonight["source_key"].drop_nulls())
    unchanged = _same_by_row(before, tonight, moved)
    measures = [tonight.select("source_key", *MEASURES), before.select("source_key", *MEASURES)]
    measured_anew = set(measures[1].join(measures[0], on="source_key", suffix="_now").filter(apart())["source_key"])
    new_homes = measured_anew - set(moved["new"])
    pairs = {old: new for old, new in moved.select("old", "new").iter_rows() if (old, new) in unchanged or new in freed}
    while loose := [
        old
        for old, new in pairs.items()
        if (new in known and new not in pairs and new not in freed) or (old in here and old not in {*pairs.values(), *freed, *new_homes})
    ]:
        pairs = {old: new for old, new in pairs.items() if old not in loose}
    waiting = {new for old, new in moved.select("old", "new").iter_rows() if old in here and old not in pairs}
    taken = {key for key in (*freed, *(new for new in pairs.values() if new in ids)) if key not in pairs and key not in waiting}
    retired = {key: retired_key(key, ids.get(key, "")) for key in sorted(taken)}
    decided = {old: new for old, new in moved.select("old", "new").iter_rows() if old not in {*here, *pairs} and new not in known}
    return FollowedKeys(pairs | retired, {key: lists for key, lists in listed_still.items() if key in retired}, decided)


def _same_by_row(before: pl.DataFrame, tonight: pl.DataFrame, moved: pl.DataFrame) -> set[tuple[str, str]]:
    """(old, new) where the rest of the row tells that it is the same home: all of it is as it was, or place, door and area or rent are."""
    compared = [name for name in CONTENT if name not in NOT_COMPARED]
    columns = ["source_key", *compared]
    rows = moved.join(before.select(columns).unique("source_key"), left_on="old", right_on="source_key").join(
        tonight.select(columns).unique("source_key"), left_on="new", right_on="source_key", suffix="_now"
    )
    door = pl.any_horizontal(pl.col(name).is_not_null() for name in _DOOR)
    as_before = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_now")) for name in compared)
    measured = pl.any_horizontal(pl.col(name).is_not_null() for name in ("bruksenhetsnummer", "bruksareal", "manedsleie"))
    same = rows.filter((as_before & measured) | (door & telling_equal() & ~apart()))
    return set(same.select("old", "new").iter_rows())


def still_listed(
    reused: Collection[str], before: pl.DataFrame, tonight: pl.DataFrame, others: pl.DataFrame, members: pl.DataFrame, source: str
) -> dict[str, tuple[str, ...]]:
    """Of the reused keys of that source, those whose rows measure two homes, and whose home of before another list has tonight where and as
    it had it -> these lists. before, members: of all sources. others: tonight's rows of all other sources."""
    if not reused or others.is_empty() or members.is_empty():
        return {}
    named = ["source", "source_key"]
    place = [*named, *_HOUSE, "bruksenhetsnummer", "bruksareal", "manedsleie", "antall_soverom", "etasjenummer"]
    before, others = (rows.with_columns(_where=where_they_are(rows)).select(*place, "_where") for rows in (before, others))
    own = before.filter(pl.col("source") == source).join(tonight.select(place[1:]), on="source_key", suffix="_now")
    own = own.filter(pl.col("source_key").is_in(list(reused)) & apart()).join(members, on=named)
    then = before.filter(pl.col("source") != source)
    same_unit = pl.col("bruksenhetsnummer").eq_missing(pl.col("bruksenhetsnummer_now"))
    stayed = others.join(then.rename(lambda name: name if name in named else f"{name}_now"), on=named)
    stayed = stayed.filter((pl.col("_where") == pl.col("_where_now")) & same_unit).select(place).join(members, on=named)
    # The other list's row beside the key's row of before: the same house number and unit, or the same measure where it has no unit.
    beside = own.select("source_key", "leverandor_bolig_id", *place[2:]).join(
        stayed.rename(lambda name: name if name == "leverandor_bolig_id" else f"{name}_now"), on="leverandor_bolig_id"
    )
    house = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_now")) for name in _HOUSE)
    unit = pl.col("bruksenhetsnummer") == pl.col("bruksenhetsnummer_now")
    beside = beside.filter(house & ~apart() & unit.fill_null(telling_equal()))
    lists = beside.group_by("source_key").agg(pl.col("source_now").unique().sort())
    return {key: tuple(sources) for key, sources in lists.sort("source_key").iter_rows()}


def under_followed_keys(before: pl.DataFrame, renamed: Mapping[str, str]) -> pl.DataFrame:
    """before: rows of one source, under the keys that their homes have from now on."""
    return before.with_columns(pl.col("source_key").replace(dict(renamed)))
