"""One night per municipality at a time, on one machine or many."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from reconciliation.ledger.ledger_error import LedgerError
from reconciliation.ledger.ledger_tables import Lock
from reconciliation.ledger.store import Store, table_of

_LOCK = table_of(Lock)


class LockHeldError(LedgerError):
    """Somebody else runs a night of this municipality; the text says who, and since when."""


@dataclass(slots=True)
class HeldLock:
    """A lock that this process took. `lost` is set when another process has it: then nothing more may be written."""

    municipality: str
    token: str
    lost: threading.Event = field(default_factory=threading.Event)

    def is_held(self) -> bool:
        """Whether this process still has the lock."""
        return not self.lost.is_set()


class Locks(Store):
    """Table `lock`: at most one night at a time per municipality."""

    @contextmanager
    def lock(self, municipality: str, holder: str, ttl: float = 300.0) -> Iterator[HeldLock]:
        """Take the municipality's lock for the block. It is renewed every third of `ttl` seconds, and expires after a crash.

        A lock whose process is dead (same machine) is taken over at once. Raises LockHeldError.
        """
        holding = HeldLock(municipality, f"{_machine()}|{os.getpid()}|{_started(os.getpid())}|{uuid.uuid4().hex}")
        self._acquire(holding, holder, ttl)
        done = threading.Event()
        heart = threading.Thread(target=self._beat, args=(holding, ttl, done), name="ledger-lock", daemon=True)
        heart.start()
        try:
            yield holding
        finally:
            done.set()
            heart.join()
            with self.write() as connection:
                connection.execute(delete(_LOCK).where(_LOCK.c.municipality == municipality, _LOCK.c.token == holding.token))

    def held_by(self, municipality: str) -> str | None:
        """Holder of the municipality's lock now; None when no running process holds it. Changes nothing."""
        return self.holders().get(municipality)

    def holders(self) -> dict[str, str]:
        """Municipality -> holder of its lock, for locks of running processes. Changes nothing."""
        with self.read() as connection:
            rows = connection.execute(select(_LOCK).where(_LOCK.c.expires > self.clock()).order_by(_LOCK.c.municipality)).fetchall()
        return {str(row.municipality): str(row.holder) for row in rows if not _is_dead(row.token)}

    def _acquire(self, holding: HeldLock, holder: str, ttl: float) -> None:
        now = self.clock()
        values = {"holder": holder, "token": holding.token, "since": now, "expires": now + timedelta(seconds=ttl)}
        dialect = postgresql if self.engine.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(_LOCK).values(municipality=holding.municipality, **values)
        with self.write() as connection:
            row = connection.execute(select(_LOCK).where(_LOCK.c.municipality == holding.municipality)).first()
            free = _LOCK.c.expires <= now
            if row is not None and _is_dead(row.token):
                free = free | (_LOCK.c.token == row.token)
            take = statement.on_conflict_do_update(index_elements=["municipality"], set_=values, where=free).returning(_LOCK.c.token)
            taken = connection.execute(take).first()
        if taken is None:
            by = "another program" if row is None else row.holder
            since = "now" if row is None else f"{row.since:%Y-%m-%d %H:%M:%S} UTC"
            until = "" if row is None else f", or until {row.expires:%H:%M:%S} UTC if that one has died"
            raise LockHeldError(f"A night of {holding.municipality} is being run by {by} since {since}; wait until it has ended{until}.")

    def _beat(self, holding: HeldLock, ttl: float, done: threading.Event) -> None:
        while not done.wait(ttl / 3):
            try:
                with self.write() as connection:
                    renewed = connection.execute(
                        update(_LOCK)
                        .where(_LOCK.c.municipality == holding.municipality, _LOCK.c.token == holding.token)
                        .values(expires=self.clock() + timedelta(seconds=ttl))
                    ).rowcount
            except LedgerError:
                # The database cannot be reached; the next beat tries again, and a write raises the error itself.
                continue
            if not renewed:
                holding.lost.set()
                return


def _machine() -> str:
    """Host and process namespace: a process id means nothing outside them."""
    try:
        namespace = str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        namespace = "-"
    return f"{socket.gethostname()}/{namespace}"


def _started(pid: int) -> str:
    """When the process began, so that a process id used again is not taken for the old one. Empty where unknown, "dead"
    for one that has ended and was not yet waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return ""
    return "dead" if fields[0] in {"Z", "X"} else fields[19]


def _is_dead(token: str) -> bool:
    machine, pid, started, _ = token.split("|")
    if machine != _machine():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _started(int(pid)) != started
