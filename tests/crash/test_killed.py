"""SIGKILL: a real process, a real register over HTTP with faults on, a real end."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from datetime import date
from pathlib import Path

import pytest

from reconciliation.ledger import open_ledger
from tests.crash.child import client_of, doomed_night, ids, run_night
from tests.ledger.databases import new_ledger_database

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.crash.child"])


def kill_and_repair(
    register: str, folder: Path, place: str, *, count: int, kind: str = "sqlite", wait: float | None = None, **boundary: object
) -> None:
    """One doomed night, killed after `wait` seconds or at a boundary of its own; then one that is left alone."""
    url, begun = new_ledger_database(kind, folder), folder / "begun"
    told = {"url": url, "base_url": register, "place": place, "count": count, "begun": str(begun)}
    child = PROCESSES.Process(target=doomed_night, kwargs={**told, "dies_at": None, "after_commit": False, **boundary})
    child.start()
    if wait is not None:
        while not begun.exists() and child.is_alive():
            time.sleep(0.002)
        time.sleep(wait)
        if child.is_alive() and child.pid is not None:
            os.kill(child.pid, signal.SIGKILL)
    child.join(60)
    assert child.exitcode in ((-signal.SIGKILL, 0) if wait is not None else (-signal.SIGKILL,))
    with open_ledger(url, Path()) as ledger:
        outcomes = run_night(ledger, register, place, count, date(2023, 11, 2))
        assert outcomes["outcome"].unique().to_list() == ["done"], outcomes.filter(outcomes["outcome"] != "done")
        linked = dict(ledger.links(place).select("kobo_id", "leverandor_bolig_id").iter_rows())
        assert ledger.unsettled(place) == []
    with client_of(register) as client:
        standing = {
            body["koboId"]: body["leverandorBoligId"] for body in client.listing() if body["leverandorBoligId"].startswith(f"{place}-")
        }
    assert sorted(standing.values()) == ids(place, count)
    assert standing == linked


@pytest.mark.parametrize(("dies_at", "after_commit"), [(2, True), (3, False), (4, True), (5, False), (7, True), (8, False)])
def test_killed_at_a_boundary_of_the_journal(dies_at: int, after_commit: bool, register_url: str, tmp_path: Path) -> None:
    kill_and_repair(register_url, tmp_path, f"b{dies_at}{int(after_commit)}", count=150, dies_at=dies_at, after_commit=after_commit)


@pytest.mark.parametrize(
    ("number", "kind"), [(0, "sqlite"), (1, "sqlite"), (2, "sqlite"), pytest.param(3, "postgresql", marks=pytest.mark.postgres)]
)
def test_killed_at_some_moment(number: int, kind: str, register_url: str, tmp_path: Path) -> None:
    wait = random.Random(number).uniform(0.02, 0.4)
    kill_and_repair(register_url, tmp_path, f"m{number}", count=150, kind=kind, wait=wait)


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
@pytest.mark.parametrize("number", range(100))
def test_killed_at_a_hundred_moments_of_a_whole_municipality(number: int, kind: str, register_url: str, tmp_path: Path) -> None:
    wait = random.Random(number).uniform(0.0, 3.0)
    kill_and_repair(register_url, tmp_path, f"s{number}{kind[0]}", count=1090, kind=kind, wait=wait)
