"""Age shares of residents in the whole country, for municipalities that have no count of their own.

Each row is a published figure with its source; what a source leaves over is the remainder, and is labelled as an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass

from reporting.projection.formula import AgeGroup


@dataclass(frozen=True, slots=True)
class NationalShares:
    """shares add up to 1. source: a key of `projection_sources` in the language file."""

    shares: dict[AgeGroup, float]
    source: str


NATIONAL = {
    # Helsedirektoratet 2021: 24 % of residents in care dwellings are under 50, 40 % are 80 or older; 36 % is what is left.
    "omsorgsboliger": NationalShares({AgeGroup(0, 49): 0.24, AgeGroup(50, 79): 0.36, AgeGroup(80, None): 0.40}, "omsorgsboliger"),
}
