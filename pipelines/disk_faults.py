"""The sentence about a full or read-only disk, with the path and what to do, wherever in the program the error was raised."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

_WORDS = {
    errno.ENOSPC: "there is no room left on that disk; make room and run again",
    errno.EDQUOT: "the account's quota on that disk is used up; raise it or make room, and run again",
    errno.EROFS: "that disk is mounted read-only; mount it so that it can be written to, and run again",
    errno.EACCES: "the account that runs kobosync may not write there; give it the right, and run again",
    errno.EPERM: "the account that runs kobosync may not write there; give it the right, and run again",
    errno.ENOTDIR: "a file is where a folder must be; move it away and run again",
    errno.EIO: "that disk does not take or give what it should; mend it and run again",
    errno.EFBIG: "a file has reached the largest size that is allowed there; raise the limit and run again",
}
_RECORDED = "What was done is in the ledger; nothing more was sent to Kobo."
_LEAST = 64 * 1024
"""Bytes that must be free for SQLite to create its files beside a database."""
_SIGNS = {
    "disk is full": errno.ENOSPC,
    "readonly database": errno.EACCES,
    "unable to open database": errno.EACCES,
    "disk i/o error": errno.EIO,
}


def disk_sentence(error: BaseException, dagster_home: Path) -> str | None:
    """The sentence, or None when neither the error nor its cause is about the disk.

    dagster_home: where Dagster keeps its databases. The ledger reports its own faults.
    """
    for cause in _chain(error):
        if isinstance(cause, OSError) and cause.errno in _WORDS and not isinstance(cause, (ConnectionError, TimeoutError)):
            return f"{cause.filename or dagster_home}: {_WORDS[cause.errno]}. {_RECORDED}"
        if isinstance(cause, sqlite3.Error):
            for sign, code in _SIGNS.items():
                if sign in str(cause).casefold():
                    return f"{dagster_home}: a database of Dagster's lies there, and {_WORDS[_looked_at(dagster_home, code)]}. {_RECORDED}"
    return None


def _looked_at(place: Path, code: int) -> int:
    """SQLite reports a full or read-only disk as several other errors, so the disk itself is tested."""
    try:
        disk = os.statvfs(place)
    except OSError:
        return code
    if disk.f_flag & os.ST_RDONLY:
        return errno.EROFS
    return errno.ENOSPC if disk.f_bavail * disk.f_frsize < _LEAST else code


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        cause = waiting.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        original = getattr(cause, "orig", None)
        waiting += [original if isinstance(original, BaseException) else None, cause.__cause__, cause.__context__]
