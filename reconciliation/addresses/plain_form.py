"""A fast path for texts like "Storgata 20B": nine of ten in a list from a system, at a fifth of the cost."""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl

from reconciliation.addresses.parsed_address import ParsedAddress, ParseStatus
from reconciliation.addresses.parsing import parse_address

_PLAIN = re.compile(r"([^\W\d_]+(?: [^\W\d_]+)*) ([1-9]\d{0,2})([^\W\d_]?)")
_LETTERS = "A-Za-zÆØÅæøåÄÖäöÉé"
_SOME_NUMBER = 7


def parse_plain(text: str) -> ParsedAddress | None:
    """What `parse_address` returns for a text of this form; None for any other."""
    match = _PLAIN.fullmatch(text)
    name = _plain_name(match[1]) if match else None
    if match is None or name is None:
        return None
    return ParsedAddress(ParseStatus.OK, name, int(match[2]), match[3].upper() or None)


@lru_cache(maxsize=1 << 14)
def _plain_name(name: str) -> str | None:
    """The street's name, neat; None where the long way finds anything else in it. A list has twenty houses to each street."""
    parsed = parse_address(f"{name} {_SOME_NUMBER}")
    return parsed.adressenavn if parsed == ParsedAddress(ParseStatus.OK, parsed.adressenavn, _SOME_NUMBER) else None


def plain_parts(texts: pl.Series) -> pl.DataFrame:
    """Columns text, adressenavn, nummer, bokstav: `parse_plain` of many texts, only those that it surely takes. texts: each once."""
    pattern = rf"^(?P<adressenavn>[{_LETTERS}]+(?: [{_LETTERS}]+)*) (?P<nummer>[1-9][0-9]{{0,2}})(?P<bokstav>[{_LETTERS}]?)$"
    parts = texts.to_frame("text").with_columns(pl.col("text").str.extract_groups(pattern).alias("parts")).unnest("parts")
    names = {name: _plain_name(name) for name in parts["adressenavn"].drop_nulls().unique()}
    letter = pl.col("bokstav").str.to_uppercase()
    return parts.with_columns(
        pl.col("adressenavn").replace_strict(names, default=None, return_dtype=pl.String),
        pl.col("nummer").cast(pl.Int64),
        pl.when(letter != "").then(letter).alias("bokstav"),
    ).drop_nulls("adressenavn")
