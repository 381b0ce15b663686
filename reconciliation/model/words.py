"""The words of the reconciliation, as code has them. What people read for each is in `language/`."""

from __future__ import annotations

from enum import StrEnum


class DwellingClass(StrEnum):
    """Each dwelling is in exactly one of these after planning."""

    IN_SYNC = "in_sync"
    CREATE = "create"
    UPDATE = "update"
    CONFLICT = "conflict"
    REVIEW = "review"
    RETIRE = "retire"
    REGISTER_ONLY = "register_only"


ACTIONS = {DwellingClass.CREATE: "POST", DwellingClass.UPDATE: "PUT", DwellingClass.RETIRE: "DELETE"}
"""What applying a class does to the register. Classes that are not here lead to nothing or to a person."""


class Severity(StrEnum):
    """error: the row is rejected. warning: the row is used, and its owner is asked to look."""

    ERROR = "error"
    WARNING = "warning"
