"""What a plan's item leads to: the class decides, and for a conflict what a person said about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from reconciliation.model.words import ACTIONS, DwellingClass

REPLACE = "REPLACE"
"""DELETE of the entry that stands, then POST of ours: one write in the journal, so that its two halves are never torn apart."""
FILE = "FILE"
"""A create that leaves in an import file: nothing of it goes over the API, and nothing there can be asked about it."""
REPLACE_DECIDED = "replace_decided"
"""Reason of a conflict that a person had replaced."""
CHANGED_IN_KOBO = "changed_in_kobo"
"""Reason of a conflict about values that somebody changed in Kobo; its details list them as `asked`."""
EDITED_IN_KOBO, STAYS_IN_KOBO = "edited_in_kobo", "stays_in_kobo"
"""Why a retirement is held: somebody edited the entry since we last agreed and nobody has said that it may go; or a person had it stay.
Its details list what was edited as `edited`."""
KEPT_IN_KOBO = "kept_in_kobo"
"""Reason of a dwelling in sync whose entry says otherwise on purpose; its details list the fields as `kept`."""


def replaces() -> pl.Expr:
    """Is this item (PLAN_ITEMS) a replacement that a person decided?"""
    return (pl.col("class") == DwellingClass.CONFLICT.value) & (pl.col("reason").eq_missing(REPLACE_DECIDED))


def made_anew() -> pl.Expr:
    """Does this item (PLAN_ITEMS) lead to a POST, by itself or after a DELETE?"""
    return replaces() | (pl.col("class") == DwellingClass.CREATE.value)


def acts() -> pl.Expr:
    """Does applying do something with this item (PLAN_ITEMS)? Held items do nothing."""
    return (pl.col("class").is_in([kind.value for kind in ACTIONS]) | replaces()) & pl.col("held").is_null()


def verb_of(item: Mapping[str, Any]) -> str:
    """POST, PUT, DELETE or REPLACE. Raises KeyError for an item that leads to nothing."""
    if item["class"] == DwellingClass.CONFLICT.value and item["reason"] == REPLACE_DECIDED:
        return REPLACE
    return ACTIONS[DwellingClass(item["class"])]
