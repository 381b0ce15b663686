"""Rejected rows at the address of a dwelling that is asked about: once such a row is mended in its source, the question may be answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from reconciliation.addresses import fold
from reconciliation.model.shielding import is_shielded

_PLACE = ("source", "file", "sheet", "row", "source_key")
_ADDRESS = ("adressenavn", "nummer", "bokstav")
_UNIT = "bruksenhetsnummer"
_House = tuple[str, int | None, str]


@dataclass(frozen=True, slots=True)
class RejectedBeside:
    """Where a rejected row is. file: its path; sheet, row: None where its source has none. key: None when the row has none."""

    source: str
    file: str | None
    sheet: str | None
    row: int | None
    key: str | None


class RejectedRows:
    """A night's rejected rows by address: street, number and letter."""

    def __init__(self, rejected: pl.DataFrame, dwellings: pl.DataFrame) -> None:
        """rejected: SOURCE_ROWS. dwellings: DWELLINGS. Left out: rows of a shielded home, and of a house number where one is (law 10)."""
        self._rows: dict[_House, list[tuple[str | None, RejectedBeside]]] = {}
        """With the unit number of each."""
        if rejected.is_empty():
            return
        shielded = dwellings.filter(is_shielded())
        hidden = {_house(row)[:2] for frame in (rejected.filter(is_shielded()), shielded) for row in _addresses(frame)}
        keys = set(shielded.get_column("source_keys").explode(empty_as_null=False))
        for row in _addresses(rejected.sort(*_PLACE, nulls_last=True), *_PLACE, _UNIT):
            house, key = _house(row), f"{row['source']}:{row['source_key']}"
            if row["adressenavn"] and row["nummer"] and house[:2] not in hidden and key not in keys:
                place = RejectedBeside(row["source"], row["file"], row["sheet"], row["row"], row["source_key"])
                self._rows.setdefault(house, []).append((row[_UNIT], place))

    def beside(self, dwelling: Mapping[str, Any], entries: Sequence[Mapping[str, Any]] = ()) -> tuple[RejectedBeside, ...]:
        """The rows at the dwelling's address in sources that it has no row in, and those of any source with the address and unit number of
        an entry that it may be: the entry may be theirs. dwelling: a row of DWELLINGS. entries: their values."""
        if not self._rows:
            return ()
        rows = [row for _, row in self._rows.get(_house(dwelling), ()) if row.source not in dwelling["sources"]]
        named = [row for entry in entries for unit, row in self._rows.get(_house(entry), ()) if unit and unit == entry.get(_UNIT)]
        return tuple(dict.fromkeys([*rows, *named]))


def _addresses(rows: pl.DataFrame, *more: str) -> Iterator[dict[str, Any]]:
    return rows.select(*_ADDRESS, *more).iter_rows(named=True)


def _house(row: Mapping[str, Any]) -> _House:
    return fold(str(row.get("adressenavn") or "")), row.get("nummer"), str(row.get("bokstav") or "").casefold()
