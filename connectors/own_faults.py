"""Logging of our own bugs: the error's type and where it was raised, never a value, which may be a person's."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

log = logging.getLogger("kobosync")


def log_own_fault(doing: str, error: BaseException) -> None:
    """Log the type of the error and file, line and function of each frame, innermost last; the same of what caused it.

    doing: what was being done, in words that name no dwelling and no person.
    """
    log.error("A fault in kobosync while %s: %s. Please report it with these lines.", doing, "; caused by ".join(_chain(error)))


def _chain(error: BaseException) -> list[str]:
    described: list[str] = []
    raised: BaseException | None = error
    while raised is not None and len(described) < 5:
        described.append(f"{type(raised).__name__} at {_frames(raised)}")
        raised = raised.__cause__ or (None if raised.__suppress_context__ else raised.__context__)
    return described


def _frames(error: BaseException) -> str:
    """`room/file.py:12 function > ...`: a file by its last two parts, for the folders above it are the machine's."""
    frames = traceback.walk_tb(error.__traceback__)
    return " > ".join(f"{'/'.join(Path(frame.f_code.co_filename).parts[-2:])}:{line} {frame.f_code.co_name}" for frame, line in frames)
