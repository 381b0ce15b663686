"""What the steps of one night share: the date, the ledger and its lock, the register's client, the clock. Does not depend on Dagster."""

from __future__ import annotations

import getpass
import os
import socket
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from assets.lost_ledger import open_known_ledger
from kobo_client.client import CallRecord, RegisterClient
from kobo_client.errors import RegisterError
from kobo_client.rehearsal.process import rehearsal_running
from reconciliation.ledger import INTERRUPTED, PARTIAL, Ledger, LedgerError, open_ledger
from reconciliation.model.municipality import ConfigurationError, Municipality
from reconciliation.model.plan_actions import acts
from reporting.report_files import ReportError

KNOWN = (ConfigurationError, LedgerError, RegisterError, ReportError)
"""Errors that end a night and whose text is one sentence for operators."""
EXPECTED = ("done", "conflict", "not_found")
"""Outcomes of a call that do not count as failed."""
LOCK_SECONDS = 120.0
"""A lock that was not renewed for this long belongs to a night that died; a running night renews it every 40 s."""


class NightSession:
    """What the steps of one run share. Closed when the run ends, also after an error."""

    def __init__(
        self,
        municipality: Municipality,
        home: Path,
        as_of: date,
        apply: str,
        run_id: str,
        *,
        approved_by: str = "",
        ledger: Ledger | None = None,
        whole: bool = True,
        new_ledger: bool = False,
    ) -> None:
        """ledger: an open one, which is left open; without it the municipality's own is opened, and closed with the session.

        whole: a night from sources to reports; otherwise the ledger does not count the run as a night of that date.
        new_ledger: a ledger without nights is meant to be new. Raises LedgerError.
        """
        self.municipality = municipality
        self.home = home
        self.as_of = as_of
        self.apply = apply
        self.run_id = run_id
        self.approved_by = approved_by or f"{_account()}@{socket.gethostname()}"
        self.seconds: dict[str, float] = {}
        self.calls: list[CallRecord] = []
        self.finished = False
        self.whole = whole
        self.verdict_if_ended = "failed" if whole else PARTIAL
        """What the ledger says of a run that ends without a report: a plan alone is `planned`."""
        self.stopped: str | None = None
        self.ended_from_outside = False
        """Why a step stopped, in a sentence."""
        self._stack = ExitStack()
        self._client: RegisterClient | None = None
        if ledger is None:
            opened = open_ledger(municipality.ledger, home) if new_ledger else open_known_ledger(municipality, home)
            ledger = self._stack.enter_context(closing(opened))
        self.ledger = ledger
        try:
            self.lock = self._stack.enter_context(self.ledger.lock(municipality.slug, run_id, LOCK_SECONDS))
            self.ledger.begin_run(municipality.slug, as_of, run_id, apply)
        except BaseException:
            self._stack.close()
            raise

    def client(self) -> RegisterClient:
        """The register's client; a rehearsal register that does not run is started for the duration of the night."""
        if self._client is None:
            register = self.municipality.register_
            if register.kind == "rehearsal":
                address = self._stack.enter_context(rehearsal_running(register, self.home))
                register = register.model_copy(update={"base_url": address})
            self._client = self._stack.enter_context(RegisterClient(register, on_call=self.calls.append))
        return self._client

    @cached_property
    def memberships(self) -> pl.DataFrame:
        """The ledger's MEMBERSHIPS as the night found them. The run holds the ledger's lock: only its plan writes them, and what follows
        the keys of its sources, which has them read again (`forget_memberships`)."""
        return self.ledger.memberships(self.municipality.slug)

    def forget_memberships(self) -> None:
        """Have `memberships` read from the ledger again."""
        self.__dict__.pop("memberships", None)

    @property
    def import_folder(self) -> Path:
        """The folder of the files for Kobo's import."""
        return self.home / (self.municipality.register_.import_folder or Path("var") / self.municipality.slug / "import")

    def call_counts(self) -> dict[str, int]:
        """Number of requests so far tonight by verb, and of those that failed or were retries."""
        verbs = Counter(call.verb for call in self.calls)
        failed = sum(1 for call in self.calls if call.outcome not in EXPECTED)
        retried = sum(1 for call in self.calls if call.attempt > 1)
        return {**{verb: verbs[verb] for verb in ("GET", "POST", "PUT", "DELETE")}, "failed": failed, "retried": retried}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Adds the block's wall time to that step's seconds."""
        started = time.perf_counter()
        try:
            yield
        except Exception as error:
            self.stopped = str(error) if isinstance(error, KNOWN) else _unexpected(name, error)
            raise
        except BaseException:  # Ctrl-C, or Terminate in Dagster
            self.cut_off(f"in the step {name}")
            raise
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - started, 3)

    def finish(self, verdict: str, sources: Mapping[str, Mapping[str, Any]], message: str | None) -> None:
        """Close the run's row in the ledger. sources: name -> verdict and counts of tonight's read."""
        self.ledger.finish_run(self.run_id, verdict, self.seconds, sources, message)
        self.finished = True

    def cut_off(self, where: str = "between two steps") -> None:
        """Store that somebody ended the run, and how far it came."""
        if self.whole:
            self.verdict_if_ended = INTERRUPTED
        self.stopped = f"The run was ended (Ctrl-C, or Terminate in Dagster) {where}."
        with suppress(LedgerError):  # the run may have been ended because the disk is full
            self.stopped += f" {self._came_to()} Run the night again: it goes on from there."
        self.ended_from_outside = True

    def _came_to(self) -> str:
        plan, outcomes = self.ledger.plan(self.run_id), self.ledger.outcomes(self.run_id)["outcome"]
        if outcomes.is_empty():
            return "Nothing was changed in Kobo."
        done, unknown = ((outcomes == state).sum() for state in ("done", "unknown"))
        planned = plan.items.filter(acts()).height if plan else outcomes.len()
        asked = f"; {unknown} were under way, and the next night asks Kobo about them" if unknown else ""
        return f"{done} of {planned} changes were made in Kobo and stand{asked}."

    def close(self) -> None:
        """Finish the run in the ledger if nothing has, release the lock, and close the ledger and the register's client."""
        try:
            if not self.finished:
                self.ledger.finish_run(self.run_id, self.verdict_if_ended, self.seconds, {}, self.stopped)
        finally:
            self._stack.close()


def _unexpected(step: str, error: Exception) -> str:
    """The sentence about a bug of ours. The error's text may quote a row, so it is only in Dagster's log."""
    return f"The step {step} stopped unexpectedly ({type(error).__name__}); the log of the run in Dagster has the rest. Please report it."


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's number without a name
        return str(os.getuid())


def tonight(municipality: Municipality) -> date:
    """Today's date where the municipality is."""
    return datetime.now(ZoneInfo(municipality.timezone)).date()
