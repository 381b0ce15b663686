"""Making a `Resolved`: with the register's address, or with the parts as written and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from language import and_then
from reconciliation.addresses.parsed_address import ParsedAddress
from reconciliation.addresses.street_houses import Official
from reconciliation.addresses.verdicts import Resolution, Resolved

SHOWN = 4


def resolved(
    verdict: Resolution, official: Official, parsed: ParsedAddress, reason: str | None, *, address_certain: bool | None = None
) -> Resolved:
    """The register's address. A matrikkeladresse has no number. address_certain: as the verdict says, when left out."""
    return Resolved(
        verdict,
        official.lokalid,
        official.adressenavn,
        official.nummer or None,
        official.bokstav or None,
        parsed.bruksenhetsnummer,
        parsed.leilighetsnummer,
        official.postnummer,
        official.poststed,
        reason,
        (str(official),),
        official.kommunenummer,
        verdict is Resolution.RESOLVED if address_certain is None else address_certain,
    )


def unresolved(parsed: ParsedAddress, verdict: Resolution, reason: str, candidates: Sequence[str] = ()) -> Resolved:
    """The parts as written, with candidates for a person."""
    return Resolved(
        verdict,
        None,
        parsed.adressenavn,
        parsed.nummer,
        parsed.bokstav,
        parsed.bruksenhetsnummer,
        parsed.leilighetsnummer,
        parsed.postnummer,
        parsed.poststed,
        reason,
        tuple(candidates[:SHOWN]),
    )


def doubted(base: Resolved, reason: str) -> Resolved:
    """The same with one more reason for doubt: never certain."""
    verdict = Resolution.SUGGESTED if base.verdict is Resolution.RESOLVED else base.verdict
    return replace(base, verdict=verdict, address_certain=False, reason=and_then(base.reason, reason) if base.reason else reason)


def with_warning(base: Resolved, warning: str | None) -> Resolved:
    """The same verdict with a warning beside it."""
    return replace(base, reason=and_then(base.reason, warning) if base.reason and warning else base.reason or warning)
