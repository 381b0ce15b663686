"""A disk that fills up, may not be written to, or loses the ledger; a clock that is moved back: a sentence, and the next night repairs it.

The apply runs in a process of its own, so that the limits are the system's and not a mock's.
"""

from __future__ import annotations

import multiprocessing
import resource
import traceback
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
import requests

from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.process import rehearsal_running
from reconciliation.ledger import LedgerError, LockHeldError, open_ledger
from tests.reconciliation.apply.paper_register import PaperRegister
from tests.reconciliation.ledger.databases import Clock, new_ledger_database
from tests.whole_nights.child import client_of, ids, run_night

PROCESSES = multiprocessing.get_context("spawn")
COUNT = 300


def limited(url: str, base_url: str, place: str, room: int, pipe: Connection) -> None:
    """An apply whose files may grow to that many bytes: what a full disk or a quota does to it."""
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        with open_ledger(url, Path()) as ledger:
            run_night(ledger, base_url, place, COUNT, date(2023, 11, 1))
        pipe.send("done")
    except LedgerError as error:
        pipe.send(str(error))
    except BaseException:
        pipe.send(traceback.format_exc())


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> object:
    folder = Path(tmp_path_factory.mktemp("register"))
    config = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=folder / "register.sqlite")
    with rehearsal_running(config, folder) as url:
        yield url


def is_whole(url: str, address: str, place: str) -> None:
    """The night after: everything done, once, and the ledger agrees."""
    with open_ledger(url, Path()) as ledger:
        assert run_night(ledger, address, place, COUNT, date(2023, 11, 2))["outcome"].unique().to_list() == ["done"]
        linked = dict(ledger.links(place).select("kobo_id", "leverandor_bolig_id").iter_rows())
        assert ledger.unsettled(place) == []
    with client_of(address) as client:
        present = {body["koboId"]: body["leverandorBoligId"] for body in client.listing() if body["leverandorBoligId"].startswith(place)}
    assert sorted(present.values()) == ids(place, COUNT)
    assert present == linked


def test_a_disk_that_fills_up_in_the_middle(address: str, tmp_path: Path) -> None:
    url = new_ledger_database("sqlite", tmp_path)
    ours, theirs = PROCESSES.Pipe()
    room = (tmp_path / "ledger.sqlite").stat().st_size + 60_000
    child = PROCESSES.Process(target=limited, args=(url, address, "full", room, theirs))
    child.start()
    assert ours.poll(60)
    error = ours.recv()
    child.join(20)
    assert "a quota, a failing disk" in error, error
    assert "run the night again" in error
    there = requests.get(f"{address}/rehearsal/health", timeout=10).json()["entries"]
    assert 0 < there < COUNT, "it had begun, and nothing was sent after that"
    is_whole(url, address, "full")


def test_a_disk_that_may_not_be_written_to(address: str, tmp_path: Path) -> None:
    url = new_ledger_database("sqlite", tmp_path)
    read_only = f"sqlite:///file:{tmp_path / 'ledger.sqlite'}?mode=ro&uri=true"
    with (
        pytest.raises(LedgerError, match="cannot be written to; give the account"),
        open_ledger(read_only, tmp_path) as ledger,
        ledger.lock("readonly", "run-1", 300),
    ):
        pytest.fail("a night began")
    is_whole(url, address, "readonly")


def test_a_ledger_that_is_removed_in_the_middle(address: str, tmp_path: Path) -> None:
    """What was written is in the register; an empty ledger finds it there again and makes nothing twice."""
    url = new_ledger_database("sqlite", tmp_path)

    def remove() -> None:
        for path in tmp_path.glob("ledger.sqlite*"):
            path.unlink()

    with open_ledger(url, Path()) as ledger, client_of(address) as client:
        original, seen = client.create, [0]

        def create(body: object, request_id: str) -> object:
            seen[0] += 1
            if seen[0] == 100:
                remove()
            return original(body, request_id)  # type: ignore[arg-type]

        client.create = create  # type: ignore[method-assign, assignment]
        outcome = _apply(ledger, client, "removed")
    assert "ledger" in outcome or outcome == "done"
    is_whole(url, address, "removed")


def _apply(ledger: object, client: object, place: str) -> str:
    from reconciliation.apply import apply_plan
    from tests.reconciliation.apply.made_plans import create, dwellings, plan

    ours = ids(place, COUNT)
    try:
        ledger.begin_run(place, date(2023, 11, 1), f"{place}-1", "auto")  # type: ignore[attr-defined]
        apply_plan(plan(*create(*ours)), dwellings(*ours), client, ledger, f"{place}-1", place, 4)  # type: ignore[arg-type]
    except LedgerError as error:
        return str(error)
    return "done"


def test_a_clock_that_is_moved_back_makes_no_night_an_earlier_one(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(new_ledger_database("sqlite", tmp_path), tmp_path, clock) as ledger:
        ledger.begin_run("vik", date(2023, 11, 2), "first", "auto")
        ledger.finish_run("first", "done", {}, {})
        clock.turn(days=-3)
        with ledger.lock("vik", "second", 300):
            ledger.begin_run("vik", date(2023, 11, 2), "second", "auto")
        assert ledger.runs("vik")["run_id"].to_list() == ["first", "second"]


def test_a_lock_from_before_the_clock_was_moved_back_says_until_when(tmp_path: Path) -> None:
    """Another machine's lock lies in this clock's future: it is held until it expires, never taken on a doubt."""
    now = [datetime(2023, 11, 5, tzinfo=UTC)]
    url = new_ledger_database("sqlite", tmp_path)
    with open_ledger(url, tmp_path, lambda: now[0]) as ledger:
        _foreign_lock(ledger, now[0] + timedelta(seconds=900))
        now[0] -= timedelta(minutes=10)
        with pytest.raises(LockHeldError, match="or until 00:15:00 UTC if that one has died"), ledger.lock("vik", "mine", 300):
            pass
        now[0] += timedelta(minutes=26)
        with ledger.lock("vik", "mine", 300) as lock:
            assert lock.is_held()


def _foreign_lock(ledger: object, expires: datetime) -> None:
    from sqlalchemy import insert

    from reconciliation.ledger.ledger_tables import Lock
    from reconciliation.ledger.store import table_of

    row = {"municipality": "vik", "holder": "theirs", "token": "elsewhere/1|1|1|x", "since": expires, "expires": expires}
    with ledger.write() as connection:  # type: ignore[attr-defined]
        connection.execute(insert(table_of(Lock)).values(**row))


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_two_machines_on_one_database_apply_each_dwelling_once(kind: str, tmp_path: Path) -> None:
    """The second is refused while the first lives; the first stops writing as soon as it has lost the lock."""
    url = new_ledger_database(kind, tmp_path)
    register = PaperRegister()
    with open_ledger(url, tmp_path) as first, open_ledger(url, tmp_path) as second, first.lock("removed", "one", 300) as holding:
        with pytest.raises(LockHeldError, match="is being run by one"), second.lock("removed", "two", 300):
            pass
        from reconciliation.apply import apply_plan
        from tests.reconciliation.apply.made_plans import create, dwellings, plan

        ours = ids("two", 60)
        first.begin_run("removed", date(2023, 11, 1), "one", "auto")
        lose: Callable[[str], None] = lambda verb: holding.lost.set() if register.calls["POST"] == 20 else None  # noqa: E731
        register.on_call = lose
        outcomes = apply_plan(plan(*create(*ours)), dwellings(*ours), register, first, "one", "removed", 2, still_held=holding.is_held)
        assert set(outcomes["outcome"]) == {"done", "not_tried"}
        register.on_call = None
        second.begin_run("removed", date(2023, 11, 2), "two", "auto")
        after = apply_plan(plan(*create(*ours)), dwellings(*ours), register, second, "two", "removed", 2)
        assert after["outcome"].unique().to_list() == ["done"]
    assert register.ids == ours
