"""One night per municipality at a time."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from reconciliation.ledger import Ledger, LockHeldError, open_ledger
from reconciliation.ledger.ledger_tables import Lock
from reconciliation.ledger.store import table_of

PLACE = "fjordvik"


def test_a_second_night_is_refused_and_says_who_runs_since_when(ledger: Ledger) -> None:
    with (
        ledger.lock(PLACE, "night run-1"),
        pytest.raises(LockHeldError, match=r"night run-1 since 2023-11-01 01:00:00 UTC"),
        ledger.lock(PLACE, "b"),
    ):
        pass


def test_another_municipality_is_free(ledger: Ledger) -> None:
    with ledger.lock(PLACE, "a"), ledger.lock("annet_sted", "b") as other:
        assert other.is_held()


def test_the_lock_is_free_after_its_night_also_when_that_failed(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.lock(PLACE, "a"):
        raise ZeroDivisionError
    with ledger.lock(PLACE, "b") as mine:
        assert mine.is_held()


def test_an_expired_lock_of_another_machine_is_taken_over(ledger: Ledger, ledger_url: str, tmp_path: Path) -> None:
    with ledger.lock(PLACE, "a", ttl=60):
        with ledger.write() as connection:
            connection.execute(update(table_of(Lock)).values(token="elsewhere|1|1|x", expires=datetime(2023, 11, 1, 1, 1, tzinfo=UTC)))
        with (
            open_ledger(ledger_url, tmp_path, lambda: datetime(2023, 11, 1, 1, 0, 30, tzinfo=UTC)) as early,
            pytest.raises(LockHeldError),
            early.lock(PLACE, "b"),
        ):
            pass
        with open_ledger(ledger_url, tmp_path, lambda: datetime(2023, 11, 1, 1, 1, tzinfo=UTC)) as late, late.lock(PLACE, "b") as mine:
            assert mine.is_held()


def test_whoever_lost_the_lock_finds_out(ledger: Ledger) -> None:
    with ledger.lock(PLACE, "a", ttl=0.03) as mine:
        with ledger.write() as connection:
            connection.execute(update(table_of(Lock)).values(token="elsewhere|1|1|x", expires=ledger.clock() + timedelta(hours=1)))
        assert mine.lost.wait(10)
        assert not mine.is_held()
    with pytest.raises(LockHeldError), ledger.lock(PLACE, "b"):
        pass


def test_a_lock_is_renewed_while_its_night_lasts(ledger_url: str, tmp_path: Path) -> None:
    with open_ledger(ledger_url, tmp_path) as ours, ours.lock(PLACE, "a", ttl=0.6) as mine, open_ledger(ledger_url, tmp_path) as theirs:
        time.sleep(0.9)
        with pytest.raises(LockHeldError), theirs.lock(PLACE, "b"):
            pass
        assert mine.is_held()


def test_the_lock_of_a_killed_process_is_free_at_once(ledger: Ledger, ledger_url: str, tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from reconciliation.ledger import open_ledger\n"
        "with open_ledger(sys.argv[1], Path(sys.argv[2])).lock('fjordvik', 'doomed', 3600): print('held', flush=True); time.sleep(60)"
    )
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", script, ledger_url, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with open_ledger(ledger_url, tmp_path) as second, pytest.raises(LockHeldError, match="doomed"), second.lock(PLACE, "b"):
            pass
        child.kill()
        child.wait()
    with open_ledger(ledger_url, tmp_path) as second, second.lock(PLACE, "b") as mine:
        assert mine.is_held()
