"""From each released revision with data, on both databases: a backup at that revision, all rows in today's tables, and a way back."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciliation.ledger import Ledger, LedgerError, open_ledger
from reconciliation.ledger.migrations import HEAD, REVISIONS
from reconciliation.ledger.opening import migrate
from reconciliation.ledger.read_only import look_at_ledger
from reconciliation.ledger.restore import restore
from reconciliation.ledger.upgrade import upgrade
from reconciliation.ledger.whole_ledger import revision_of_file
from tests.reconciliation.ledger.test_upkeep import PLACE, contents, fill


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_ledger_of_each_revision_is_backed_up_and_upgraded_whole(revision: str, ledger: Ledger, ledger_url: str, tmp_path: Path) -> None:
    fill(ledger)
    with ledger.engine.connect().execution_options(writes=True) as connection, connection.begin():
        if revision != HEAD:
            migrate(connection, revision)
    ledger.close()
    assert look_at_ledger(ledger_url, tmp_path)[1] == revision
    backup = tmp_path / "before.sqlite"
    rows = upgrade(ledger_url, tmp_path, backup)
    assert revision_of_file(backup) == revision
    with open_ledger(ledger_url, tmp_path) as now:
        upgraded = contents(now)
    assert {name: len(rows_of_table) for name, rows_of_table in upgraded.items() if name in rows} == {
        name: n for name, n in rows.items() if name in upgraded
    }
    restore(backup, "sqlite:///restored.sqlite", tmp_path, PLACE)
    with open_ledger("sqlite:///restored.sqlite", tmp_path) as again:
        assert contents(again) == upgraded, "what is restored from the backup is what was upgraded"


def test_nothing_is_upgraded_under_a_running_night(ledger_url: str, tmp_path: Path) -> None:
    with open_ledger(ledger_url, tmp_path) as ledger:
        with ledger.engine.connect().execution_options(writes=True) as connection, connection.begin():
            migrate(connection, REVISIONS[0])
        with ledger.lock(PLACE, "night-1"), pytest.raises(LedgerError, match="night-1"):
            upgrade(ledger_url, tmp_path, tmp_path / "before.sqlite")
        assert look_at_ledger(ledger_url, tmp_path)[1] == REVISIONS[0]
    assert not (tmp_path / "before.sqlite").exists()


def test_where_there_is_no_ledger_nothing_is_made(tmp_path: Path) -> None:
    assert look_at_ledger("sqlite:///var/ledger.sqlite", tmp_path) == (None, None)
    assert not (tmp_path / "var").exists()


def test_an_upgrade_that_cannot_write_its_backup_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    with open_ledger("sqlite:///ledger.sqlite", tmp_path) as ledger:
        fill(ledger)
        with ledger.engine.connect().execution_options(writes=True) as connection, connection.begin():
            migrate(connection, REVISIONS[0])
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError):
        upgrade("sqlite:///ledger.sqlite", tmp_path, tmp_path / "file" / "before.sqlite")
    assert look_at_ledger("sqlite:///ledger.sqlite", tmp_path)[1] == REVISIONS[0]
