"""What a plan is made from besides tonight's dwellings and the register: how the sources were read, and the ledger's content."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import polars as pl

from reconciliation.ledger import BASES, DECISIONS, STOCK, Ledger
from reconciliation.model.municipality import Municipality


@dataclass(frozen=True, slots=True)
class Reading:
    """complete_sources: those with a complete read tonight. rejected: tonight's rejected rows; their dwellings are not gone.

    official_streets: reads the municipality's street names, where it names official addresses.
    """

    complete_sources: frozenset[str]
    rejected: pl.DataFrame | None = None
    official_streets: Callable[[], Collection[str]] | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """links: leverandor_bolig_id, kobo_id of the active links. bases: BASES. decisions: DECISIONS in force.

    absences: leverandor_bolig_id -> dates before tonight on which it was gone. handed_over: leverandor_bolig_id -> the night of the
    import file that it is in; it is not planned again. stock: STOCK, where the plan's parts are per category; empty otherwise.
    rejected_beside: of homes that are gone (leverandor_bolig_id), the rejected rows (`source:key`) that were in a list with their own row.
    """

    links: pl.DataFrame
    bases: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BASES))
    decisions: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DECISIONS))
    absences: Mapping[str, int] = field(default_factory=dict)
    handed_over: Mapping[str, date] = field(default_factory=dict)
    stock: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STOCK))
    rejected_beside: Callable[[Collection[str]], Collection[tuple[str, str]]] = field(default=lambda gone: ())

    @classmethod
    def of(cls, ledger: Ledger, municipality: Municipality, as_of: date, handed_over: Mapping[str, date]) -> Remembered:
        """Read from the ledger, for the night of that date. Raises LedgerError."""
        slug = municipality.slug
        return cls(
            ledger.links(slug).select("leverandor_bolig_id", "kobo_id"),
            ledger.bases(slug),
            ledger.decisions(slug),
            ledger.absences(slug, as_of),
            handed_over,
            pl.DataFrame(schema=STOCK) if municipality.guards.parts == "source" else ledger.stock(slug),
            partial(ledger.rejected_beside, slug, as_of=as_of, sources=frozenset(municipality.sources)),
        )
