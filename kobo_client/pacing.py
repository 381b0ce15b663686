"""Limits on calling the register: calls per second, seconds per night, and a circuit breaker."""

from __future__ import annotations

import math
import threading
import time
from email.utils import parsedate_to_datetime

from kobo_client.errors import RegisterDown
from kobo_client.register_config import RegisterConfig


class Pace:
    """Shared by all threads of one client.

    After `give_up_after` failed calls in a row the circuit is open: one thread at a time makes a call, the others wait. The first answer
    closes it. When it is open for longer than attempts x retry_wait_cap seconds, the register counts as down for the night.
    """

    def __init__(self, config: RegisterConfig) -> None:
        self._config = config
        self.patience = config.attempts * config.retry_wait_cap
        self._lock = threading.Lock()
        self._failed = 0
        self._opened: float | None = None
        self._probe = threading.Lock()
        self._started: float | None = None
        self._next_slot = 0.0
        self._down: str | None = None

    @property
    def waiting(self) -> bool:
        """Whether the circuit is open and the register does not count as down yet."""
        return self._opened is not None and self._down is None

    def enter(self) -> bool:
        """Wait until this call may be made. True: it is the one call that tests an open circuit. Raises RegisterDown."""
        now = time.monotonic()
        if self._started is None:
            self._started = now
        if self._down is None and now - self._started > self._config.time_budget:
            self._down = f"The night's {self._config.time_budget:.0f} s of register time (register.time_budget) are used up."
        self._stop_if_down()
        probing = self._opened is not None and self._wait_or_probe()
        rate = self._config.calls_per_second
        if rate:
            with self._lock:
                slot = max(time.monotonic(), self._next_slot)
                self._next_slot = slot + 1 / rate
            time.sleep(max(0.0, slot - time.monotonic()))
        return probing

    def leave(self, probing: bool) -> None:
        """Must follow `enter`. probing: what `enter` returned."""
        if probing:
            self._probe.release()

    def _wait_or_probe(self) -> bool:
        while self._opened is not None:
            if self._probe.acquire(timeout=0.05):
                if self._opened is None:
                    self._probe.release()
                    return False
                if time.monotonic() - self._opened > self.patience:
                    self._probe.release()
                    self._down = (
                        f"{self._failed} calls in a row failed and {self.patience:.0f} s of waiting did not help: the register is down."
                    )
                    self._stop_if_down()
                time.sleep(min(0.5, self._config.retry_wait_cap))
                return True
            self._stop_if_down()
        return False

    def _stop_if_down(self) -> None:
        if self._down is not None:
            raise RegisterDown(f"{self._down} Nothing more is sent tonight; run again later.", sent=False)

    def answered(self) -> None:
        """An answer came: close the circuit."""
        if self._failed or self._opened is not None:
            with self._lock:
                self._failed = 0
                self._opened = None

    def failed(self) -> None:
        """An attempt failed: no answer, or one of the 500s."""
        with self._lock:
            self._failed += 1
            if self._failed >= self._config.give_up_after and self._opened is None:
                self._opened = time.monotonic()


def retry_after(header: str | None, cap: float) -> float | None:
    """Seconds to wait from Retry-After: a number or an HTTP date; None when absent or unreadable; never above the cap."""
    if not header:
        return None
    text = header.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
        except (TypeError, ValueError, OverflowError):
            return None
    if math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), cap)
