"""How often a process that loads much and lives briefly looks for garbage."""

from __future__ import annotations

import atexit
import gc

YOUNG, MIDDLE, OLD = 200_000, 50, 100
"""Python's own are 700, 10, 10: made for small programs. Half of an import of Dagster and a sixth of a small night went to looking
through modules, classes and definitions that live as long as the process (docs/performance.md)."""


def look_seldom() -> None:
    """What is not in a cycle is freed at once as before; cycles wait for 200,000 new objects, some tens of MB.

    Nor is anything looked through when the process ends: Python would search all of it several times, a fifth of a plan's time.
    """
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    atexit.register(gc.freeze)
