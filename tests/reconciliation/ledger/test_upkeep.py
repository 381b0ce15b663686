"""Backup, restore, pruning, integrity."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import event, select

from kobo_client.client import CallRecord
from reconciliation.ledger import MOVEMENTS, SNAPSHOT, Ledger, LedgerError, SeenOn, Write, WriteOutcome, open_ledger
from reconciliation.ledger.backup import backup, prune
from reconciliation.ledger.integrity import checked_once
from reconciliation.ledger.ledger_tables import LEDGER_METADATA
from reconciliation.ledger.restore import restore
from reconciliation.model.tables import DEVIATIONS, PLAN_ITEMS

PLACE = "fjordvik"
FIRST = date(2023, 11, 1)


def fill(ledger: Ledger, nights: int = 2) -> None:
    """A few nights with a row in every table."""
    keys = pl.DataFrame({"source": ["s"], "source_key": ["1"], "leverandor_bolig_id": ["a"]})
    deviation = {"source": "s", "source_key": "1", "row": 1, "rule": "A01", "severity": "error"}
    progress = {"category": "c", "source": "s", "owner": "o", "in_scope": 1, "in_register": 1, "in_sync": 1, "blocked": "{}"}
    items = [
        {"class": "update", "leverandor_bolig_id": "a", "changes": "[]"},
        {"class": "retire", "leverandor_bolig_id": "b", "changes": "[]"},
    ]
    changes = '[{"field": "bruksareal", "old": 48.0, "new": 50.0, "source": "s"}]'
    for number in range(nights):
        as_of, run_id = FIRST + timedelta(days=number), f"run-{number}"
        ledger.begin_run(PLACE, as_of, run_id, "auto")
        ledger.save_memberships(PLACE, keys, as_of)
        ledger.record_deviations(run_id, as_of, pl.DataFrame([deviation], schema=DEVIATIONS), ["s"])
        ledger.record_plan(run_id, pl.DataFrame(items, schema=PLAN_ITEMS), "d")
        ledger.journal(
            PLACE,
            run_id,
            [],
            [Write(f"{run_id}-1", run_id, "a", "PUT", "1", changes), Write(f"{run_id}-2", run_id, "c", "POST", body="{}")],
        )
        ledger.journal(PLACE, run_id, [WriteOutcome(f"{run_id}-1", "a", "done", "1", 200, agreed={"bruksareal": 50.0})], [])
        ledger.record_calls(
            PLACE, run_id, [CallRecord(ledger.clock(), "PUT", "/kobobolig/{koboboligId}", "1", "a", 200, 1, "r", 0.01, None, "done")]
        )
        ledger.record_snapshot(run_id, pl.DataFrame([{**progress, "register_seen": True}], schema=SNAPSHOT))
        ledger.finish_run(run_id, "done", {"plan": 1.0}, {"s": {"verdict": "complete", "rows_read": 1}})
    ledger.save_links(PLACE, pl.DataFrame({"leverandor_bolig_id": ["a"], "kobo_id": ["1"]}), "created")
    # As a migration makes it of the rest.
    movement = pl.DataFrame([(FIRST, "a", "opening", True, None, None)], schema=MOVEMENTS, orient="row")
    ledger.record_movements(PLACE, None, movement, [], FIRST)
    ledger.add_decision(PLACE, kind="match", subject="a", verdict="same", decided_by="x")
    ledger.record_shielded_views(PLACE, "x", SeenOn.CASE, ["a"])


def contents(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    with ledger.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in LEDGER_METADATA.sorted_tables
            if table.name != "lock"
        }


def test_a_restored_ledger_is_the_one_that_was_backed_up(ledger: Ledger, ledger_url: str, tmp_path: Path) -> None:
    fill(ledger)
    before = contents(ledger)
    assert all(before.values()), "every table takes part"
    saved = tmp_path / "backup.sqlite"
    with ledger.lock(PLACE, "a night that runs"):
        rows = backup(ledger, saved)
    assert rows == sum(len(table) for table in before.values())
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("backup")] == ["backup.sqlite"]
    assert restore(saved, "sqlite:///elsewhere.sqlite", tmp_path).rows == rows
    with open_ledger("sqlite:///elsewhere.sqlite", tmp_path) as moved:
        assert contents(moved) == before


def test_a_restored_ledger_goes_on_counting(ledger: Ledger, ledger_url: str, tmp_path: Path) -> None:
    with open_ledger("sqlite:///first.sqlite", tmp_path) as first:
        fill(first)
        backup(first, tmp_path / "backup.sqlite")
    ledger.close()
    restore(tmp_path / "backup.sqlite", ledger_url, tmp_path)
    with open_ledger(ledger_url, tmp_path) as moved:
        moved.save_links(PLACE, pl.DataFrame({"leverandor_bolig_id": ["b"], "kobo_id": ["2"]}), "created")
        assert len(moved.links(PLACE)) == 2


def test_restoring_over_a_damaged_file_sets_it_aside(tmp_path: Path) -> None:
    with open_ledger("sqlite:///ledger.sqlite", tmp_path) as ledger:
        fill(ledger)
        backup(ledger, tmp_path / "backup.sqlite")
        before = contents(ledger)
    (tmp_path / "ledger.sqlite").write_bytes(b"lightning")
    restore(tmp_path / "backup.sqlite", "sqlite:///ledger.sqlite", tmp_path)
    with open_ledger("sqlite:///ledger.sqlite", tmp_path) as ledger:
        assert contents(ledger) == before
    assert (tmp_path / "ledger.sqlite.before-restore-1").read_bytes() == b"lightning"


@pytest.mark.postgres
def test_a_postgresql_ledger_that_holds_something_is_not_overwritten(postgres_url: str, tmp_path: Path) -> None:
    with open_ledger(postgres_url, tmp_path) as ledger:
        fill(ledger)
        backup(ledger, tmp_path / "backup.sqlite")
        before = contents(ledger)
        with pytest.raises(LedgerError, match="is not empty"):
            restore(tmp_path / "backup.sqlite", postgres_url, tmp_path)
        assert contents(ledger) == before


def test_a_backup_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="There is no backup at"):
        restore(tmp_path / "nothing.sqlite", "sqlite:///ledger.sqlite", tmp_path)


def test_pruning_forgets_details_and_keeps_what_counts(ledger: Ledger) -> None:
    fill(ledger, nights=3)
    kept = contents(ledger)
    removed = prune(ledger, PLACE, FIRST + timedelta(days=2))
    assert removed == {"call": 2, "intent": 2, "plan_item": 4}
    after = contents(ledger)
    for table in ("run", "plan", "link", "membership", "decision", "deviation", "snapshot", "source_reading", "absence"):
        assert after[table] == kept[table]
    assert len(ledger.unsettled(PLACE)) == 3, "what is not known yet is never forgotten"
    plan = ledger.plan("run-2")
    assert plan is not None
    assert len(plan.items) == 2
    assert prune(ledger, "annet_sted", FIRST + timedelta(days=9)) == {"call": 0, "intent": 0, "plan_item": 0}


def test_after_a_night_that_never_ended_a_damaged_file_is_found_at_the_start(tmp_path: Path) -> None:
    with open_ledger("sqlite:///ledger.sqlite", tmp_path) as ledger:
        fill(ledger, nights=20)
        ledger.begin_run(PLACE, FIRST + timedelta(days=30), "doomed", "auto")
        with ledger.read() as connection:
            pages = connection.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'ix_plan_item_run_id'").scalar_one()
            size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    with (tmp_path / "ledger.sqlite").open("r+b") as file:
        file.seek((pages - 1) * size)
        file.write(os.urandom(size))
    with pytest.raises(LedgerError, match="is damaged"):
        open_ledger("sqlite:///ledger.sqlite", tmp_path)


def test_a_night_begins_with_a_look_at_the_whole_file(tmp_path: Path) -> None:
    with open_ledger("sqlite:///ledger.sqlite", tmp_path) as ledger:
        fill(ledger, nights=20)
        with ledger.read() as connection:
            page = connection.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'ix_plan_item_run_id'").scalar_one()
            size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
        ledger.begin_run(PLACE, FIRST + timedelta(days=30), "whole", "auto")
        ledger.finish_run("whole", "done", {}, {})
    with (tmp_path / "ledger.sqlite").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(os.urandom(size))
    with open_ledger("sqlite:///ledger.sqlite", tmp_path) as ledger, pytest.raises(LedgerError, match="is damaged"):
        ledger.begin_run(PLACE, FIRST + timedelta(days=31), "doomed", "auto")
    with open_ledger("sqlite:///ledger.sqlite", tmp_path) as ledger, checked_once():
        for place in (PLACE, "annet_sted"):
            with pytest.raises(LedgerError, match="is damaged"):
                ledger.begin_run(place, FIRST + timedelta(days=31), f"doomed {place}", "auto")


def test_many_municipalities_nights_of_one_command_look_at_a_whole_file_once(tmp_path: Path) -> None:
    statements: list[str] = []
    with open_ledger("sqlite:///ledger.sqlite", tmp_path) as ledger:
        event.listen(ledger.engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_: statements.append(statement))
        with checked_once():
            for number in range(3):
                ledger.begin_run(f"sted{number}", FIRST, f"run-{number}", "auto")
        assert sum("quick_check" in statement for statement in statements) == 1
        ledger.begin_run(PLACE, FIRST, "the next command's", "auto")
        assert sum("quick_check" in statement for statement in statements) == 2
