"""Many writes at once, each an intent before its call and settled after it.

The thread that calls `carry_out` is the only one that writes to the ledger; workers only talk to the register.
Intents are committed per group, in the same transaction that settles what has been answered since the last one.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from itertools import islice

from reconciliation.apply.register_port import STOPS_THE_NIGHT, Register, settle_error
from reconciliation.apply.unwritten_reasons import unwritten
from reconciliation.apply.write_calls import Call
from reconciliation.ledger import Ledger, Write, WriteOutcome


class Stop:
    """Tells the workers to begin no further write. Set once, with the reason that is stored for writes that were not tried."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.why = unwritten("not_tried")

    def __call__(self, why: str) -> None:
        if not self._event.is_set():
            self.why = why
            self._event.set()

    @property
    def stopped(self) -> bool:
        """Whether no further write may begin."""
        return self._event.is_set()


@dataclass(frozen=True, slots=True)
class Applying:
    """One apply of one municipality's run.

    still_held: called before each write; False means that another process runs this municipality's night.
    """

    register: Register
    ledger: Ledger
    run_id: str
    municipality: str
    threads: int
    still_held: Callable[[], bool] | None = None
    stop: Stop = field(default_factory=Stop)


class _Worker:
    """Makes one write; none after the register has gone down."""

    def __init__(self, applying: Applying, calls: dict[str, Call], again: bool) -> None:
        self.applying = applying
        self.calls = calls
        self.again = again

    def __call__(self, write: Write) -> WriteOutcome:
        still_held = self.applying.still_held
        if still_held is not None and not still_held():
            self.applying.stop(unwritten("lock_lost"))
        if self.applying.stop.stopped:
            return self.not_tried(write)
        try:
            return self.calls[write.verb](self.applying.register, write)
        except STOPS_THE_NIGHT as error:
            self.applying.stop(unwritten("not_tried"))
            return settle_error(write, error, again=self.again)
        except Exception as error:
            # An exception in one write must not keep the others from being settled.
            return settle_error(write, error, again=self.again)

    def not_tried(self, write: Write) -> WriteOutcome:
        return WriteOutcome(write.request_id, write.leverandor_bolig_id, "not_tried", write.kobo_id, message=self.applying.stop.why)


def carry_out(applying: Applying, writes: Iterable[Write], calls: dict[str, Call], *, journalled: bool = False) -> list[WriteOutcome]:
    """Carry out the writes on `applying.threads` threads. Returns the outcome of each, in no order.

    journalled: the intents are in the ledger already, from an earlier night, and stay unsettled when not tried.
    Raises LedgerError; writes answered but not stored by then are unsettled, and looked up on the next night.
    """
    worker = _Worker(applying, calls, journalled)
    remaining = iter(writes)
    waiting: deque[Write] = deque()
    unsaved: list[WriteOutcome] = []
    settled: list[WriteOutcome] = []
    running: set[Future[WriteOutcome]] = set()
    group = 4 * applying.threads
    with ThreadPoolExecutor(applying.threads, thread_name_prefix="register") as pool:
        try:
            while True:
                if not waiting:
                    waiting.extend(islice(remaining, group))
                    if waiting and applying.stop.stopped:
                        settled.extend(worker.not_tried(write) for write in [*waiting, *remaining])
                        waiting.clear()
                    elif waiting:
                        settled += _save(applying, unsaved, list(waiting), journalled)
                        unsaved = []
                while waiting and len(running) < 2 * applying.threads:
                    running.add(pool.submit(worker, waiting.popleft()))
                if not running:
                    break
                answered, running = wait(running, return_when=FIRST_COMPLETED)
                unsaved += [future.result() for future in answered]
        except BaseException:
            # The ledger failed, or Ctrl-C: nothing more is sent, and the answers that came are stored.
            applying.stop(unwritten("not_tried"))
            raise
        finally:
            unsaved += [future.result() for future in running]
            settled += _save(applying, unsaved, [], journalled)
    return settled


def _save(applying: Applying, settled: list[WriteOutcome], writes: list[Write], journalled: bool) -> list[WriteOutcome]:
    """Commit, and return the outcomes: those whose link could not be saved are refused, and become questions for a person."""
    outcomes = [outcome for outcome in settled if outcome.state != "not_tried"] if journalled else settled
    refused = set(
        applying.ledger.journal(
            applying.municipality, applying.run_id, outcomes, [] if journalled else writes, unwritten("linked_elsewhere")
        )
    )
    return [
        replace(outcome, state="refused", message=unwritten("linked_elsewhere"))
        if outcome.link and (outcome.leverandor_bolig_id, outcome.kobo_id) in refused
        else outcome
        for outcome in settled
    ]
