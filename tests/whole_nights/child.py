"""A night's apply in a process of its own, to be killed."""

from __future__ import annotations

import os
import signal
from datetime import date
from pathlib import Path
from typing import NoReturn

import polars as pl

from kobo_client.client import RegisterClient
from kobo_client.register_config import RegisterConfig
from reconciliation.apply import apply_plan
from reconciliation.ledger import Ledger, open_ledger
from tests.reconciliation.apply.made_plans import create, dwellings, plan
from tests.whole_nights.dying_ledger import DyingLedger, Killed


class KillingLedger(DyingLedger):
    """Kills its own process at its n-th write transaction, before or after the commit."""

    def die(self) -> NoReturn:
        os.kill(os.getpid(), signal.SIGKILL)
        raise Killed


def client_of(base_url: str) -> RegisterClient:
    return RegisterClient(RegisterConfig(kind="rehearsal", base_url=base_url, retry_wait_cap=0.05, attempts=6, give_up_after=1000))


def ids(place: str, count: int) -> list[str]:
    return [f"{place}-{number:04d}" for number in range(count)]


def run_night(ledger: Ledger, base_url: str, place: str, count: int, as_of: date) -> pl.DataFrame:
    """Lock, begin, apply, finish, as a night does."""
    run_id = f"{place}-{as_of}"
    ours = ids(place, count)
    with client_of(base_url) as client, ledger.lock(place, run_id, 3600) as holding:
        ledger.begin_run(place, as_of, run_id, "auto")
        outcomes = apply_plan(plan(*create(*ours)), dwellings(*ours), client, ledger, run_id, place, 8, still_held=holding.is_held)
        ledger.finish_run(run_id, "done", {}, {})
    return outcomes


def doomed_night(*, url: str, base_url: str, place: str, count: int, dies_at: int | None, after_commit: bool, begun: str) -> None:
    """Target of the child process. Makes the file `begun` when it starts to apply."""
    with open_ledger(url, Path()) as healthy:
        ledger = KillingLedger(healthy.engine, healthy.clock)
        ledger.dies_at, ledger.after_commit = dies_at, after_commit
        Path(begun).touch()
        run_night(ledger, base_url, place, count, date(2023, 11, 1))
