"""A warning for a postnummer that Posten's register lacks or has for post boxes only, if the municipality's file names that register.

Bring's open file "Postnummerregister": postnummer, poststed, kommunenummer, kommune and kategori, with tabs between and no headings;
kategori P and S are post boxes and services (bring.no).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from connectors.encoding import decode
from connectors.read_faults import FAULTS, SourceFault, say
from connectors.source_config import AnySource
from connectors.source_files import check_size
from language import message, rendered, stored
from reconciliation.model.municipality import ConfigurationError, Municipality
from reconciliation.reading.deviations import heading_of, with_reason
from reconciliation.reading.standardise import Standardised

_COLUMNS = 5
_NO_HOMES = ("P", "S")
_LARGEST = 20
"""Megabytes; the file has 150 kB."""


def read_postnummer_register(municipality: Municipality, home: Path) -> Mapping[str, str] | None:
    """postnummer -> kategori; None where the file names no register. Raises ConfigurationError when it cannot be read."""
    if municipality.postnummerregister is None:
        return None
    path = home / municipality.postnummerregister
    try:
        check_size(path, home, _LARGEST)
        text, _ = decode(path.read_bytes(), None, str(municipality.postnummerregister))
    except SourceFault as fault:
        sentence = rendered(say(FAULTS[fault.code], **fault.values)[1])
        raise ConfigurationError(f"{municipality.file}: postnummerregister: {sentence}") from fault
    lines = [line.split("\t") for line in text.splitlines() if line.strip()]
    codes = {cells[0].strip(): cells[4].strip() for cells in lines if len(cells) >= _COLUMNS and cells[0].strip().isdigit()}
    if len(codes) < len(lines) or not codes:
        raise ConfigurationError(
            f"{municipality.file}: postnummerregister: {municipality.postnummerregister} is not Bring's Postnummerregister as text: five "
            "columns with tabs between, no headings."
        )
    return codes


def with_postnummer_warnings(done: Standardised, source: AnySource, codes: Mapping[str, str] | None) -> Standardised:
    """With a warning (P05W) for each row whose postnummer does not exist, or is for post boxes. codes: of `read_postnummer_register`."""
    if codes is None:
        return done
    four = pl.col("postnummer").str.contains(r"^\d{4}$").fill_null(value=False)
    homes = [code for code, kind in codes.items() if kind not in _NO_HOMES]
    odd = done.rows.filter(four & ~pl.col("postnummer").is_in(homes))
    reasons = [stored(message(f"postal_codes.{'box' if code in codes else 'unknown'}")) for code in odd["postnummer"]]
    judged = odd.with_columns(value=pl.col("postnummer"), reason=pl.Series(reasons, dtype=pl.String))
    warned = with_reason(judged, "P05W", heading_of(source, "postnummer"), "postnummer")
    return replace(done, deviations=pl.concat([done.deviations, warned]))
