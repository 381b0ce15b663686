"""The words that `as:` takes in a mapping. What each does is in reconciliation/reading/transforms.py."""

from __future__ import annotations

SINGLE_FIELD = ("text", "upper", "integer", "number", "boolean", "date", "timestamp", "unit")
"""Transforms from one text to one canonical field."""

GROUP_FIELDS: dict[str, tuple[str, ...]] = {
    "address": ("adressenavn", "nummer", "bokstav", "bruksenhetsnummer", "leilighetsnummer", "ekstra_referanse", "postnummer", "poststed"),
    "matrikkel": ("gardsnummer", "bruksnummer", "festenummer", "seksjonsnummer"),
}
"""Transforms that fill several canonical fields from one text, and which."""

NAMES = (*SINGLE_FIELD, "lookup", "extract", *GROUP_FIELDS)
"""Every word that `as:` takes."""
