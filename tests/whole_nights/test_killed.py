"""SIGKILL: a real process, a real register over HTTP with faults on, a real end."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
import requests

from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.process import rehearsal_running
from reconciliation.ledger import open_ledger
from tests.reconciliation.ledger.databases import new_ledger_database
from tests.whole_nights.child import client_of, doomed_night, ids, run_night
from tests.whole_nights.conftest import FAULTS

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.whole_nights.child"])


def kill_and_repair(
    register: str, folder: Path, place: str, *, count: int, kind: str = "sqlite", wait: float | None = None, **boundary: object
) -> bool:
    """One doomed night, killed after `wait` seconds or at a boundary of its own; then one that is left alone.

    Returns whether it was killed: one that is done before its moment is not.
    """
    url, begun = new_ledger_database(kind, folder), folder / "begun"
    arguments = {"url": url, "base_url": register, "place": place, "count": count, "begun": str(begun)}
    child = PROCESSES.Process(target=doomed_night, kwargs={**arguments, "dies_at": None, "after_commit": False, **boundary})
    child.start()
    if wait is not None:
        while not begun.exists() and child.is_alive():
            time.sleep(0.002)
        time.sleep(wait)
        if child.is_alive() and child.pid is not None:
            os.kill(child.pid, signal.SIGKILL)
    child.join(60)
    assert child.exitcode in ((-signal.SIGKILL, 0) if wait is not None else (-signal.SIGKILL,))
    was_killed = child.exitcode == -signal.SIGKILL
    with open_ledger(url, Path()) as ledger:
        outcomes = run_night(ledger, register, place, count, date(2023, 11, 2))
        assert outcomes["outcome"].unique().to_list() == ["done"], outcomes.filter(outcomes["outcome"] != "done")
        linked = dict(ledger.links(place).select("kobo_id", "leverandor_bolig_id").iter_rows())
        assert ledger.unsettled(place) == []
    with client_of(register) as client:
        present = {
            body["koboId"]: body["leverandorBoligId"] for body in client.listing() if body["leverandorBoligId"].startswith(f"{place}-")
        }
    assert sorted(present.values()) == ids(place, count)
    assert present == linked
    return was_killed


@pytest.mark.parametrize(("dies_at", "after_commit"), [(2, True), (3, False), (4, True), (5, False), (7, True), (8, False)])
def test_killed_at_a_boundary_of_the_journal(dies_at: int, after_commit: bool, register_url: str, tmp_path: Path) -> None:
    kill_and_repair(register_url, tmp_path, f"b{dies_at}{int(after_commit)}", count=150, dies_at=dies_at, after_commit=after_commit)


@pytest.mark.parametrize(
    ("number", "kind"), [(0, "sqlite"), (1, "sqlite"), (2, "sqlite"), pytest.param(3, "postgresql", marks=pytest.mark.postgres)]
)
def test_killed_at_some_moment(number: int, kind: str, register_url: str, tmp_path: Path) -> None:
    wait = random.Random(number).uniform(0.02, 0.4)
    kill_and_repair(register_url, tmp_path, f"m{number}", count=150, kind=kind, wait=wait)


@pytest.fixture(scope="module")
def registers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Asks for a register with faults on; a new and empty one every twenty times, so that no listing grows long."""
    asked = 0
    address = ""
    with ExitStack() as stack:

        def ask() -> str:
            nonlocal asked, address
            if asked % 20 == 0:
                stack.close()
                folder = Path(tmp_path_factory.mktemp("register"))
                config = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=folder / "register.sqlite")
                address = stack.enter_context(rehearsal_running(config, folder))
                requests.post(f"{address}/rehearsal/faults", json=FAULTS, timeout=10).raise_for_status()
            asked += 1
            return address

        yield ask


@pytest.fixture(scope="module")
def seconds(registers: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long an undisturbed apply of the municipality takes here and now."""
    with open_ledger(new_ledger_database("sqlite", Path(tmp_path_factory.mktemp("undisturbed"))), Path()) as ledger:
        register, began = registers(), time.perf_counter()
        run_night(ledger, register, "undisturbed", 1090, date(2023, 11, 1))
    return time.perf_counter() - began


MOMENTS = [*((number, "sqlite") for number in range(200)), *((number, "postgresql") for number in range(20))]


@pytest.mark.soak
@pytest.mark.parametrize(
    ("number", "kind"), [pytest.param(*moment, marks=pytest.mark.postgres if moment[1] == "postgresql" else ()) for moment in MOMENTS]
)
def test_killed_at_two_hundred_moments_of_a_whole_municipality(
    number: int, kind: str, registers: Callable[[], str], seconds: float, tmp_path: Path
) -> None:
    """Spread over the apply; a night that was faster than its moment is run again with an earlier one."""
    wait = random.Random(number).uniform(0.0, 0.95) * seconds
    for again in range(10):
        folder = tmp_path / str(again)
        folder.mkdir()
        if kill_and_repair(registers(), folder, f"s{number}{kind[0]}{again}", count=1090, kind=kind, wait=wait):
            return
        wait *= 0.7
    pytest.fail("the night was always done before it could be killed")
