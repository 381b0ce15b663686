"""When are two spellings of a street's name the same beyond doubt?

Case, blanks, hyphens, apostrophes and full stops do not count, and å equals aa. Nothing more: v. -> veien or veg -> vei
is wrong in most of the country, and is decided against the municipality's own streets or not at all.
"""

from __future__ import annotations

import re
import unicodedata

import polars as pl

_SILENT = r"[\s\-–—'’‘`´.]"


def fold(adressenavn: str) -> str:
    """The comparison key of one name."""
    plain = unicodedata.normalize("NFC", adressenavn).lower().replace("å", "aa")
    return re.sub(_SILENT, "", plain)


def folded(column: str) -> pl.Expr:
    """The same for a column of names."""
    return pl.col(column).str.normalize("NFC").str.to_lowercase().str.replace_all("å", "aa", literal=True).str.replace_all(_SILENT, "")
