"""What the rehearsal register holds: one SQLite file, one row per entry, deleted ones kept."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kobo_client.contract import FIELDS

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
  number INTEGER PRIMARY KEY,
  kobo_id TEXT NOT NULL UNIQUE,
  ours TEXT,
  place TEXT NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS entry_ours ON entry (ours) WHERE deleted = 0 AND ours IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS entry_place ON entry (place) WHERE deleted = 0;
CREATE INDEX IF NOT EXISTS entry_standing ON entry (number) WHERE deleted = 0;
CREATE INDEX IF NOT EXISTS entry_deleted ON entry (number) WHERE deleted = 1;
"""

_LAST = 2**63 - 1
BATCH = 500
PLACE = ("kommunenummer", "adressenavn", "nummer", "bokstav", "postnummer", "bruksenhetsnummer", "ekstraReferanse")
"""What makes two entries the same dwelling. Our assumption, from the documented note on ekstraReferanse."""


class Duplicate(Exception):
    """The dwelling is there already."""

    def __init__(self, kobo_id: str) -> None:
        super().__init__(kobo_id)
        self.kobo_id = kobo_id


class EntryStore:
    """One connection, used from the server's loop only. Survives a kill: each write is its own transaction."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            file.touch(mode=0o600)  # secret addresses are in it as in the register itself
        self._db = sqlite3.connect(file, isolation_level=None, cached_statements=64, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Raises Duplicate, by the database's unique indexes."""
        kobo_id = str(uuid.uuid4())
        entry = {"koboId": kobo_id, **body}
        ours, place = body.get("leverandorBoligId"), uniqueness_key(body)
        try:
            self._db.execute("INSERT INTO entry (kobo_id, ours, place, body) VALUES (?, ?, ?, ?)", (kobo_id, ours, place, _text(entry)))
        except sqlite3.IntegrityError:
            raise Duplicate(self._conflicting_id(ours, place)) from None
        return entry

    def _conflicting_id(self, ours: str | None, place: str) -> str:
        row = self._db.execute(
            "SELECT kobo_id FROM entry WHERE deleted = 0 AND (ours = ? OR place = ?) ORDER BY ours IS NOT ?", (ours, place, ours)
        ).fetchone()
        return str(row[0])

    def text(self, kobo_id: str) -> str | None:
        """The entry as JSON text, deleted or not."""
        row = self._db.execute("SELECT body FROM entry WHERE kobo_id = ?", (kobo_id,)).fetchone()
        return None if row is None else str(row[0])

    def get(self, kobo_id: str) -> dict[str, Any] | None:
        """The entry's JSON body, deleted or not; None when there is none."""
        text = self.text(kobo_id)
        return None if text is None else json.loads(text)

    def change(self, kobo_id: str, existing: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the updatable fields by the body's: what it leaves out is emptied. Raises Duplicate."""
        entry = dict(existing)
        for field in FIELDS:
            if field.updatable:
                _put(entry, field.path, _take(body, field.path))
        entry["leverandorBoligId"] = body["leverandorBoligId"]
        try:
            self._db.execute("UPDATE entry SET ours = ?, body = ? WHERE kobo_id = ?", (entry["leverandorBoligId"], _text(entry), kobo_id))
        except sqlite3.IntegrityError:
            raise Duplicate(self._conflicting_id(body["leverandorBoligId"], "")) from None
        return entry

    def put(self, kobo_id: str, entry: Mapping[str, Any]) -> None:
        """Replace the entry's body, as an edit in the register itself does."""
        self._db.execute("UPDATE entry SET body = ? WHERE kobo_id = ?", (_text(entry), kobo_id))

    def remove(self, kobo_id: str, existing: Mapping[str, Any]) -> None:
        """Soft."""
        entry = {**existing, "slettet": True}
        self._db.execute("UPDATE entry SET deleted = 1, body = ? WHERE kobo_id = ?", (_text(entry), kobo_id))

    def count(self, *, deleted: bool = False) -> int:
        """Number of entries that are not deleted, or that are. Counted from the deleted ones: entries are numbered without gaps."""
        gone = self._deleted_until(_LAST)
        return gone if deleted else int(self._db.execute("SELECT coalesce(max(number), 0) FROM entry").fetchone()[0]) - gone

    def page(self, number: int, size: int) -> list[str]:
        """Existing entries as JSON texts, in the order they came. A late page costs no more than an early one."""
        before = number * size
        last = before
        # The page begins after number x size entries that are not deleted; deleted ones before it move its beginning further on.
        while (pushed := before + self._deleted_until(last)) != last:
            last = pushed
        rows = self._db.execute("SELECT body FROM entry WHERE deleted = 0 AND number > ? ORDER BY number LIMIT ?", (last, size))
        return [str(row[0]) for row in rows]

    def _deleted_until(self, number: int) -> int:
        # `deleted` not as a parameter: then the partial index could not answer it.
        return int(self._db.execute("SELECT count(*) FROM entry WHERE deleted = 1 AND number <= ?", (number,)).fetchone()[0])

    def existing_entries(self) -> Iterator[list[dict[str, Any]]]:
        """All existing entries in batches of BATCH; other calls can be answered between two batches."""
        last = 0
        while rows := self._db.execute(
            "SELECT number, body FROM entry WHERE deleted = 0 AND number > ? ORDER BY number LIMIT ?", (last, BATCH)
        ).fetchall():
            last = rows[-1][0]
            yield [json.loads(row[1]) for row in rows]

    def fill(self, bodies: list[dict[str, Any]]) -> list[int]:
        """Create many in one transaction; the positions of those that were there already."""
        already = []
        self._db.execute("BEGIN")
        for position, body in enumerate(bodies):
            try:
                self.create(body)
            except Duplicate:
                already.append(position)
        self._db.execute("COMMIT")
        return already

    def reset(self) -> None:
        """Delete every entry."""
        self._db.execute("DELETE FROM entry")


def uniqueness_key(body: Mapping[str, Any]) -> str:
    """Address, unit number and ekstraReferanse as one text: two entries that are not deleted may not share it."""
    address = body.get("adresse") or {}
    parts = (address.get(name, body.get(name)) for name in PLACE)
    return "|".join("" if part is None else str(part).casefold() for part in parts)


def _take(body: Mapping[str, Any], path: str) -> Any:
    parent, _, key = path.rpartition(".")
    holder = body.get(parent) if parent else body
    return holder.get(key) if isinstance(holder, Mapping) else None


def _put(entry: dict[str, Any], path: str, value: Any) -> None:
    parent, _, key = path.rpartition(".")
    holder = dict(entry.get(parent) or {}) if parent else entry
    if value is None:
        holder.pop(key, None)
    else:
        holder[key] = value
    if parent and holder:
        entry[parent] = holder
    elif parent:
        entry.pop(parent, None)


def _text(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
