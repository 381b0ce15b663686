"""The parent of a night is killed and its child goes on: the lock is the child's for as long as it lives, and free when it has died."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from reconciliation.ledger import LockHeldError, open_ledger
from tests.reconciliation.ledger.databases import new_ledger_database

PROCESSES = multiprocessing.get_context("spawn")


def child(url: str, pipe: Connection) -> None:
    with open_ledger(url, Path()) as ledger, ledger.lock("vik", "the child", 3600):
        pipe.send(os.getpid())
        time.sleep(120)


def parent(url: str, pipe: Connection) -> None:
    PROCESSES.Process(target=child, args=(url, pipe)).start()
    time.sleep(120)


def test_a_killed_parent_and_its_living_child(tmp_path: Path) -> None:
    url = new_ledger_database("sqlite", tmp_path)
    ours, theirs = PROCESSES.Pipe()
    above = PROCESSES.Process(target=parent, args=(url, theirs))
    above.start()
    assert ours.poll(60)
    below = int(ours.recv())
    try:
        os.kill(int(above.pid or 0), signal.SIGKILL)
        above.join(20)
        with open_ledger(url, Path()) as ledger:
            with pytest.raises(LockHeldError, match="is being run by the child"), ledger.lock("vik", "another", 300):
                pytest.fail("two nights at once")
            os.kill(below, signal.SIGKILL)
            for _ in range(500):
                if ledger.held_by("vik") is None:
                    break
                time.sleep(0.02)
            with ledger.lock("vik", "another", 300) as lock:
                assert lock.is_held()
    finally:
        for pid in (below, above.pid):
            try:
                os.kill(int(pid or 0), signal.SIGKILL)
            except ProcessLookupError:
                continue
