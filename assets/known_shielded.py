"""Which dwellings are known to have a shielded address, also after they have left every source (law 10)."""

from __future__ import annotations

import polars as pl

from assets.stored_table import Table
from reconciliation.model import tables
from reconciliation.model.shielding import shielded_ids

SHIELDED_GONE = "shielded_gone"
"""Name of the fact, stored with the table of dwellings, that `shielded_and_gone` makes."""


def known_shielded(made: Table | None) -> frozenset[str]:
    """leverandor_bolig_id of dwellings that have a shielded address, or had when they were last in a source (law 10).

    made: a night's table of dwellings, with what it remembers of earlier nights.
    """
    if made is None:
        return frozenset()
    return frozenset([*shielded_ids(tables.conformed(made.frame, tables.DWELLINGS)), *made.facts.get(SHIELDED_GONE, ())])


def shielded_and_gone(before: Table | None, dwellings: pl.DataFrame) -> list[str]:
    """Of those known shielded on the night before, the ones that are in no source tonight."""
    return sorted(known_shielded(before) - set(dwellings.get_column("leverandor_bolig_id")))
