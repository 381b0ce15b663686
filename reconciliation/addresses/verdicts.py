"""The possible results of resolving an address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class Resolution(StrEnum):
    """`RESOLVED` is certain; every other verdict is for a person."""

    RESOLVED = "resolved"
    SUGGESTED = "suggested"
    AMBIGUOUS = "ambiguous"
    OUTSIDE = "outside"
    NOT_AN_ADDRESS = "not_an_address"


@dataclass(frozen=True, slots=True)
class Resolved:
    """Result for one text. With `RESOLVED` and `SUGGESTED` the address is the register's; otherwise the parts are as written.

    reason: stored messages: what was uncertain, or a warning beside a certain result; None when there is neither.
    candidates: the nearest official addresses or street names, for a person.
    """

    verdict: Resolution
    lokalid: str | None = None
    adressenavn: str | None = None
    nummer: int | None = None
    bokstav: str | None = None
    bruksenhetsnummer: str | None = None
    leilighetsnummer: str | None = None
    postnummer: str | None = None
    poststed: str | None = None
    reason: str | None = None
    candidates: tuple[str, ...] = ()
    kommunenummer: str | None = None
    """Of the register's address."""
    address_certain: bool = False
    """Whether street, number and letter are certain, though the unit may not be."""
    left_over: bool = False
    """Whether the address is only a part of the text, and the rest was not understood."""


COLUMNS: dict[str, pl.DataType] = {
    "verdict": pl.String(),
    "lokalid": pl.String(),
    "adressenavn": pl.String(),
    "nummer": pl.Int64(),
    "bokstav": pl.String(),
    "bruksenhetsnummer": pl.String(),
    "leilighetsnummer": pl.String(),
    "postnummer": pl.String(),
    "poststed": pl.String(),
    "reason": pl.String(),
}
"""The columns that a resolved list gets, in this order."""
