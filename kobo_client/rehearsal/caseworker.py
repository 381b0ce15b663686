"""A simulated caseworker: edits random fields of random entries in the register, the same ones for the same seed, with a time stamp."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from kobo_client.contract import BOLIGSTATUS, STAMP
from kobo_client.payload import from_body, to_body
from kobo_client.rehearsal.entry_store import EntryStore

WHO = "saksbehandler"


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: the entry, the field's canonical name, its value before and after."""

    kobo_id: str
    field: str
    old: Any
    new: Any


class Caseworker:
    """seed, edits: which and how many edits each time. The entries are taken in the order in which they were made."""

    def __init__(self, seed: int, edits: int = 1) -> None:
        self._random = Random(seed)  # noqa: S311 - a rehearsal, not a secret
        self._edits = edits

    def work(self, store: EntryStore, stamp: str) -> list[Edit]:
        """Edit entries that are not deleted. stamp: ISO 8601. Returns the edits; none in an empty register."""
        existing = [entry for entries in store.existing_entries() for entry in entries]
        chosen = self._random.sample(existing, min(self._edits, len(existing)))
        return [self._edit(store, entry, stamp) for entry in chosen]

    def _edit(self, store: EntryStore, entry: dict[str, Any], stamp: str) -> Edit:
        values = from_body(entry)
        name = self._random.choice(("antall_soverom", "bruksareal", "manedsleie", "etasjenummer", "boligstatus"))
        old = values.get(name)
        new = self._another(name, old)
        # As Kobo's own pages do it: only that field changes, and no supplier id is required.
        edited = {**entry, **to_body({**values, name: new}), "koboId": entry["koboId"], STAMP: {"tidspunkt": stamp, "av": WHO}}
        store.put(entry["koboId"], edited)
        return Edit(entry["koboId"], name, old, new)

    def _another(self, name: str, old: Any) -> Any:
        if name == "boligstatus":
            return self._random.choice([status for status in BOLIGSTATUS if status != old])
        step = {"antall_soverom": 1, "etasjenummer": 1, "bruksareal": 7.5, "manedsleie": 390.0}[name]
        return (old or 0) + step
