"""Addresses from Kartverket's address API, stored in a file of the same format as Kartverket's own.

The file name has municipality and date: `3420-2026-11-24.csv`. It is fetched again when it is too old; until that succeeds the old one is
used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from connectors.address_service import UNIT, fetch_addresses
from connectors.read_faults import FAULTS, SourceFault, say
from connectors.service_config import AddressService
from language import and_then, message, stored
from reconciliation.addresses.kartverket_file import AddressFileError

FOLDER = Path("var/addresses")
"""Below the home folder."""
MAXIMUM_SHRINK = 0.2
"""An answer that has shrunk more than this since the last one is refused, until a person accepts it."""
_KARTVERKETS = {"objtype": "adressetype", "adressetekst": "adresseTekst", UNIT: "bruksenhetsnummerTekst"}


@dataclass(frozen=True, slots=True)
class CachedAddresses:
    """A file for `read_official`. note: stored messages when it is older than it should be; None otherwise."""

    path: Path
    note: str | None = None


def kept_addresses(service: AddressService, folder: Path, today: date) -> CachedAddresses:
    """The newest complete answer, fetched only when the stored one is too old. Raises AddressFileError when there is none."""
    last = newest(service.api, folder)
    if last and fetched_on(last) > today - timedelta(days=service.refresh_days):
        return CachedAddresses(last)
    try:
        frame = fetch_addresses(service)
        _refuse_shrunk(service, frame, last)
        made = write_addresses(frame, folder / f"{service.api}-{today.isoformat()}.csv")
    except SourceFault as fault:
        why = and_then(stored(message("address_files.not_fetched", kommunenummer=service.api)), say(FAULTS[fault.code], **fault.values)[1])
        if last is None:
            raise AddressFileError(why) from fault
        age = (today - fetched_on(last)).days
        used = message("address_files.older_used", day=fetched_on(last).isoformat(), age=age)
        return CachedAddresses(last, and_then(why, stored(used)))
    for older in folder.glob(f"{service.api}-????-??-??.csv"):
        if older != made:
            older.unlink(missing_ok=True)
    return CachedAddresses(made)


def newest(kommunenummer: str, folder: Path) -> Path | None:
    """The file that was fetched last."""
    return max((path for path in folder.glob(f"{kommunenummer}-????-??-??.csv") if _is_day(path)), default=None)


def fetched_on(path: Path) -> date:
    """The day it was fetched."""
    return date.fromisoformat(path.stem[-10:])


def _is_day(path: Path) -> bool:
    try:
        return bool(fetched_on(path))
    except ValueError:
        return False


def write_addresses(frame: pl.DataFrame, path: Path) -> Path:
    """Write the file whole, or not at all. Raises SourceFault."""
    # The format has no quotes, so separators and line breaks inside a value become blanks.
    cells = frame.rename(_KARTVERKETS).with_columns(pl.col(pl.String).str.replace_all(r"[;\r\n]+", " "))
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        cells.with_columns(pl.col("adressetype").str.to_lowercase()).write_csv(
            unfinished, separator=";", quote_style="never", line_terminator="\r\n", include_bom=True
        )
        unfinished.replace(path)
    except OSError as error:
        raise SourceFault("addresses_not_kept", path=path, detail=error.strerror or type(error).__name__) from error
    return path


def _refuse_shrunk(service: AddressService, frame: pl.DataFrame, last: Path | None) -> None:
    if last is None:
        return
    houses = [name for name in frame.columns if name != UNIT]
    before = _houses(last)
    now = frame.select(houses).n_unique()
    if now < before * (1 - MAXIMUM_SHRINK):
        raise SourceFault("addresses_shrunk", url=service.url, kommunenummer=service.api, found=now, last=before, path=last)


def _houses(path: Path) -> int:
    """Number of addresses in a stored file; 0 for a damaged one."""
    try:
        frame = pl.read_csv(path, separator=";", quote_char=None, infer_schema=False)
        return frame.select(pl.exclude("bruksenhetsnummerTekst")).n_unique()
    except (OSError, pl.exceptions.PolarsError):
        return 0
