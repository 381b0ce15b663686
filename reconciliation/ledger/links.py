"""Which entry of the register is which dwelling, and which dwelling a source's key belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Connection

from reconciliation.ledger.bases import Agreement, Bases
from reconciliation.ledger.ledger_tables import Membership
from reconciliation.ledger.register_tables import LinkRow
from reconciliation.ledger.store import BATCH, insert_rows, table_of

_LINK = table_of(LinkRow)
_MEMBERSHIP = table_of(Membership)

LINKS: dict[str, Any] = {"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()}
LINK_HISTORY: dict[str, Any] = {
    **LINKS,
    "made_by": pl.String(),
    "run_id": pl.String(),
    "made": pl.Datetime("us", "UTC"),
    "ended": pl.Datetime("us", "UTC"),
    "ended_by": pl.String(),
}
MEMBERSHIPS: dict[str, Any] = {
    "source": pl.String(),
    "source_key": pl.String(),
    "leverandor_bolig_id": pl.String(),
    "first_seen": pl.Date(),
}


class Links(Bases):
    """Table `link`: which leverandor_bolig_id is which koboId, now and before."""

    def links(self, municipality: str) -> pl.DataFrame:
        """Active links, sorted by leverandor_bolig_id. Shape: LINKS."""
        query = (
            select(*(_LINK.c[name] for name in LINKS))
            .where(_LINK.c.municipality == municipality, _LINK.c.ended.is_(None))
            .order_by(_LINK.c.leverandor_bolig_id)
        )
        return self.frame(query, LINKS)

    def link_history(self, municipality: str) -> pl.DataFrame:
        """All links, ended ones too, oldest first. Shape: LINK_HISTORY."""
        query = select(*(_LINK.c[name] for name in LINK_HISTORY)).where(_LINK.c.municipality == municipality).order_by(_LINK.c.id)
        return self.frame(query, LINK_HISTORY)

    def save_links(
        self, municipality: str, pairs: pl.DataFrame, made_by: str, run_id: str | None = None, agreements: Sequence[Agreement] = ()
    ) -> pl.DataFrame:
        """Save pairs (leverandor_bolig_id, kobo_id) as active links. A pair that exists already is left alone.

        agreements: the entries' values when they were linked, saved with the links that are saved.
        Returns the pairs that were not saved because either side is linked to something else; such a link is never overwritten.
        """
        rows = [(str(ours), str(theirs)) for ours, theirs in pairs.select("leverandor_bolig_id", "kobo_id").iter_rows()]
        with self.write() as connection:
            refused = self.link_within(connection, municipality, [(ours, theirs, made_by) for ours, theirs in rows], run_id)
            linked = set(rows) - set(refused)
            self.agree_within(
                connection,
                municipality,
                [agreement for agreement in agreements if (agreement.leverandor_bolig_id, agreement.kobo_id) in linked],
            )
        return pl.DataFrame(refused, schema={"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()}, orient="row")

    def link_within(
        self, connection: Connection, municipality: str, rows: list[tuple[str, str, str]], run_id: str | None
    ) -> list[tuple[str, str]]:
        """save_links inside a transaction of the caller; rows are (leverandor_bolig_id, kobo_id, made_by)."""
        if not rows:
            return []
        ours, theirs = self._active_links(connection, municipality, rows)
        refused: list[tuple[str, str]] = []
        new: list[dict[str, Any]] = []
        for dwelling, entry, made_by in rows:
            if ours.get(dwelling) == entry:
                continue
            if dwelling in ours or entry in theirs:
                refused.append((dwelling, entry))
                continue
            ours[dwelling], theirs[entry] = entry, dwelling
            new.append(
                {
                    "municipality": municipality,
                    "leverandor_bolig_id": dwelling,
                    "kobo_id": entry,
                    "made_by": made_by,
                    "run_id": run_id,
                    "made": self.clock(),
                }
            )
        insert_rows(connection, LinkRow, new)
        return refused

    def _active_links(
        self, connection: Connection, municipality: str, rows: list[tuple[str, str, str]]
    ) -> tuple[dict[str, str], dict[str, str]]:
        query = select(_LINK.c.leverandor_bolig_id, _LINK.c.kobo_id).where(_LINK.c.municipality == municipality, _LINK.c.ended.is_(None))
        # A group of the journal is small compared to the register: query for its keys only.
        if len(rows) <= 500:
            query = query.where(_LINK.c.leverandor_bolig_id.in_([row[0] for row in rows]) | _LINK.c.kobo_id.in_([row[1] for row in rows]))
        stored = connection.execute(query).fetchall()
        return {str(row[0]): str(row[1]) for row in stored}, {str(row[1]): str(row[0]) for row in stored}

    def unlink_within(self, connection: Connection, municipality: str, dwellings: list[str], ended_by: str) -> int:
        """End the active links of these leverandor_bolig_id. Returns how many ended."""
        ended = 0
        for start in range(0, len(dwellings), 500):
            statement = (
                update(_LINK)
                .where(
                    _LINK.c.municipality == municipality,
                    _LINK.c.ended.is_(None),
                    _LINK.c.leverandor_bolig_id.in_(dwellings[start : start + 500]),
                )
                .values(ended=self.clock(), ended_by=ended_by)
            )
            ended += connection.execute(statement).rowcount
            self.forget_within(connection, municipality, dwellings[start : start + 500])
        return ended

    def memberships(self, municipality: str) -> pl.DataFrame:
        """(source, source_key) -> leverandor_bolig_id, every key ever seen, sorted. Shape: MEMBERSHIPS."""
        query = (
            select(*(_MEMBERSHIP.c[name] for name in MEMBERSHIPS))
            .where(_MEMBERSHIP.c.municipality == municipality)
            .order_by(_MEMBERSHIP.c.source, _MEMBERSHIP.c.source_key)
        )
        return self.frame(query, MEMBERSHIPS)

    def save_memberships(self, municipality: str, seen: pl.DataFrame, as_of: date, known: pl.DataFrame | None = None) -> None:
        """Store tonight's keys: a frame with source, source_key, leverandor_bolig_id, one row per key.

        Only a new key, and one that belongs to another dwelling than before, is written. known: MEMBERSHIPS, when they are read already.
        """
        known = self.memberships(municipality) if known is None else known
        joined = seen.select("source", "source_key", "leverandor_bolig_id").join(
            known, on=["source", "source_key"], how="left", suffix="_known"
        )
        new = joined.filter(pl.col("first_seen").is_null()).select("source", "source_key", "leverandor_bolig_id")
        moved = joined.filter(pl.col("leverandor_bolig_id") != pl.col("leverandor_bolig_id_known"))
        if new.is_empty() and moved.is_empty():
            return
        rows = [{"municipality": municipality, **row, "first_seen": as_of} for row in new.iter_rows(named=True)]
        marks = moved.select(b_source="source", b_key="source_key", b_id="leverandor_bolig_id").to_dicts()
        statement = (
            update(_MEMBERSHIP)
            .where(
                _MEMBERSHIP.c.municipality == municipality,
                _MEMBERSHIP.c.source == bindparam("b_source"),
                _MEMBERSHIP.c.source_key == bindparam("b_key"),
            )
            .values(leverandor_bolig_id=bindparam("b_id"))
        )
        with self.write() as connection:
            insert_rows(connection, Membership, rows)
            for start in range(0, len(marks), BATCH):
                connection.execute(statement, marks[start : start + BATCH])
