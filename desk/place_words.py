"""Where a row is, in words."""

from __future__ import annotations

from connectors.source_config import FileSource
from desk.night_view import SourcePlace
from language import text
from reconciliation.model.municipality import Municipality


def place_in_words(place: SourcePlace, municipality: Municipality) -> str:
    """Source, file, sheet and row, as far as they are known and may be shown; in a database, whose rows have no numbers, the key."""
    source = municipality.sources.get(place.source)
    if source is not None and not isinstance(source, FileSource):
        return ", ".join(part for part in (source.title, place.key) if part)
    named = (
        source.title if source else place.source,
        place.file,
        text("desk.sheet", sheet=place.sheet) if place.sheet else None,
        text("desk.row", row=place.row) if place.row else None,
    )
    return ", ".join(part for part in named if part)
