"""The database fills up or goes away in the middle of an apply: a sentence, and the next night repairs it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, make_url

from reconciliation.apply import apply_plan
from reconciliation.ledger import Ledger, LedgerError, open_ledger
from tests.reconciliation.apply.conftest import MUNICIPALITY, Nights
from tests.reconciliation.apply.made_plans import create, dwellings, plan
from tests.reconciliation.apply.paper_register import PaperRegister
from tests.reconciliation.ledger.databases import new_ledger_database, new_postgres_server, postgres_server

OURS = [f"{number:03d}" for number in range(200)]


def break_at(register: PaperRegister, number: int, breaks: Callable[[], None]) -> None:
    """Call `breaks` once, before the n-th POST."""
    broken: list[int] = []

    def count(verb: str) -> None:
        if register.calls["POST"] == number and not broken:
            broken.append(number)
            breaks()

    register.on_call = count


def apply_all(ledger: Ledger, register: PaperRegister, run_id: str) -> list[str]:
    outcomes = apply_plan(plan(*create(*OURS)), dwellings(*OURS), register, ledger, run_id, MUNICIPALITY, 4)
    return list(outcomes["outcome"].unique())


def the_next_night_repairs_it(url: str, register: PaperRegister) -> None:
    register.on_call = None
    with open_ledger(url, Path()) as ledger:
        nights = Nights(ledger)
        nights.number = 1
        assert apply_all(ledger, register, nights()) == ["done"]
        assert register.ids == OURS
        assert {entry["leverandor_bolig_id"]: kobo for kobo, entry in register.entries.items()} == dict(
            ledger.links(MUNICIPALITY).select("leverandor_bolig_id", "kobo_id").iter_rows()
        )


def test_a_disk_that_is_full(tmp_path: Path, register: PaperRegister) -> None:
    url = new_ledger_database("sqlite", tmp_path)
    with open_ledger(url, tmp_path) as ledger:
        run_id = Nights(ledger)()
        with ledger.read() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        ledger.engine.dispose()
        event.listen(
            ledger.engine, "connect", lambda connection, record: connection.execute(f"PRAGMA max_page_count = {pages + 8}").close()
        )
        with pytest.raises(LedgerError, match="has no room left on its disk"):
            apply_all(ledger, register, run_id)
    assert 0 < register.calls["POST"] < len(OURS), "it had begun, and nothing was sent after that"
    the_next_night_repairs_it(url, register)


@pytest.mark.postgres
def test_a_database_server_that_goes_away(tmp_path: Path, register: PaperRegister) -> None:
    url = new_ledger_database("postgresql", tmp_path)
    database, uri = make_url(url).database, str(postgres_server()[0])

    def cut() -> None:
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])

    with open_ledger(url, tmp_path) as ledger:
        run_id = Nights(ledger)()
        break_at(register, 40, cut)
        with pytest.raises(LedgerError, match="The ledger postgresql"):
            apply_all(ledger, register, run_id)
    assert register.calls["POST"] < len(OURS)
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
    the_next_night_repairs_it(url, register)


@pytest.mark.postgres
def test_a_database_server_that_is_killed_and_started_again(
    tmp_path: Path, register: PaperRegister, caplog: pytest.LogCaptureFixture
) -> None:
    server, why = new_postgres_server()
    if server is None:
        pytest.skip(why)

    def url() -> str:
        return make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)

    def kill() -> None:
        os.kill(server.get_pid(), signal.SIGQUIT)  # as a machine that loses its power: nothing is written back, no thread is waited for
        _wait_for(lambda: not (server.pgdata / "postmaster.pid").exists())

    with open_ledger(url(), tmp_path) as ledger:
        run_id = Nights(ledger)()
        break_at(register, 40, kill)
        with pytest.raises(LedgerError, match="The ledger postgresql"):
            apply_all(ledger, register, run_id)
    assert 40 <= register.calls["POST"] < len(OURS)
    assert "A fault in kobosync" not in caplog.text, "the server ended, and no fault of this test stopped the night"
    with pytest.raises(LedgerError, match="does not answer"):
        open_ledger(url(), tmp_path)
    server.start()
    the_next_night_repairs_it(url(), register)


def _wait_for(ended: Callable[[], bool]) -> None:
    for _ in range(500):
        if ended():
            return
        time.sleep(0.02)
    raise AssertionError("the server does not end")


@pytest.mark.postgres
def test_connections_that_are_cut_between_two_transactions_are_made_anew(tmp_path: Path, register: PaperRegister) -> None:
    url = new_ledger_database("postgresql", tmp_path)

    def cut() -> None:
        with psycopg.connect(str(postgres_server()[0]), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND state = 'idle'", [make_url(url).database]
            )

    with open_ledger(url, tmp_path) as ledger:
        run_id = Nights(ledger)()
        cut()
        assert apply_all(ledger, register, run_id) == ["done"]
