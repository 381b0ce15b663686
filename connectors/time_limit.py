"""The longest time of a read in seconds, waits of every kind included."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Generic, TypeVar

T = TypeVar("T")


class OutOfTimeError(Exception):
    """The read's seconds are used up."""


class TimeLimit:
    """The deadline of a read. Code that waits registers here how the wait can be ended."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._stops: list[Callable[[], object]] = []

    def left(self) -> float:
        """Seconds. Raises OutOfTimeError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise OutOfTimeError
        return left

    def when_over(self, stop: Callable[[], object]) -> None:
        """stop: ends a wait that belongs to another thread; its errors do not matter."""
        self._stops.append(stop)

    def end(self) -> None:
        """Call every registered stop once; one that fails does not keep the others from being called."""
        for stop in self._stops:
            try:
                stop()
            except Exception:  # noqa: S112 - what is to be ended may have ended by itself
                continue


_CURRENT: ContextVar[TimeLimit | None] = ContextVar("time_limit", default=None)


def current() -> TimeLimit | None:
    """The limit of the read that this code is part of; None outside of one."""
    return _CURRENT.get()


def within(seconds: float, work: Callable[[], T]) -> T:
    """Run work, and return its result. Raises OutOfTimeError when it takes longer, and whatever work raises.

    Work runs in a separate thread, since a hanging file share cannot be interrupted. Such a thread is left running, and ends with the
    process.
    """
    limit = TimeLimit(seconds)
    running: _Work[T] = _Work(limit, work)
    thread = threading.Thread(target=contextvars.copy_context().run, args=(running.run,), daemon=True, name="read")
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        limit.end()
        raise OutOfTimeError
    return running.result()


class _Work(Generic[T]):
    def __init__(self, limit: TimeLimit, work: Callable[[], T]) -> None:
        self._limit, self._work = limit, work
        self._given: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        _CURRENT.set(self._limit)
        try:
            self._given.append(self._work())
        except BaseException as error:  # a panic of a compiled reader too; it is raised where it is waited for
            self._error = error

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._given[0]
