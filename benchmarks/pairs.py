"""Ours and another, one after the other, in the same process and the same minute: medians, and a row for the results."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

PAIRS = 5


def seconds(work: Callable[[], object]) -> float:
    gc.collect()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def compared(
    name: str, size: int, ours: Callable[[], object], other: Callable[[], object], other_is: str, most: float | None
) -> dict[str, Any]:
    """Alternating, so that a busy minute slows both. most: the goal for ours / other; None when there is none."""
    taken = [(seconds(ours), seconds(other)) for _ in range(PAIRS)]
    mine, theirs = (statistics.median(times) for times in zip(*taken, strict=True))
    ratio = mine / max(theirs, 1e-9)
    return {
        "name": name,
        "size": size,
        "ours": round(mine, 4),
        "other": round(theirs, 4),
        "other_is": other_is,
        "ratio": round(ratio, 2),
        "goal": "" if most is None else f"<= {most}",
        "met": "" if most is None else ratio <= most,
    }
