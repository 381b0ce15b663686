"""Why a dwelling came into the municipality's stock, left it, or changed in it. The texts for people are in `language/`."""

from __future__ import annotations

from enum import StrEnum

RIGHT_OF_DISPOSAL = "RIGHT_OF_DISPOSAL"
"""Tenure of a private dwelling of which the municipality only decides who is let in."""


class MovementKind(StrEnum):
    """What happened to a dwelling of the stock. The values are stored in the ledger."""

    OPENING = "opening"
    """In the sources on the first night."""
    NEW = "new"
    BACK_IN_USE = "back_in_use"
    """Was marked as not let, and is not any more."""
    INTO_SCOPE = "into_scope"
    """Its category was one that is not let, and is not any more."""
    RETURNED = "returned"
    """Had left, and is in a source again, so it was never really gone."""
    KNOWN_BEFORE = "known_before"
    """Its row was there before, as a part of another dwelling or of a whole unit."""
    READABLE = "readable"
    """Its row was there on the source's first night, and was rejected until now."""
    FIRST_READ = "first_read"
    """All its sources were read for the first time."""
    NEW_ID = "new_id"
    """The same home as one that is gone, with another id: at the same place, or linked to the same entry in Kobo."""
    CHANGED = "changed"
    """Another category or tenure."""
    TOLD = "told"
    """A source states the tenure for the first time, or not any more; the dwelling itself has not changed."""
    LEARNED = "learned"
    """The first night after an older ledger, which kept no category."""
    GONE = "gone"
    OUT_OF_USE = "out_of_use"
    """Its row says that it is not let."""
    OUT_OF_SCOPE = "out_of_scope"
    """Its row has a category that is not let."""
    MERGED = "merged"
    """Its rows are part of another dwelling."""
    WHOLE_UNIT = "whole_unit"
    """Its rooms are counted one by one."""
    OLD_ID = "old_id"
    """Left because the home has another id now (NEW_ID)."""
    GONE_BEFORE = "gone_before"
    """Known to an older ledger, and in no source on the first nights after it: when it left is not known."""
