"""Why a dwelling came into the municipality's stock, left it, or is in it otherwise. What people read for each is in `language/`."""

from __future__ import annotations

from enum import StrEnum

RIGHT_OF_DISPOSAL = "RIGHT_OF_DISPOSAL"
"""Tenure of a private dwelling of which the municipality only decides who is let in."""


class MovementKind(StrEnum):
    """What happened to a dwelling of the stock. The values are stored in the ledger."""

    OPENING = "opening"
    """There on the first night."""
    NEW = "new"
    BACK_IN_USE = "back_in_use"
    """Was marked as not let, and is not any more."""
    INTO_SCOPE = "into_scope"
    """Its category was one that is not let, and is not any more."""
    RETURNED = "returned"
    """Had left, and is in a source again: it was never gone."""
    KNOWN_BEFORE = "known_before"
    """Its row was there before, as a part of another dwelling or of a whole unit."""
    READABLE = "readable"
    """Its row was there on the source's first night, and was rejected until now."""
    FIRST_READ = "first_read"
    """All its sources were read for the first time."""
    NEW_ID = "new_id"
    """A home that was there before under another id: it stands where one that is gone stood, or is the same entry in Kobo."""
    CHANGED = "changed"
    """Another category or tenure."""
    TOLD = "told"
    """The tenure came to be stated, or is stated no longer: nothing has happened to the dwelling."""
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
    """The other side of NEW_ID."""
    GONE_BEFORE = "gone_before"
    """Known to an older ledger, and in no source on the first nights after it: when it left is not known."""
