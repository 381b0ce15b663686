"""The base of each linked entry: per field the value last agreed, and since when Kobo says otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import delete, func, select
from sqlalchemy.engine import Connection

from reconciliation.ledger.register_tables import Base, LinkRow
from reconciliation.ledger.store import Store, insert_rows, table_of
from reconciliation.model.kobo_change_policy import THREE_WAY

_BASE, _LINK = table_of(Base), table_of(LinkRow)

BASES: dict[str, Any] = {
    "kobo_id": pl.String(),
    "leverandor_bolig_id": pl.String(),
    "agreed": pl.String(),  # JSON: field -> value last agreed, null for a blank; a field that is not in it is not known
    "moved": pl.String(),  # JSON: field -> {value, seen}: what Kobo says since it was changed there, and the night it was first seen
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """Field values of one entry that both sides agree on: written and confirmed, or found when the two were linked."""

    kobo_id: str
    leverandor_bolig_id: str
    values: Mapping[str, Any]


class Bases(Store):
    """Table `base`: the values last agreed with Kobo, per entry."""

    def bases(self, municipality: str) -> pl.DataFrame:
        """Every base, sorted by leverandor_bolig_id. Shape: BASES."""
        query = select(*(_BASE.c[name] for name in BASES)).where(_BASE.c.municipality == municipality).order_by(_BASE.c.leverandor_bolig_id)
        return self.frame(query, BASES)

    def linked_and_not_agreed(self) -> tuple[int, int]:
        """Of all municipalities: active links, and how many of them have no base, as in a ledger from before values were remembered."""
        has_base = (_BASE.c.municipality == _LINK.c.municipality) & (_BASE.c.kobo_id == _LINK.c.kobo_id)
        query = (
            select(func.count(), func.count(_BASE.c.kobo_id)).select_from(_LINK.outerjoin(_BASE, has_base)).where(_LINK.c.ended.is_(None))
        )
        with self.read() as connection:
            linked, agreed = connection.execute(query).one()
        return int(linked), int(linked) - int(agreed)

    def save_bases(self, municipality: str, bases: pl.DataFrame) -> None:
        """Replace the bases of these entries (BASES). Writes nothing when the frame is empty."""
        if bases.height:
            with self.write() as connection:
                _put(connection, municipality, bases.select(list(BASES)).rows())

    def agree_within(self, connection: Connection, municipality: str, agreements: Sequence[Agreement]) -> None:
        """Merge these values into the bases of their entries, inside a transaction of the caller."""
        values: dict[str, dict[str, Any]] = {}
        dwellings: dict[str, str] = {}
        for agreement in agreements:
            values.setdefault(agreement.kobo_id, {}).update(
                {name: agreement.values[name] for name in THREE_WAY if name in agreement.values}
            )
            dwellings[agreement.kobo_id] = agreement.leverandor_bolig_id
        known = _stored_bases(connection, municipality, sorted(values))
        rows = []
        for kobo_id, known_now in values.items():
            agreed, moved = known.get(kobo_id, ({}, {}))
            whole = agreed | known_now
            kept = {name: value for name, value in moved.items() if name not in known_now}
            ordered = {name: whole[name] for name in THREE_WAY if name in whole}
            rows.append((kobo_id, dwellings[kobo_id], _json(ordered), _json(kept)))
        _put(connection, municipality, rows)

    def forget_within(self, connection: Connection, municipality: str, dwellings: Sequence[str]) -> None:
        """Delete the bases of these dwellings (leverandor_bolig_id, at most 500), inside a transaction of the caller."""
        connection.execute(delete(_BASE).where(_BASE.c.municipality == municipality, _BASE.c.leverandor_bolig_id.in_(dwellings)))


def _stored_bases(connection: Connection, municipality: str, kobo_ids: Sequence[str]) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    stored: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    for start in range(0, len(kobo_ids), 500):
        some = kobo_ids[start : start + 500]
        query = select(_BASE.c.kobo_id, _BASE.c.agreed, _BASE.c.moved).where(
            _BASE.c.municipality == municipality, _BASE.c.kobo_id.in_(some)
        )
        stored |= {str(row[0]): (json.loads(row[1]), json.loads(row[2])) for row in connection.execute(query)}
    return stored


def _put(connection: Connection, municipality: str, rows: Sequence[tuple[Any, ...]]) -> None:
    for start in range(0, len(rows), 500):
        some = [row[0] for row in rows[start : start + 500]]
        connection.execute(delete(_BASE).where(_BASE.c.municipality == municipality, _BASE.c.kobo_id.in_(some)))
    insert_rows(connection, Base, [{"municipality": municipality, **dict(zip(BASES, row, strict=True))} for row in rows])


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str)
