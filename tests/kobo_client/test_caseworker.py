"""The rehearsal register's caseworker: the same edits for the same seed, stamped, between two nights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from kobo_client.contract import ID_OF_NO_ENTRY
from kobo_client.payload import from_body, to_body
from kobo_client.rehearsal.caseworker import Caseworker
from kobo_client.rehearsal.entry_store import EntryStore
from tests.kobo_client.conftest import Rehearsal

Values = Callable[..., dict[str, Any]]
STAMP = "2023-12-04T09:30:00"


def filled(folder: Path, values: Values) -> EntryStore:
    store = EntryStore(folder / "register.sqlite")
    for number in range(5):
        store.create(to_body(values(number)))
    return store


def test_the_same_seed_edits_the_same_fields_and_leaves_the_rest(tmp_path: Path, values: Values) -> None:
    edits_made = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        store = filled(folder, values)
        before = [from_body(entry) for entries in store.existing_entries() for entry in entries]
        edits = Caseworker(7, edits=3).work(store, STAMP)
        after = [from_body(entry) for entries in store.existing_entries() for entry in entries]
        changed = [(was, now) for was, now in zip(before, after, strict=True) if was != now]
        assert len(changed) == len(edits) == 3
        for was, now in changed:
            assert now["sist_endret"] == STAMP
            assert len([name for name in was if was[name] != now[name] and name != "sist_endret"]) == 1
        edits_made.append([(edit.field, edit.new) for edit in edits])
        store.close()
    assert edits_made[0] == edits_made[1]


def test_an_empty_register_has_nothing_to_edit(tmp_path: Path) -> None:
    assert Caseworker(1).work(EntryStore(tmp_path / "register.sqlite"), STAMP) == []


def test_a_night_that_asks_whether_the_register_answers_finds_it_edited(rehearsal: Rehearsal, values: Values) -> None:
    body, address = to_body(values(41)), rehearsal.address
    kobo_id = requests.post(f"{address}/kobobolig", json=body, timeout=10).json()["koboId"]
    asked = {"seed": 3, "edits": 1000, "between_nights": True}
    requests.post(f"{address}/rehearsal/caseworker", json=asked, timeout=10).raise_for_status()
    assert "sistEndret" not in requests.get(f"{address}/kobobolig/{kobo_id}", timeout=10).json()
    requests.get(f"{address}/kobobolig/{ID_OF_NO_ENTRY}", timeout=10)
    assert requests.get(f"{address}/kobobolig/{kobo_id}", timeout=10).json()["sistEndret"]["av"] == "saksbehandler"
