"""Unit numbers at the address of a row without one: those that the official register has, as the night's warnings list them (rule B06W),
and those that other homes there have."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from language.messages import Message, messages_in

_RULE, _KEY = "B06W", "row_numbers.units_there"


def units_offered(deviations: pl.DataFrame | None, rows: Container[str]) -> Mapping[str, Sequence[str]]:
    """ "source:key" of a row -> bruksenhetsnummer, in order. deviations: DEVIATIONS. rows: the "source:key" that are asked about."""
    if deviations is None:
        return {}
    broken = deviations.filter((pl.col("rule") == _RULE) & pl.col("source_key").is_not_null())
    keyed = ((f"{source}:{key}", message) for source, key, message in broken.select("source", "source_key", "message").iter_rows())
    return {key: list(units) for key, message in keyed if key in rows and (units := _units_in(message))}


def _units_in(message: str) -> Sequence[str]:
    for part in messages_in(message):
        if isinstance(part, Message) and part.key == _KEY:
            units = part.values["units"]
            return [str(unit) for unit in units] if isinstance(units, list) else []
    return []


@dataclass(frozen=True, slots=True)
class UnitThere:
    """A unit number that a home at the address has. name: leverandor_bolig_id of one of ours, or the koboId. sources: of one of ours; empty
    for an entry. lease: ekstra_referanse, which several homes with one unit number differ in."""

    unit: str
    name: str
    sources: tuple[str, ...] = ()
    lease: str | None = None


_AT = ("kommunenummer", "adressenavn", "nummer", "bokstav")


class UnitsThere:
    """Unit numbers in use, by address. asked: DWELLINGS whose addresses are wanted. shielded: names of homes that are never told of
    (law 10)."""

    def __init__(self, asked: pl.DataFrame, dwellings: pl.DataFrame, register_rows: pl.DataFrame, shielded: Collection[str]) -> None:
        self._by_place: dict[str, list[UnitThere]] = {}
        places = asked.select(_place_of().alias("_place")).unique()
        frames = [(dwellings, "leverandor_bolig_id", ["sources"])]
        if "kobo_id" in register_rows.columns:
            frames.append((register_rows, "kobo_id", []))
        for frame, name, lists in frames:
            numbered = frame.filter(pl.col("bruksenhetsnummer").is_not_null()).with_columns(_place=_place_of())
            there = numbered.join(places, on="_place", how="semi").sort("bruksenhetsnummer", name)
            for place, named, unit, lease, *sources in there.select(
                "_place", name, "bruksenhetsnummer", "ekstra_referanse", *lists
            ).iter_rows():
                if named not in shielded:
                    known = UnitThere(unit, named, tuple(sources[0]) if sources else (), lease)
                    self._by_place.setdefault(place, []).append(known)

    def at(self, dwelling: Mapping[str, Any]) -> tuple[UnitThere, ...]:
        """Those at the dwelling's address, its own aside. dwelling: a row of DWELLINGS."""
        there = self._by_place.get("|".join(str(dwelling[name] or "").lower() for name in _AT), [])
        return tuple(unit for unit in there if unit.name != dwelling["leverandor_bolig_id"])


def _place_of() -> pl.Expr:
    return pl.concat_str([pl.col(name).cast(pl.String).fill_null("").str.to_lowercase() for name in _AT], separator="|")
