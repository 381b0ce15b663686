"""A ledger whose process dies at a chosen transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from sqlalchemy.engine import Connection

from reconciliation.ledger import Ledger, open_ledger


class Killed(BaseException):
    """The process is dead: nothing of it can write any more."""


class DyingLedger(Ledger):
    """Dies at its n-th write transaction (0-based), before it is committed or just after; then nothing can be written."""

    dies_at: int | None = None
    after_commit: bool = False
    written: int = 0

    def die(self) -> NoReturn:
        """End the process, as far as the ledger can tell."""
        raise Killed

    @contextmanager
    def write(self) -> Iterator[Connection]:
        number, self.written = self.written, self.written + 1
        if self.dies_at is not None and number > self.dies_at:
            self.die()
        with super().write() as connection:
            yield connection
            if number == self.dies_at and not self.after_commit:
                self.die()
        if number == self.dies_at:
            self.die()


def open_dying(url: str, dies_at: int | None, after_commit: bool) -> DyingLedger:
    """The ledger at `url`, which must be current."""
    with open_ledger(url, Path()) as healthy:
        dying = DyingLedger(healthy.engine, healthy.clock)
    dying.dies_at, dying.after_commit = dies_at, after_commit
    return dying
