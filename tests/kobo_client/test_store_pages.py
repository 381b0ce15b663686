"""The rehearsal register's pages and counts are those of the existing entries, whatever was deleted before."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kobo_client.rehearsal.entry_store import Duplicate, EntryStore


@given(st.lists(st.integers(0, 30), max_size=40), st.integers(1, 7))
def test_pages_hold_the_entries_in_the_order_it_came(steps: list[int], size: int) -> None:
    """Each step creates an entry; where one with that number exists, it deletes it instead."""
    with tempfile.TemporaryDirectory() as folder:
        store = EntryStore(Path(folder) / "register.sqlite")
        stored: list[tuple[int, str]] = []
        deleted = 0
        for step in steps:
            there = next((entry for entry in stored if entry[0] == step), None)
            if there is None:
                stored.append((step, store.create({"leverandorBoligId": f"d{step}", "adresse": {"nummer": step}})["koboId"]))
            else:
                store.remove(there[1], store.get(there[1]) or {})
                stored.remove(there)
                deleted += 1
        assert (store.count(), store.count(deleted=True)) == (len(stored), deleted)
        pages = [[json.loads(text)["koboId"] for text in store.page(number, size)] for number in range(len(stored) // size + 2)]
        assert [kobo_id for page in pages for kobo_id in page] == [kobo_id for _, kobo_id in stored]
        assert all(len(page) == size for page in pages[: len(stored) // size])
        store.close()


def test_numbers_have_no_holes_after_a_refused_entry_a_restart_and_a_reset(tmp_path: Path) -> None:
    store = EntryStore(tmp_path / "register.sqlite")
    body = {"leverandorBoligId": "one", "adresse": {"nummer": 1}}
    for _ in range(2):
        store.create(body)
        with pytest.raises(Duplicate):
            store.create(body)
        store.fill([body, {"leverandorBoligId": "two", "adresse": {"nummer": 2}}])
        store.close()
        store = EntryStore(tmp_path / "register.sqlite")
        assert store.count() == 2
        assert [json.loads(text)["leverandorBoligId"] for text in store.page(0, 10)] == ["one", "two"]
        store.reset()
        assert (store.count(), store.page(0, 10)) == (0, [])
    store.close()
