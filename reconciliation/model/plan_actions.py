"""The action of a plan's item: decided by its class, and for a conflict by a person's decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from reconciliation.model.words import ACTIONS, DwellingClass

REPLACE = "REPLACE"
"""DELETE of the existing entry, then POST of ours: one write in the journal, so that both halves are settled together."""
FILE = "FILE"
"""A create in an import file: not sent by the API, so the API cannot be asked about it."""
REPLACE_DECIDED = "replace_decided"
"""Reason of a conflict whose entry is replaced by a person's decision."""
MADE_AGAIN = "made_again_decided"
"""The same where the entry was deleted in Kobo: it is made again."""
REPLACED = (REPLACE_DECIDED, MADE_AGAIN)
CHANGED_IN_KOBO = "changed_in_kobo"
"""Reason of a conflict about values that somebody changed in Kobo; its details list them as `asked`."""
EDITED_IN_KOBO, STAYS_IN_KOBO = "edited_in_kobo", "stays_in_kobo"
"""Why a retirement is held: somebody edited the entry since both sides last agreed, and no person decided that it is deleted; or a person
decided that it stays. Its details list the edits as `edited`."""
KEPT_IN_KOBO = "kept_in_kobo"
"""Reason of a dwelling in sync whose entry differs by a decision; its details list the fields as `kept`."""
COPIED_ROW = "copied_row"
"""Reason of a dwelling that may be another row of the same list, written twice."""
NUMBER_IN_DOUBT = "number_in_doubt"
"""Reason of a dwelling with a unit number that names another home, or none, by what was measured or known before."""
ONE_IN_KOBO = "one_in_kobo"
"""Reason of a dwelling that Kobo would refuse: it takes one with that address, unit number and lease reference, and another has them."""

HOME_GONE = "home_gone"
"""Reason of a dwelling that may be the home of an entry of ours whose rows are gone from the lists, under another key."""


def replaces() -> pl.Expr:
    """Is this item (PLAN_ITEMS) a replacement that a person decided?"""
    return (pl.col("class") == DwellingClass.CONFLICT.value) & pl.col("reason").is_in(REPLACED).fill_null(value=False)


def made_anew() -> pl.Expr:
    """Does this item (PLAN_ITEMS) lead to a POST, by itself or after a DELETE?"""
    return replaces() | (pl.col("class") == DwellingClass.CREATE.value)


def acts() -> pl.Expr:
    """Whether the item (PLAN_ITEMS) is applied; held items are not."""
    return (pl.col("class").is_in([kind.value for kind in ACTIONS]) | replaces()) & pl.col("held").is_null()


def verb_of(item: Mapping[str, Any]) -> str:
    """POST, PUT, DELETE or REPLACE. Raises KeyError for an item that leads to nothing."""
    if item["class"] == DwellingClass.CONFLICT.value and item["reason"] in REPLACED:
        return REPLACE
    return ACTIONS[DwellingClass(item["class"])]
