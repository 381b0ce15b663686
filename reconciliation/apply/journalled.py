"""Many writes at once, each an intent before its call and settled after it.

The thread that calls `carry_out` is the only one that writes to the ledger; workers only talk to the register.
Intents are committed per group, in the same transaction that settles what has been answered since the last one.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice

from kobo_client.errors import RegisterDown
from reconciliation.apply import words
from reconciliation.apply.calls import Call
from reconciliation.apply.register import Register, settle_error
from reconciliation.ledger import Ledger, Settled, Write

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Applying:
    """Whose night it is, and between what.

    still_held: asked before each call; when it says no, somebody else runs this municipality's night.
    """

    register: Register
    ledger: Ledger
    run_id: str
    municipality: str
    threads: int
    still_held: Callable[[], bool] | None = None


class _Worker:
    """Makes one call; after the register has gone down, none."""

    def __init__(self, applying: Applying, calls: dict[str, Call]) -> None:
        self.register = applying.register
        self.calls = calls
        self.still_held = applying.still_held
        self.stopped = threading.Event()
        self.why = words.NOT_TRIED

    def stop(self, why: str) -> None:
        if not self.stopped.is_set():
            self.why = why
            self.stopped.set()

    def __call__(self, write: Write) -> Settled:
        if self.still_held is not None and not self.still_held():
            self.stop(words.LOCK_LOST)
        if self.stopped.is_set():
            return self.not_tried(write)
        try:
            return self.calls[write.verb](self.register, write)
        except RegisterDown as error:
            self.stop(words.NOT_TRIED)
            return settle_error(write, error)
        except Exception as error:
            # Whatever one row did, the others must be settled.
            return settle_error(write, error)

    def not_tried(self, write: Write) -> Settled:
        return Settled(write.request_id, write.leverandor_bolig_id, "not_tried", write.kobo_id, message=self.why)


def carry_out(
    applying: Applying,
    writes: Iterable[Write],
    total: int,
    calls: dict[str, Call],
    *,
    journalled: bool = False,
    on_progress: Progress | None = None,
) -> list[Settled]:
    """Carry out the writes on its threads. Returns what became of each, in no order.

    journalled: the intents stand in the ledger already. Raises LedgerError; what the register had answered by then is
    unsettled, and asked of it on the next night.
    """
    worker = _Worker(applying, calls)
    remaining = iter(writes)
    waiting: deque[Write] = deque()
    unsaved: list[Settled] = []
    settled: list[Settled] = []
    running: set[Future[Settled]] = set()
    group = 4 * applying.threads
    with ThreadPoolExecutor(applying.threads, thread_name_prefix="register") as pool:
        try:
            while True:
                if not waiting:
                    waiting.extend(islice(remaining, group))
                    if waiting and worker.stopped.is_set():
                        settled.extend(worker.not_tried(write) for write in [*waiting, *remaining])
                        waiting.clear()
                    elif waiting:
                        settled += _save(applying, unsaved, [] if journalled else list(waiting))
                        unsaved = []
                while waiting and len(running) < 2 * applying.threads:
                    running.add(pool.submit(worker, waiting.popleft()))
                if not running:
                    break
                answered, running = wait(running, return_when=FIRST_COMPLETED)
                unsaved += [future.result() for future in answered]
                if on_progress is not None:
                    on_progress(len(settled) + len(unsaved), total)
        finally:
            # Also when the ledger or the terminal broke off: nothing more is sent, and what was answered is kept.
            worker.stop(words.NOT_TRIED)
            unsaved += [future.result() for future in running]
            settled += _save(applying, unsaved, [])
    if on_progress is not None:
        on_progress(total, total)
    return settled


def _save(applying: Applying, settled: list[Settled], writes: list[Write]) -> list[Settled]:
    """Commit, and return what was settled as it turned out: a link that cannot stand is a question for a person."""
    refused = set(applying.ledger.journal(applying.municipality, applying.run_id, settled, writes))
    if not refused:
        return settled
    clashes = [
        Settled(one.request_id, one.leverandor_bolig_id, "refused", one.kobo_id, one.status, words.LINKED_ELSEWHERE)
        for one in settled
        if one.link and (one.leverandor_bolig_id, one.kobo_id) in refused
    ]
    applying.ledger.journal(applying.municipality, applying.run_id, clashes, [])
    found = {one.request_id for one in clashes}
    return [one for one in settled if one.request_id not in found] + clashes
