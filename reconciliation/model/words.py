"""The words of the reconciliation, in English for code and in bokmål for those who read reports."""

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


CLASS_TITLE = {
    DwellingClass.IN_SYNC: "I samsvar",
    DwellingClass.CREATE: "Mangler i Kobo",
    DwellingClass.UPDATE: "Avvik, rettes",
    DwellingClass.CONFLICT: "Avvik, må avklares",
    DwellingClass.REVIEW: "Usikker kobling",
    DwellingClass.RETIRE: "Utgår",
    DwellingClass.REGISTER_ONLY: "Bare i Kobo",
}

ACTIONS = {
    DwellingClass.CREATE: "POST",
    DwellingClass.UPDATE: "PUT",
    DwellingClass.RETIRE: "DELETE",
}
"""What applying a class does to the register. Classes that are not here lead to nothing or to a person."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
