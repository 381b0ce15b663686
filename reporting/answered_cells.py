"""What the sheets that people answer in have in common when they are read."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.sheet_texts import UnreadableSheetError
from language import text


def without_headings(file: str, missing: Sequence[str]) -> UnreadableSheetError:
    """The fault of a sheet that lacks some of its headings."""
    headings = ", ".join(missing)
    return UnreadableSheetError(
        f"{file}: headings are missing ({headings}). Answer in a fresh workbook.",
        text("clarifications.without_headings", file=file, missing=headings),
    )


def plainly(label: str) -> str:
    """An answer's text for comparison, without case, outer blanks and a full stop at the end."""
    return " ".join(label.split()).rstrip(" .").casefold()
