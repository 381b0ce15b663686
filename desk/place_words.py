"""Where a row is, in words."""

from __future__ import annotations

from desk.night_view import SourcePlace
from language import text
from reconciliation.model.municipality import Municipality


def place_in_words(place: SourcePlace, municipality: Municipality) -> str:
    """Source, file, sheet and row, as far as they are known and may be told."""
    source = municipality.sources.get(place.source)
    named = (
        source.title if source else place.source,
        place.file,
        text("desk.sheet", sheet=place.sheet) if place.sheet else None,
        text("desk.row", row=place.row) if place.row else None,
    )
    return ", ".join(part for part in named if part)
