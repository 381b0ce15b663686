"""How much of a source may differ from its last complete read, as a municipality's file says it."""

from __future__ import annotations

from pydantic import Field

from connectors.strict_model import Strict


class EvidenceLimits(Strict):
    """How much may differ from the last complete read before a read is not believed (docs/add-a-source.md)."""

    moved_keys: int = Field(default=2, ge=0)
    """Known keys that name what another known key named."""
    renamed_keys: float = Field(default=0.02, ge=0, le=1)
    """Largest share of the known homes that may have a new key; two always may."""
    redecoded_keys: int = Field(default=0, ge=0)
    """Keys that differ in letters beyond ASCII alone, where the encoding has changed."""
    changed_places: float = Field(default=0.3, ge=0, le=1)
    """Share of the known keys with another address or unit."""
    changed_categories: float = Field(default=0.3, ge=0, le=1)
    """Share of the known keys with another category."""
    emptied: float = Field(default=0.5, ge=0, le=1)
    """Share of a field's values that are gone."""
    swapped: float = Field(default=0.8, ge=0, le=1)
    """Share of the rows in which one field has what another one had."""
    gap: int = Field(default=10, ge=1)
    """Rows one after the other that are gone together; in a list of less than a hundred, a tenth of it, and four always may."""
