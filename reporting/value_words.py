"""Values as people read them: a category by its title in the municipality's file, the register's own codes in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from kobo_client.contract import BOLIGSTATUS, BOLIGTYPE, DISPOSISJONSFORM
from language import word_for
from reconciliation.model.municipality import Municipality


def words_of(municipality: Municipality) -> dict[str, dict[str, str]]:
    """Field -> code -> words, of the fields whose values are codes."""
    return {
        "kategori": {slug: category.title for slug, category in municipality.categories.items()},
        "boligtype": {code: word_for("boligtyper", code) for code in BOLIGTYPE},
        "disposisjonsform": {code: word_for("disposisjonsformer", code) for code in DISPOSISJONSFORM},
        "boligstatus": {code: word_for("statuses", code) for code in BOLIGSTATUS},
    }


def in_words(name: str, words: Mapping[str, Mapping[str, str]]) -> pl.Expr:
    """The column of that field as people read it."""
    return pl.col(name).replace(words[name]) if name in words else pl.col(name)


def value_in_words(name: str, value: Any, words: Mapping[str, Mapping[str, str]]) -> Any:
    """One value of that field as people read it."""
    return words.get(name, {}).get(value, value) if isinstance(value, str) else value


def row_in_words(known: str, municipality: Municipality) -> str:
    """A row as the ledger has it, `source:key`, with the source by the name that people call it. Anything else is left as it is."""
    source, colon, key = known.partition(":")
    return f"{municipality.sources[source].title}: {key}" if colon and source in municipality.sources else known
