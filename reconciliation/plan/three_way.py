"""Three values of one field: what was last agreed (the base), what our sources say tonight, and what Kobo says tonight.

Only the base shows which side has changed; without it that is unknown. Plain values, no tables."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, Final

from reconciliation.model.kobo_change_policy import Policy
from reconciliation.plan.difference import TOLERANCE


class NotKnown:
    """The base of a field that has none in the ledger, since an older version did not store bases."""


NOT_KNOWN: Final = NotKnown()


class ChangedSides(StrEnum):
    """Which side has changed since both agreed."""

    UNCHANGED = "unchanged"
    SOURCE = "source"
    KOBO = "kobo"
    TOGETHER = "together"
    """Both changed, to the same value."""
    APART = "apart"
    """Both changed, to different values."""
    UNKNOWN = "unknown"
    """They differ, and the base is not known."""


class Action(StrEnum):
    """What the plan does about one field of one pair."""

    NOTHING = "nothing"
    WRITE = "write"
    KEEP = "keep"
    ASK = "ask"


def same(left: Any, right: Any) -> bool:
    """Whether two values of a field are equal: numbers within TOLERANCE of plan/difference, two blanks are equal."""
    left, right = (str(value) if isinstance(value, date) else value for value in (left, right))
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if numbers and not isinstance(left, bool) and not isinstance(right, bool):
        return bool(abs(left - right) <= TOLERANCE)
    return bool((left or None) == (right or None)) if isinstance(left, str) or isinstance(right, str) else bool(left == right)


def movement(base: Any, ours: Any, theirs: Any) -> ChangedSides:
    """Which sides differ from the base. base: a value, None for an agreed blank, or NOT_KNOWN. A blank of ours never counts as a change."""
    if ours in (None, ""):
        return ChangedSides.UNCHANGED if isinstance(base, NotKnown) or same(base, theirs) else ChangedSides.KOBO
    if same(ours, theirs):
        return ChangedSides.UNCHANGED if not isinstance(base, NotKnown) and same(base, ours) else ChangedSides.TOGETHER
    if isinstance(base, NotKnown):
        return ChangedSides.UNKNOWN
    if same(base, theirs):
        return ChangedSides.SOURCE
    return ChangedSides.KOBO if same(base, ours) else ChangedSides.APART


def action(moved: ChangedSides, ours: Any, policy: Policy) -> Action:
    """What the plan does about a difference. Nothing when our value is blank."""
    if moved in (ChangedSides.UNCHANGED, ChangedSides.TOGETHER) or ours in (None, ""):
        return Action.NOTHING
    if moved is ChangedSides.SOURCE or policy == "source":
        return Action.WRITE
    return Action.KEEP if policy == "kobo" else Action.ASK
