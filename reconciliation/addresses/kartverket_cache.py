"""The addresses that Kartverket's address API gave, kept as a file of the same form as Kartverket's own.

The file's name says which municipality and which day: `3420-2026-11-24.csv`. It is created again when it is too old, and an older
one serves as long as the service does not give a whole one.
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
"""A whole answer with so much less than the last one is a fault of the service until a person says otherwise."""
_KARTVERKETS = {"objtype": "adressetype", "adressetekst": "adresseTekst", UNIT: "bruksenhetsnummerTekst"}


@dataclass(frozen=True, slots=True)
class CachedAddresses:
    """A file that `read_official` reads. note: stored messages, when it is older than it should be; None otherwise."""

    path: Path
    note: str | None = None


def kept_addresses(service: AddressService, folder: Path, today: date) -> CachedAddresses:
    """The newest whole answer, asked for only when none is new enough. Raises AddressFileError when there is none at all."""
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
    """All of it under its name, or nothing. Raises SourceFault."""
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
    """Addresses in a kept file; a damaged one is no measure."""
    try:
        frame = pl.read_csv(path, separator=";", quote_char=None, infer_schema=False)
        return frame.select(pl.exclude("bruksenhetsnummerTekst")).n_unique()
    except (OSError, pl.exceptions.PolarsError):
        return 0
